// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Classifier.h"
#include "pc/Support/Names.h"

#include <cstring>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t product = 1;
  for (int64_t size : shape)
    product *= size;
  return product;
}

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

/// The first float output with classes for each sample, or the one that is
/// asked for, if it has them.
static std::optional<unsigned> findLogits(const ForwardModel &model,
                                          int64_t batch, StringRef output) {
  unsigned number;
  bool isNumber = !output.getAsInteger(10, number);
  for (auto [index, port] : llvm::enumerate(model.results)) {
    if (!output.empty() && port.name != output &&
        !(isNumber && number == index))
      continue;
    if (isFloat(port.kind) && port.shape.size() >= 2 && port.shape[0] == batch)
      return index;
  }
  return std::nullopt;
}

/// Samples are the float input; where there is none, they are the first one,
/// of integers such as ids of words.
static Error findInputs(const ForwardModel &model, ClassifierPorts &ports) {
  SmallVector<unsigned> floats, integers;
  for (unsigned i : model.getInputs())
    (isFloat(model.arguments[i].kind) ? floats : integers).push_back(i);
  bool hasIds = floats.empty() && !integers.empty();
  if (floats.size() + hasIds != 1 || integers.size() > 1u + hasIds)
    return createStringError(
        model.path +
        ": expected one float input for samples and at most one integer input "
        "for labels, or integer inputs for both, found " +
        Twine(floats.size()) + " and " + Twine(integers.size()));
  ports.samples = hasIds ? integers.front() : floats.front();
  if (integers.size() > hasIds)
    ports.labels = integers.back();
  return Error::success();
}

static Error findLabels(const ForwardModel &model, ClassifierPorts &ports) {
  if (ports.logits)
    ports.labelsPerSample =
        count(ArrayRef(model.results[*ports.logits].shape).drop_front(2));
  if (!ports.labels)
    return Error::success();
  const ModelPort &labels = model.arguments[*ports.labels];
  int64_t found = count(labels.shape);
  if (found == 0 || found % ports.batch != 0)
    return createStringError(model.path +
                             ": expected a label for each of the " +
                             Twine(ports.batch) + " samples of a batch in `" +
                             labels.name + "`, found " + labels.describe());
  // Logits in an order of their own tell no accuracy; the loss reads them.
  if (ports.logits && ports.labelsPerSample != found / ports.batch)
    ports.logits.reset();
  ports.labelsPerSample = found / ports.batch;
  return Error::success();
}

Expected<ClassifierPorts>
mlir::pc::findClassifierPorts(const ForwardModel &model, StringRef output) {
  ClassifierPorts ports;
  if (Error error = findInputs(model, ports))
    return error;
  const ModelPort &samples = model.arguments[ports.samples];
  if (samples.shape.empty() || samples.shape[0] == 0)
    return createStringError(
        model.path + ": expected the samples `" + samples.name +
        "` to have a batch dimension, found " + samples.describe());
  ports.batch = samples.shape[0];
  ports.sampleSize = count(ArrayRef(samples.shape).drop_front());
  ports.logits = findLogits(model, ports.batch, output);
  if (Error error = findLabels(model, ports))
    return error;
  return ports;
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

std::vector<Batch> mlir::pc::makeBatches(ArrayRef<int64_t> order,
                                         int64_t size) {
  auto total = static_cast<int64_t>(order.size());
  std::vector<Batch> batches;
  for (int64_t begin = 0; begin < total; begin += size) {
    Batch &batch = batches.emplace_back();
    batch.count = std::min(size, total - begin);
    for (int64_t i = 0; i != size; ++i)
      batch.rows.push_back(order[(begin + i) % total]);
  }
  return batches;
}

static void setSample(Tensor &samples, int64_t row, const Dataset &data,
                      int64_t sample, int64_t width) {
  const Tensor &from = data.features;
  if (samples.getKind() == from.getKind()) {
    size_t bytes = width * getByteWidth(from.getKind());
    std::memcpy(samples.as<char>() + row * bytes,
                from.as<char>() + sample * bytes, bytes);
    return;
  }
  for (int64_t i = 0; i != width; ++i)
    samples.setFromDouble(row * width + i,
                          from.getAsDouble(sample * width + i));
}

/// A label, or ones at the label in [batch, classes, positions].
static void setTarget(Tensor &targets, int64_t row, int64_t position,
                      int64_t label, const ClassifierPorts &ports) {
  int64_t positions = ports.labelsPerSample;
  if (!isFloat(targets.getKind())) {
    targets.setFromDouble(row * positions + position,
                          static_cast<double>(label));
    return;
  }
  int64_t classes = targets.getNumElements() / (ports.batch * positions);
  for (int64_t i = 0; i != classes; ++i)
    targets.setFromDouble((row * classes + i) * positions + position,
                          i == label);
}

/// The argument that takes labels.
static std::optional<unsigned> findTargets(const Invocation &call,
                                           const ClassifierPorts &ports) {
  if (ports.labels)
    return ports.labels;
  for (auto [index, port] : llvm::enumerate(call.getSignature().arguments))
    if (port.role == roleTarget)
      return index;
  return std::nullopt;
}

void ClassifierPorts::load(Invocation &call, const Dataset &data,
                           ArrayRef<int64_t> rows) const {
  std::optional<unsigned> targets = findTargets(call, *this);
  for (auto [row, sample] : llvm::enumerate(rows)) {
    setSample(call.getArgument(samples), row, data, sample, sampleSize);
    for (int64_t i = 0; targets && i != labelsPerSample; ++i)
      setTarget(call.getArgument(*targets), row, i,
                data.labels[sample * labelsPerSample + i], *this);
  }
}

int64_t ClassifierPorts::countCorrect(Invocation &call, const Dataset &data,
                                      ArrayRef<int64_t> rows,
                                      int64_t count) const {
  if (!logits)
    return 0;
  const Tensor &scores = call.getResult(*logits);
  int64_t classes = scores.getShape()[1], correct = 0;
  auto getScore = [&](int64_t row, int64_t c, int64_t position) {
    return scores.getAsDouble((row * classes + c) * labelsPerSample + position);
  };
  for (int64_t row = 0; row != count; ++row)
    for (int64_t i = 0; i != labelsPerSample; ++i) {
      int64_t best = 0;
      for (int64_t c = 1; c != classes; ++c)
        if (getScore(row, c, i) > getScore(row, best, i))
          best = c;
      correct += best == data.labels[rows[row] * labelsPerSample + i];
    }
  return correct;
}
