// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Model.h"
#include "mlir/Parser/Parser.h"
#include "pc/Pipelines/Tosa.h"
#include "pc/Pipelines/Values.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Signature.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlir::pc;

std::string ModelPort::describe() const {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + pc::getName(kind);
}

func::FuncOp ForwardModel::getForward() {
  return module->lookupSymbol<func::FuncOp>(modelName);
}

static SmallVector<unsigned> select(const std::vector<ModelPort> &ports,
                                    bool parameters) {
  SmallVector<unsigned> found;
  for (auto [index, port] : llvm::enumerate(ports))
    if ((port.role == roleParameter) == parameters)
      found.push_back(index);
  return found;
}

SmallVector<unsigned> ForwardModel::getParameters() const {
  return select(arguments, true);
}

SmallVector<unsigned> ForwardModel::getInputs() const {
  return select(arguments, false);
}

SmallVector<unsigned> ForwardModel::getFed() const {
  SmallVector<unsigned> found;
  for (auto [index, port] : llvm::enumerate(arguments))
    if (!port.hasValue)
      found.push_back(index);
  return found;
}

std::map<unsigned, Tensor> ForwardModel::getParameterValues() {
  std::map<unsigned, Tensor> values;
  func::FuncOp forward = getForward();
  for (unsigned i : getParameters())
    if (auto value = forward.getArgAttrOfType<ElementsAttr>(i, valueAttrName))
      if (std::optional<Tensor> tensor = toTensor(value))
        values.emplace(i, std::move(*tensor));
  return values;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static std::string getString(DictionaryAttr attributes, llvm::StringRef name,
                             const Twine &otherwise) {
  if (attributes)
    if (auto text = attributes.getAs<StringAttr>(name))
      return text.str();
  return otherwise.str();
}

/// Fills `ports` from types and attributes; reports what cannot cross the
/// border of compiled code.
static LogicalResult readPorts(func::FuncOp function, TypeRange types,
                               ArrayAttr attributes, llvm::StringRef what,
                               llvm::StringRef role,
                               std::vector<ModelPort> &ports) {
  for (auto [index, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<ElementKind> kind =
        tensor ? toElementKind(tensor.getElementType()) : std::nullopt;
    if (!kind || !tensor.hasStaticShape())
      return function.emitError("expected ")
             << what << " " << index
             << " to be a tensor of static shape whose elements are floats, "
                "integers or booleans, found "
             << type;
    auto dictionary =
        attributes ? cast<DictionaryAttr>(attributes[index]) : DictionaryAttr();
    ModelPort port{getString(dictionary, nameAttrName, what + Twine(index)),
                   getString(dictionary, roleAttrName, role),
                   *kind,
                   tensor.getShape().vec(),
                   {},
                   dictionary && dictionary.contains(valueAttrName)};
    if (dictionary)
      if (auto range = dictionary.getAs<DenseI64ArrayAttr>(rangeAttrName))
        port.range = range.asArrayRef().vec();
    ports.push_back(std::move(port));
  }
  return success();
}

static LogicalResult readGroups(ForwardModel &model, func::FuncOp forward) {
  std::vector<std::string> inputs, outputs;
  for (unsigned i : model.getFed())
    inputs.push_back(model.arguments[i].name);
  for (const ModelPort &port : model.results)
    outputs.push_back(port.name);
  FailureOr<std::vector<ValueGroup>> of[] = {
      getValueGroups(forward, inputsAttrName, inputs),
      getValueGroups(forward, outputsAttrName, outputs)};
  if (failed(of[0]) || failed(of[1]))
    return failure();
  FailureOr<std::vector<std::string>> strings = getStrings(forward);
  if (failed(strings))
    return failure();
  model.inputGroups = std::move(*of[0]);
  model.outputGroups = std::move(*of[1]);
  model.strings = std::move(*strings);
  return success();
}

static LogicalResult readSignature(ForwardModel &model) {
  func::FuncOp forward = model.getForward();
  if (!forward || forward.isExternal())
    return emitError(model.module->getLoc())
           << "expected a function @" << modelName << " with a body";
  FunctionType type = forward.getFunctionType();
  if (failed(readPorts(forward, type.getInputs(), forward.getArgAttrsAttr(),
                       "arg", roleInput, model.arguments)) ||
      failed(readPorts(forward, type.getResults(), forward.getResAttrsAttr(),
                       "result", roleOutput, model.results)))
    return failure();
  for (const ModelPort &port : model.arguments)
    if (port.role != roleInput && port.role != roleParameter &&
        port.role != roleTarget)
      return forward.emitError("expected the role input, parameter or target "
                               "at argument `")
             << port.name << "`, found `" << port.role << "`";
  return readGroups(model, forward);
}

std::optional<ForwardModel> mlir::pc::makeModel(OwningOpRef<ModuleOp> module) {
  ForwardModel model;
  model.module = std::move(module);
  if (failed(readSignature(model)))
    return std::nullopt;
  return model;
}

/// The context's dialects are loaded by the parser as they are met.
static OwningOpRef<ModuleOp> parseMLIR(llvm::StringRef path,
                                       MLIRContext *context) {
  llvm::SourceMgr sources;
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> file =
      llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file) {
    emitError(UnknownLoc::get(context))
        << path << ": " << file.getError().message();
    return nullptr;
  }
  sources.AddNewSourceBuffer(std::move(*file), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, context);
}

ONNXImportOptions
mlir::pc::getImportOptions(const CompileOptions &options,
                           const std::map<std::string, int64_t> &dims) {
  ONNXImportOptions import;
  import.dims = dims;
  import.unroll = options.unroll;
  import.checkpoint = options.checkpoint;
  import.straightThrough = options.straightThrough;
  return import;
}

std::optional<ForwardModel>
mlir::pc::loadModel(llvm::StringRef path, MLIRContext *context,
                    const ONNXImportOptions &options,
                    const ParameterChoice &choice, ExitStatus &status) {
  bool isONNX = path.ends_with(".onnx");
  status = ExitStatus::Failure;
  if (!isONNX && !path.ends_with(".mlir")) {
    emitError(UnknownLoc::get(context))
        << path << ": expected a model in a file *.onnx or *.mlir";
    return std::nullopt;
  }
  OwningOpRef<ModuleOp> module;
  if (isONNX) {
    ImportStatus imported = ImportStatus::Error;
    module = importONNX(path, context, options, imported);
    if (imported == ImportStatus::Unsupported)
      status = ExitStatus::Unsupported;
  } else {
    module = parseMLIR(path, context);
    if (module && hasTosa(*module) && failed(lowerTosa(*module))) {
      status = ExitStatus::Unsupported;
      return std::nullopt;
    }
  }
  if (!module)
    return std::nullopt;
  if (auto forward = module->lookupSymbol<func::FuncOp>(modelName))
    if (failed(chooseParameters(forward, choice)))
      return std::nullopt;
  std::optional<ForwardModel> model = makeModel(std::move(module));
  if (!model)
    return std::nullopt;
  model->path = path.str();
  model->isONNX = isONNX;
  status = ExitStatus::Success;
  return model;
}
