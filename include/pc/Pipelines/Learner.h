// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A classifier that learns from batches.

#ifndef PC_PIPELINES_LEARNER_H
#define PC_PIPELINES_LEARNER_H

#include "pc/Pipelines/Invocation.h"
#include "pc/Pipelines/Model.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Runtime/Datasets.h"

namespace mlir::pc {

/// Where the samples, the labels and the logits are.
struct ClassifierPorts {
  unsigned samples = 0;           // argument, [batch, ...]
  std::optional<unsigned> labels; // argument, if the model reads labels
  std::optional<unsigned> logits; // result, [batch, classes]
  int64_t batch = 0, sampleSize = 0;
};

/// Finds them, or says what a classifier would have.
llvm::Expected<ClassifierPorts> findClassifierPorts(const ForwardModel &model);

/// Samples that were classified.
struct Score {
  double loss = 0; // mean of the losses of the batches
  int64_t correct = 0, total = 0;
  double getAccuracy() const { return total ? double(correct) / total : 0; }
};

class Learner {
public:
  /// Lowers and compiles the step that `options.learn` asks for. What is wrong
  /// goes to the diagnostics of the context and into `status`.
  static std::unique_ptr<Learner> create(ForwardModel &model,
                                         const ClassifierPorts &ports,
                                         const CompileOptions &options,
                                         const CPUOptions &cpu,
                                         ExitStatus &status);

  /// One step on the samples of these numbers, as many as a batch has; adds to
  /// `score`. The answer is the loss before the step.
  llvm::Expected<double> step(const Dataset &data,
                              llvm::ArrayRef<int64_t> samples, Score &score);
  /// Classifies every sample without learning.
  llvm::Expected<Score> evaluate(const Dataset &data);

  /// The parameters as they are now, by name.
  std::map<std::string, const Tensor *> getParameters();
  /// The first parameter with an element that is no finite number, or "".
  std::string findDivergedParameter();

private:
  Learner(ForwardModel &model, const ClassifierPorts &ports,
          const CompileOptions &options, const CPUOptions &cpu,
          std::unique_ptr<Executable> executable);
  llvm::Error connect();
  void load(Invocation &call, const Dataset &data,
            llvm::ArrayRef<int64_t> samples);
  int64_t countCorrect(Invocation &call, const Dataset &data,
                       llvm::ArrayRef<int64_t> samples);
  /// Runs the step; where its relaxation may run away, says where it did.
  llvm::Error runStep();

  ForwardModel &model;
  ClassifierPorts ports;
  CompileOptions options;
  CPUOptions cpu;
  std::unique_ptr<Executable> executable;
  Invocation stepCall, forwardCall;
  unsigned lossResult = 0;
  /// The argument of the step that takes labels or one-hot rows.
  unsigned targets = 0;
};

} // namespace mlir::pc

#endif // PC_PIPELINES_LEARNER_H
