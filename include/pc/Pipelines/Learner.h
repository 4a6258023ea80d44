// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A classifier that learns from batches.

#ifndef PC_PIPELINES_LEARNER_H
#define PC_PIPELINES_LEARNER_H

#include "pc/Pipelines/Classifier.h"
#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/Phases.h"

namespace mlir::pc {

/// Labels that were guessed.
struct Score {
  double loss = 0; // mean of the losses of the batches
  int64_t batches = 0;
  int64_t correct = 0, total = 0;
  void add(double batchLoss);
  double getAccuracy() const { return total ? double(correct) / total : 0; }
};

class Learner {
public:
  /// Lowers and compiles the step that `options.learn` asks for. What is wrong
  /// goes to the diagnostics of the context and into `status`.
  static std::unique_ptr<Learner> create(ForwardModel &model,
                                         const ClassifierPorts &ports,
                                         const CompileOptions &options,
                                         const MachineOptions &machine,
                                         ExitStatus &status);

  /// One step on a batch; adds to `score`, before the step, what is new in it.
  /// The answer is the loss before the step.
  llvm::Expected<double> step(const Dataset &data, const Batch &batch,
                              Score &score);
  /// Classifies every sample without learning.
  llvm::Expected<Score> evaluate(const Dataset &data);

  /// The parameters as they are now, by name. While steps are taken they stay
  /// on the device, if it has memory of its own.
  llvm::Expected<std::map<std::string, const Tensor *>> getParameters();
  /// What the steps and predictions took, of a machine that counts it.
  std::string describeWork() const { return executable->describeWork(); }
  /// The first parameter with an element that is no finite number, or "".
  llvm::Expected<std::string> findDivergedParameter();
  /// What steps and evaluations sent to the device and got from it.
  Traffic getTraffic() const { return executable->getTraffic(); }

private:
  Learner(ForwardModel &model, const ClassifierPorts &ports,
          const CompileOptions &options, const MachineOptions &machine,
          std::unique_ptr<Executable> executable);
  llvm::Error connect();
  void addTo(Score &score, Invocation &call, const Dataset &data,
             const Batch &batch);
  llvm::Error runStep(const Dataset &data, const Batch &batch, bool isFirst);
  llvm::Error runWatched();
  llvm::Error runAgain();
  llvm::Error fetch();
  std::string findNotFinite();
  /// Whether the relaxation settles with these parameters on the batch that is
  /// loaded.
  llvm::Error checkDivergence(const std::map<unsigned, Tensor> &parameters);

  ForwardModel &model;
  ClassifierPorts ports;
  CompileOptions options;
  MachineOptions machine;
  std::unique_ptr<Executable> executable;
  Invocation stepCall, objectiveCall; // both read the parameters of the step
  std::unique_ptr<DivergenceWatch> watch; // made when it is first needed
  /// Batches of `learned` since the host last had the parameters, where their
  /// relaxations may have run away.
  std::vector<Batch> unwatched;
  const Dataset *learned = nullptr;
};

} // namespace mlir::pc

#endif // PC_PIPELINES_LEARNER_H
