// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model as a classifier: where its samples, labels and logits are, and how
// batches of data get in and answers out.

#ifndef PC_PIPELINES_CLASSIFIER_H
#define PC_PIPELINES_CLASSIFIER_H

#include "pc/Pipelines/Invocation.h"
#include "pc/Pipelines/Model.h"
#include "pc/Runtime/Datasets.h"

namespace mlir::pc {

/// Where the samples, the labels and the logits are. Labels are one for each
/// sample, or, of sequences, one for each position: [batch, ...].
struct ClassifierPorts {
  unsigned samples = 0;           // argument, [batch, ...]
  std::optional<unsigned> labels; // argument, if the model reads labels
  std::optional<unsigned> logits; // result, [batch, classes, ...]
  int64_t batch = 0, sampleSize = 0, labelsPerSample = 1;

  /// Fills in samples and, where the function reads them, labels (in one-hot
  /// form where it takes floats). `rows` are as many as a batch has.
  void load(Invocation &call, const Dataset &data,
            llvm::ArrayRef<int64_t> rows) const;
  /// How many labels of the first `count` rows have the largest logit.
  int64_t countCorrect(Invocation &call, const Dataset &data,
                       llvm::ArrayRef<int64_t> rows, int64_t count) const;
};

/// Finds them, or says what a classifier would have. `output` is the name or
/// the number of the result with the logits; empty: the first that fits.
llvm::Expected<ClassifierPorts> findClassifierPorts(const ForwardModel &model,
                                                    llvm::StringRef output);

/// Samples that go through a model at once.
struct Batch {
  llvm::SmallVector<int64_t> rows; // numbers of samples, as many as fit
  int64_t count;                   // the first of them, which are new
};

/// Cuts `order` into batches; the last is filled up from the beginning, so that
/// every sample is in one.
std::vector<Batch> makeBatches(llvm::ArrayRef<int64_t> order, int64_t size);

} // namespace mlir::pc

#endif // PC_PIPELINES_CLASSIFIER_H
