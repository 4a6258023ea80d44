// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TrainingModel.h"
#include "pc/Pipelines/Values.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Signature.h"
#include "pc/Target/ONNX/Export.h"
#include "pc/Target/ONNX/Inputs.h"
#include "pc/Target/ONNX/TensorFile.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static constexpr int64_t defaultBatch = 32;

/// The size that the model or --dim gives a dimension.
static std::optional<int64_t> getSize(const ONNXInput::Dimension &dimension,
                                      const TrainRequest &request) {
  auto given = request.dims.find(dimension.name);
  return given == request.dims.end() ? dimension.size : given->second;
}

/// Open sizes are filled in: the first is the batch; one more takes what is
/// left of `rowSize`, the numbers that data has for a row.
static std::vector<int64_t> fillShape(const ONNXInput &input,
                                      const TrainRequest &request,
                                      int64_t rowSize) {
  std::vector<int64_t> shape;
  std::optional<size_t> open;
  int64_t batch = request.batch.value_or(defaultBatch), known = 1;
  for (auto [index, dimension] : llvm::enumerate(input.shape)) {
    std::optional<int64_t> size = getSize(dimension, request);
    shape.push_back(size.value_or(index == 0 ? batch : 1));
    if (index != 0 && !size)
      open = index;
    if (index != 0)
      known *= shape.back();
  }
  if (open && known > 0 && rowSize % known == 0)
    shape[*open] = rowSize / known;
  return shape;
}

static Error readShapes(const TrainRequest &request, const Dataset &data,
                        ONNXImportOptions &import) {
  Expected<std::vector<ONNXInput>> inputs = readONNXInputs(request.model);
  if (!inputs)
    return inputs.takeError();
  bool hasFloats = llvm::any_of(*inputs, [](auto &i) { return i.isFloat; });
  for (auto [index, input] : llvm::enumerate(*inputs)) {
    bool isSamples = hasFloats ? input.isFloat : index == 0;
    int64_t rowSize = isSamples ? data.features.getNumElements() / data.size()
                                : data.labelsPerSample;
    std::optional<ONNXInputData> &known = import.inputs.emplace_back();
    // Not for a scalar, nor one of unknown rank.
    if (input.kind == ValueKind::Tensor && !input.shape.empty())
      known = {{fillShape(input, request, rowSize)}, {nullptr}};
  }
  return Error::success();
}

/// Gives the parameters the values of the files of a folder, if there is one.
static Error setParameterValues(ForwardModel &model, StringRef folder) {
  std::map<std::string, Tensor> values;
  if (!folder.empty()) {
    Expected<std::map<std::string, Tensor>> files = readTensorFolder(folder);
    if (!files)
      return files.takeError();
    values = std::move(*files);
  }
  func::FuncOp forward = model.getForward();
  for (unsigned i : model.getParameters()) {
    ModelPort &port = model.arguments[i];
    auto found = values.find(port.name);
    if (found == values.end() && !port.hasValue)
      return createStringError(model.path +
                               ": expected a value for the "
                               "parameter `" +
                               port.name +
                               "`, found none; --parameters=DIR gives it one");
    if (found == values.end())
      continue;
    const Tensor &tensor = found->second;
    if (tensor.getKind() != port.kind || tensor.getShape() != port.shape)
      return createStringError(folder + ": expected " + port.describe() +
                               " for `" + port.name + "`, found " +
                               tensor.describe());
    auto type = cast<ShapedType>(forward.getArgumentTypes()[i]);
    forward.setArgAttr(i, valueAttrName, toAttribute(tensor, type));
    port.hasValue = true;
    values.erase(found);
  }
  if (values.empty())
    return Error::success();
  return createStringError(folder +
                           ": expected the names of parameters, found `" +
                           values.begin()->first + "`");
}

