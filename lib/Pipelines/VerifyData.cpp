// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VerifyData.h"
#include "pc/Pipelines/DataFolder.h"
#include "pc/Runtime/Random.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Drawing
//===----------------------------------------------------------------------===//

/// Every name has a stream of its own: one more input moves no other values.
static Random getStream(uint64_t seed, StringRef name) {
  return Random(seed * 0x9e3779b97f4a7c15 + xxh3_64bits(name));
}

/// Integers may be labels or indices, of which 0 and 1 are the safest.
static double draw(Random &random, ElementKind kind,
                   Distribution distribution) {
  if (!isFloat(kind))
    return static_cast<double>(random.below(2));
  return distribution == Distribution::Normal ? random.normal()
                                              : random.uniform(0.5, 1.5);
}

static Tensor drawTensor(ElementKind kind, const std::vector<int64_t> &shape,
                         Distribution distribution, Random random) {
  Tensor tensor(kind, shape);
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    tensor.setFromDouble(i, draw(random, kind, distribution));
  return tensor;
}

/// What the model says that the input may hold.
static Tensor drawIntegers(const ModelPort &port, Random random) {
  Tensor tensor(port.kind, port.shape);
  uint64_t size = port.range[1] - port.range[0] + 1;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    tensor.setFromDouble(i, double(port.range[0]) +
                                static_cast<double>(random.below(size)));
  return tensor;
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

static Error readFolder(ForwardModel &model, const VerifyRequest &request,
                        VerifyData &data) {
  Expected<std::map<unsigned, DataFile>> inputs =
      readDataFolder(request.dataFolder, "input", getKinds(model.inputGroups));
  if (!inputs)
    return inputs.takeError();
  std::string foundNaN = describeNaN(*inputs);
  Expected<std::map<unsigned, Tensor>> bound =
      bindInputs(model, std::move(*inputs), request.dataFolder);
  if (!bound)
    return bound.takeError();
  if (!foundNaN.empty())
    return createStringError(foundNaN + ": expected numbers, found NaN");
  data.arguments = std::move(*bound);
  data.description = request.dataFolder;
  Expected<std::map<unsigned, DataFile>> files = readDataFolder(
      request.dataFolder, "cotangent", getKinds(model.outputGroups));
  if (!files)
    return files.takeError();
  if (files->empty())
    return Error::success();
  Expected<std::map<unsigned, Tensor>> cotangents =
      bindCotangents(model, std::move(*files));
  if (!cotangents)
    return cotangents.takeError();
  for (auto &[number, tensor] : *cotangents)
    data.targets.emplace("cotangent_" + std::to_string(number),
                         std::move(tensor));
  return Error::success();
}

Expected<VerifyData> mlir::pc::makeVerifyData(ForwardModel &model,
                                              const VerifyRequest &request,
                                              Distribution distribution) {
  VerifyData data;
  if (!request.dataFolder.empty()) {
    if (Error error = readFolder(model, request, data))
      return error;
  } else {
    data.description =
        ("seed " + Twine(request.seed) +
         (distribution == Distribution::Normal ? ", standard normal"
                                               : ", uniform in (0.5, 1.5)"))
            .str();
  }
  data.arguments.merge(model.getParameterValues());
  for (auto [index, port] : llvm::enumerate(model.arguments))
    if (!data.arguments.count(index))
      data.arguments.emplace(
          index, port.range.empty()
                     ? drawTensor(port.kind, port.shape, distribution,
                                  getStream(request.seed, port.name))
                     : drawIntegers(port, getStream(request.seed, port.name)));
  return data;
}

std::string mlir::pc::chooseVerifyLoss(const ForwardModel &model,
                                       const VerifyRequest &request) {
  if (request.hasLoss)
    return request.compile.loss;
  int numFloats = 0, numScalars = 0;
  for (const ModelPort &port : model.results) {
    if (!isFloat(port.kind))
      continue;
    ++numFloats;
    numScalars += port.role == roleLoss || port.shape.empty();
  }
  return numFloats == 1 && numScalars == 1 ? "model" : "cotangent";
}

/// The classes of the first output that could be logits of these labels.
static int64_t getNumClasses(const ForwardModel &model) {
  for (const ModelPort &port : model.results)
    if (isFloat(port.kind) && port.shape.size() >= 2)
      return port.shape[1];
  return 1;
}

/// Cotangents, targets of a squared error, or labels.
static Tensor drawTarget(const PortInfo &port, uint64_t seed,
                         const ForwardModel &model) {
  Random random = getStream(seed, port.name);
  // In f32 first: the same point whatever the function is compiled in.
  if (isFloat(port.kind))
    return drawTensor(ElementKind::F32, port.shape, Distribution::Normal,
                      random);
  Tensor labels(port.kind, port.shape);
  for (int64_t i = 0, e = labels.getNumElements(); i != e; ++i)
    labels.setFromDouble(
        i, static_cast<double>(random.below(getNumClasses(model))));
  return labels;
}

void mlir::pc::setData(Invocation &call, const VerifyData &data, uint64_t seed,
                       const ForwardModel &model) {
  call.set(data.arguments);
  const std::vector<PortInfo> &ports = call.getSignature().arguments;
  for (size_t i = model.arguments.size(); i != ports.size(); ++i) {
    if (ports[i].role != roleTarget)
      continue;
    auto given = data.targets.find(ports[i].name);
    if (given != data.targets.end())
      call.set(i, given->second);
    else
      call.set(i, drawTarget(ports[i], seed, model));
  }
}