std::optional<ForwardModel>
mlir::pc::loadTrainingModel(const TrainRequest &request,
                            const SplitDataset &data, MLIRContext *context,
                            Reporter &reporter, ExitStatus &status) {
  ONNXImportOptions import = getImportOptions(request.compile, request.dims);
  if (StringRef(request.model).ends_with(".onnx"))
    if (Error error = readShapes(request, data.training, import)) {
      status = reporter.fail(std::move(error));
      return std::nullopt;
    }
  std::optional<ForwardModel> model = loadModel(
      request.model, context, import, request.compile.parameters, status);
  if (!model)
    return std::nullopt;
  if (Error error = setParameterValues(*model, request.parameters)) {
    status = reporter.fail(std::move(error));
    return std::nullopt;
  }
  return model;
}

//===----------------------------------------------------------------------===//
// Fitting
//===----------------------------------------------------------------------===//

/// A one-element float result that depends on labels is the model's own loss.
static bool hasOwnLoss(const ForwardModel &model,
                       const ClassifierPorts &ports) {
  if (!ports.labels)
    return false;
  for (const ModelPort &port : model.results)
    if (isFloat(port.kind) &&
        Tensor(port.kind, port.shape).getNumElements() == 1)
      return true;
  return false;
}

std::string mlir::pc::chooseLoss(const ForwardModel &model,
                                 const ClassifierPorts &ports,
                                 const TrainRequest &request) {
  if (request.hasLoss)
    return request.compile.loss;
  return hasOwnLoss(model, ports) ? "model" : "cross-entropy";
}

Error mlir::pc::checkFit(const ForwardModel &model,
                         const ClassifierPorts &ports,
                         const TrainRequest &request,
                         const SplitDataset &data) {
  if (request.batch && *request.batch != ports.batch)
    return createStringError("--batch: expected " + Twine(ports.batch) +
                             ", the batch that " + request.model +
                             " is made for, found " + Twine(*request.batch));
  const Tensor &features = data.training.features;
  int64_t found = features.getNumElements() / data.training.size();
  if (found != ports.sampleSize)
    return createStringError(
        request.data + ": expected samples of " + Twine(ports.sampleSize) +
        " features for `" + model.arguments[ports.samples].name + "` (" +
        model.arguments[ports.samples].describe() + "), found " + Twine(found));
  if (data.training.size() < ports.batch)
    return createStringError(request.data + ": expected at least a batch of " +
                             Twine(ports.batch) + " training samples, found " +
                             Twine(data.training.size()));
  if (data.training.labelsPerSample != ports.labelsPerSample)
    return createStringError(
        request.data + ": expected " + Twine(ports.labelsPerSample) +
        (ports.labelsPerSample == 1 ? " label" : " labels") +
        " for each sample, found " + Twine(data.training.labelsPerSample));
  if (!ports.logits)
    return Error::success();
  const ModelPort &logits = model.results[*ports.logits];
  if (data.numClasses > logits.shape[1])
    return createStringError(request.data + ": expected labels below " +
                             Twine(logits.shape[1]) + ", the classes of `" +
                             logits.name + "` (" + logits.describe() +
                             "), found label " + Twine(data.numClasses - 1));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static Error writeMLIR(ForwardModel &model,
                       const std::map<std::string, const Tensor *> &parameters,
                       StringRef path) {
  func::FuncOp forward = model.getForward();
  for (unsigned i : model.getParameters()) {
    auto type = cast<ShapedType>(forward.getArgumentTypes()[i]);
    const Tensor *value = parameters.at(model.arguments[i].name);
    std::optional<ElementKind> kind = toElementKind(type.getElementType());
    forward.setArgAttr(i, valueAttrName,
                       toAttribute(value->convertTo(*kind), type));
  }
  return writeFileAtomically(path, [&](raw_pwrite_stream &os) {
    model.module->print(os);
    os << "\n";
    return Error::success();
  });
}

Error mlir::pc::writeModel(ForwardModel &model, Learner &learner,
                           StringRef path) {
  Expected<std::map<std::string, const Tensor *>> parameters =
      learner.getParameters();
  if (!parameters)
    return parameters.takeError();
  return model.isONNX ? exportONNX(model.path, path, *parameters)
                      : writeMLIR(model, *parameters, path);
}
