// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Importer.h"
#include "Graph.h"
#include "Payload.h"
#include "Registry.h"
#include "Signs.h"
#include "Steps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Support/Names.h"

using namespace llvm;

namespace mlir::pc {

/// Parameters up to this size take part in the evaluation of shape arithmetic.
static constexpr int64_t maxEvaluatedParameter = 1024;

/// Nested loops and calls multiply; this bounds what an import may take.
static constexpr unsigned maxNodes = 1 << 18;

Importer::Importer(const Model &model, MLIRContext *context,
                   const ONNXImportOptions &options,
                   const Observations &observations)
    : model(model), context(context), options(options),
      observations(observations), plan(model), functions(model.proto),
      modelLoc(FileLineColLoc::get(context, model.path, 0, 0)) {}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

ImportedValue Importer::makeConstant(Constant constant) {
  ImportedValue value;
  if (Type element = getElementType(constant->getKind(), context))
    value.type = RankedTensorType::get(constant->getShape(), element);
  else
    value.isPoisoned = true;
  value.constant = std::move(constant);
  return value;
}

std::optional<ImportedValue> Importer::makeStrings(const StringTensor &given) {
  auto numbers = std::make_shared<Tensor>(ElementKind::I64, given.shape);
  for (auto [i, text] : enumerate(given.elements)) {
    std::optional<int64_t> number = strings.intern(text);
    if (!number)
      return std::nullopt;
    numbers->as<int64_t>()[i] = *number;
  }
  ImportedValue value = makeConstant(numbers);
  value.isString = true;
  return value;
}

Value Importer::materialize(ImportedValue &value, OpBuilder &builder,
                            Location loc) {
  if (value.value)
    return value.value;
  // One operation for each reader: it belongs to the node that reads it.
  if (!value.attribute)
    value.attribute = getElementsAttr(value.constant, context);
  return arith::ConstantOp::create(builder, loc, value.attribute);
}

ImportedValue Importer::makeParameter(StringRef name, Constant constant) {
  ImportedValue value = makeConstant(constant);
  if (value.isPoisoned)
    return value;
  Argument argument;
  argument.name = makeUnique(name, argumentNames);
  argument.isFrozen = plan.isFrozen(name, constant->getShape().size());
  argument.value = constant;
  value.value = function.front().addArgument(
      value.type, NameLoc::get(StringAttr::get(context, argument.name)));
  value.isParameter = true;
  arguments.push_back(std::move(argument));
  return value;
}

void Importer::addUnsupported(const onnx::NodeProto &node, int64_t version,
                              Location loc, const Twine &reason) {
  std::string name = node.op_type();
  if (StringRef domain = normalizeDomain(node.domain()); !domain.empty())
    name = (domain + "." + name).str();
  unsupported.add(name, getNodeName(loc).value_or("?"), version, reason);
  ++numUnsupported;
}

std::string Importer::makeUnique(StringRef name, StringSet<> &used) {
  std::string unique = name.str();
  for (unsigned i = 1; !used.insert(unique).second; ++i)
    unique = (name + "_" + Twine(i)).str();
  return unique;
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

LogicalResult Importer::importInitializers(const onnx::GraphProto &graph,
                                           Scope &scope) {
  StringSet<> seen;
  for (const onnx::TensorProto &proto : graph.initializer()) {
    if (!seen.insert(proto.name()).second)
      return emitError(modelLoc)
             << "the graph has two initializers '" << proto.name() << "'";
    if (isString(proto.data_type())) {
      Expected<StringTensor> text = readStrings(proto);
      if (!text)
        return emitError(modelLoc) << "initializer '" << proto.name()
                                   << "': " << toString(text.takeError());
      std::optional<ImportedValue> value = makeStrings(*text);
      if (!value)
        return emitError(modelLoc) << "initializer '" << proto.name()
                                   << "': " << StringTable::fullText;
      scope.define(proto.name(), *value);
      continue;
    }
    std::optional<ElementKind> kind = getElementKind(proto.data_type());
    if (!kind || !getElementType(*kind, context)) {
      ImportedValue poisoned;
      poisoned.isPoisoned = true;
      scope.define(proto.name(), poisoned);
      ++numUnsupported;
      unsupported.addOther("initializer '" + proto.name() + "': elements of " +
                           getDataTypeName(proto.data_type()) +
                           " are not supported");
      continue;
    }
    Expected<Tensor> tensor = readTensor(proto, model.folder);
    if (!tensor)
      return emitError(modelLoc) << "initializer '" << proto.name()
                                 << "': " << toString(tensor.takeError());
    auto constant = std::make_shared<Tensor>(std::move(*tensor));
    if (!isFloat(*kind)) {
      scope.define(proto.name(), makeConstant(constant));
      continue;
    }
    auto [known, isNew] = bodyParameters.try_emplace(&proto);
    if (isNew)
      known->second = makeParameter(proto.name(), constant);
    scope.define(proto.name(), known->second);
  }
  for (const onnx::SparseTensorProto &sparse : graph.sparse_initializer()) {
    ImportedValue poisoned;
    poisoned.isPoisoned = true;
    scope.define(sparse.values().name(), poisoned);
    ++numUnsupported;
    unsupported.addOther("sparse initializer '" + sparse.values().name() +
                         "': sparse tensors are not supported");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

Location Importer::getNodeLoc(const onnx::NodeProto &node, int index) {
  std::string label = frame->prefix + getNodeLabel(node, index);
  return NameLoc::get(StringAttr::get(context, makeUnique(label, nodeNames)));
}

void Importer::poisonOutputs(const onnx::NodeProto &node) {
  ImportedValue poisoned;
  poisoned.isPoisoned = true;
  for (const std::string &output : node.output())
    frame->scope.define(output, poisoned);
}

/// Constant nodes that hold weights become parameters.
LogicalResult Importer::importConstant(NodeContext &node) {
  ImportedValue &result = node.getResults().front();
  const std::string &name = node.getNode().output(0);
  if (!result.constant || !isFloat(result.constant->getKind()) ||
      !plan.isParameter(name))
    return success();
  // Each call of a function has constants of its own: they may be attributes.
  if (frame->bindings) {
    result = makeParameter(name, result.constant);
    return success();
  }
  auto [known, isNew] = bodyParameters.try_emplace(&node.getNode());
  if (isNew)
    known->second = makeParameter(name, result.constant);
  result = known->second;
  return success();
}

/// True when the operands allow the evaluation of the node: all are known, and
/// parameters among them are small.
static bool canFold(const OperatorHandler &handler, NodeContext &node) {
  if (!handler.fold)
    return false;
  if (handler.foldsTypes)
    return true;
  if (!node.hasInput(0)) // the lowering says so
    return false;
  for (unsigned i = 0; i < node.getNumInputs(); ++i) {
    if (!node.hasInput(i))
      continue;
    const Tensor *constant = node.getConstant(i);
    if (!constant || (node.isParameter(i) && !node.getImported(i).isObserved &&
                      constant->getNumElements() > maxEvaluatedParameter))
      return false;
    if (constant->getKind() >= ElementKind::U64) // evaluated in int64_t
      return false;
  }
  return true;
}

/// Refuses a node that can only be evaluated.
static LogicalResult refuseUnknown(NodeContext &node) {
  SmallVector<unsigned> unknown;
  for (unsigned i = 0; i < node.getNumInputs(); ++i)
    if (node.hasInput(i) &&
        (!node.getConstant(i) ||
         (node.isParameter(i) && !node.getImported(i).isObserved)))
      unknown.push_back(i);
  return unknown.empty() ? node.unsupported("operands that are too large to be "
                                            "evaluated at compile time")
                         : node.unknown(unknown, "the operands");
}

LogicalResult Importer::runHandler(const OperatorHandler &handler,
                                   NodeContext &node) {
  bool dependsOnParameter = false;
  for (unsigned i = 0; i < node.getNumInputs(); ++i)
    dependsOnParameter |= node.hasInput(i) && node.isParameter(i);
  bool isFolded = canFold(handler, node) && handler.fold(node);
  if (node.hasFailed())
    return failure();
  // What can only be evaluated is for these values of the parameters and data.
  bool mustStay = dependsOnParameter || node.hasRounded();
  if (isFolded && (!mustStay || handler.foldsTypes || !handler.lower))
    return node.getOpType() == "Constant" ? importConstant(node) : success();
  SmallVector<Constant> known;
  if (isFolded)
    for (ImportedValue &result : node.getResults())
      known.push_back(result.constant);
  if (!handler.lower)
    return refuseUnknown(node);
  if (failed(handler.lower(node)) || failed(copySteps(handler, node)))
    return failure();
  // The operations stay, since parameters change and wider types round less;
  // shape arithmetic may still look at the values.
  for (auto [result, constant] : zip(node.getResults(), known)) {
    result.constant = constant;
    result.isParameter = true;
  }
  return success();
}

LogicalResult Importer::lookupInputs(const onnx::NodeProto &node, Location loc,
                                     SmallVectorImpl<ImportedValue *> &inputs) {
  for (const std::string &input : node.input()) {
    ImportedValue *value = input.empty() ? nullptr : frame->scope.lookup(input);
    if (!input.empty() && !value)
      return emitError(loc)
             << node.op_type() << ": there is no value '" << input << "'";
    inputs.push_back(value && value->isAbsent ? nullptr : value);
  }
  while (!inputs.empty() && !inputs.back())
    inputs.pop_back();
  return success();
}

LogicalResult Importer::defineOutputs(NodeContext &node,
                                      unsigned unsupportedBefore) {
  for (auto [output, value] : zip(node.getNode().output(), node.getResults())) {
    if (output.empty())
      continue;
    if (!value.value && !value.constant && !value.sequence && !value.isAbsent) {
      value.isPoisoned = true;
      if (numUnsupported == unsupportedBefore)
        addUnsupported(node.getNode(), node.version, node.loc,
                       "output '" + output + "' is not supported");
    }
    frame->scope.define(output, value);
  }
  return success();
}

static bool isStringOperand(const ImportedValue *value) {
  return value && hasStrings(*value);
}

LogicalResult Importer::checkStrings(const onnx::NodeProto &node,
                                     const OperatorHandler &handler,
                                     int64_t version, Location loc,
                                     ArrayRef<ImportedValue *> inputs,
                                     bool &isRefused) {
  if (none_of(inputs, isStringOperand))
    return success();
  isRefused = true;
  for (auto [i, value] : enumerate(inputs)) {
    if (!isStringOperand(value))
      continue;
    if (value->isPoisoned) {
      addUnsupported(node, version, loc,
                     "strings that are not known; feed them to pc-run --data");
      return success();
    }
    if (!handler.takesStrings(i)) {
      addUnsupported(node, version, loc, "operands that are strings");
      return success();
    }
  }
  isRefused = false;
  if (handler.strings == StringUse::Handles)
    return success();
  for (auto [i, value] : enumerate(inputs))
    if (value && handler.takesStrings(i) && !isStringOperand(value))
      return emitError(loc) << node.op_type() << ": expected strings for input "
                            << i << " as for others, but got " << value->type;
  return success();
}

LogicalResult Importer::importNode(const onnx::NodeProto &node, int index) {
  StringRef domain = normalizeDomain(node.domain());
  Location loc = getNodeLoc(node, index);
  if (++numNodes > maxNodes)
    return emitError(loc) << "expected at most " << maxNodes
                          << " nodes after loops and calls are expanded";
  if (node.output_size() == 0)
    return emitError(loc) << node.op_type()
                          << ": expected at least 1 output, but got 0";
  int64_t version = frame->opsets.lookup(domain);
  SmallVector<ImportedValue *> inputs;
  if (failed(lookupInputs(node, loc, inputs)))
    return failure();
  if (const ModelFunction *function = functions.lookup(node))
    return importCall(*function, node, loc, inputs);
  std::string reason;
  const OperatorHandler *handler =
      OperatorRegistry::get().lookup(domain, node.op_type(), version, reason);
  if (!handler)
    addUnsupported(node, version, loc, reason);
  bool isPoisoned = any_of(
      inputs, [](ImportedValue *value) { return value && value->isPoisoned; });
  bool isSequence = any_of(
      inputs, [](ImportedValue *value) { return value && value->sequence; });
  if (handler && isSequence && !handler->takesSequences) {
    addUnsupported(node, version, loc, "operands that are sequences");
    isPoisoned = true;
  }
  bool isRefused = false;
  if (handler &&
      failed(checkStrings(node, *handler, version, loc, inputs, isRefused)))
    return failure();
  if (!handler || isPoisoned || isRefused) {
    poisonOutputs(node);
    return success();
  }
  std::deque<ImportedValue> held;
  observeOperands(inputs, held);
  NodeContext state(*this, node, version, frame->builder, loc,
                    Attributes(node, frame->bindings), inputs);
  unsigned before = numUnsupported;
  LogicalResult result = runHandler(*handler, state);
  // Read as absent, it may have led to a refusal; an error said already stays.
  const std::string &wrong = state.attributes.getError();
  if (!wrong.empty() && state.hasFailed() && !state.hasRefused())
    return failure();
  if (!wrong.empty())
    return emitError(loc) << node.op_type() << ": " << wrong;
  if (succeeded(result)) {
    if (handler->strings == StringUse::Moves && any_of(inputs, isStringOperand))
      for (ImportedValue &value : state.getResults())
        value.isString = true;
    return defineOutputs(state, before);
  }
  poisonOutputs(node);
  return success(state.hasRefused());
}

LogicalResult Importer::importNodes(const onnx::GraphProto &graph,
                                    Frame &newFrame) {
  StringSet<> defined;
  for (const onnx::TensorProto &initializer : graph.initializer())
    defined.insert(initializer.name());
  for (const onnx::SparseTensorProto &sparse : graph.sparse_initializer())
    defined.insert(sparse.values().name());
  for (const onnx::ValueInfoProto &input : graph.input())
    defined.insert(input.name());
  return importNodes(graph.node(), defined, newFrame);
}

LogicalResult Importer::importNodes(const NodeList &nodes,
                                    const StringSet<> &defined,
                                    Frame &newFrame) {
  FailureOr<SmallVector<int>> order = sortNodes(
      nodes, defined,
      [&](StringRef name) { return newFrame.scope.lookup(name); }, modelLoc);
  if (failed(order))
    return failure();
  Frame *outer = std::exchange(frame, &newFrame);
  path.push_back(numBodies++);
  LogicalResult result = success();
  for (int index : *order) {
    path.push_back(index);
    int outerBodies = std::exchange(numBodies, 0);
    result = importNode(nodes[index], index);
    numBodies = outerBodies;
    path.pop_back();
    if (failed(result))
      break;
  }
  path.pop_back();
  frame = outer;
  return result;
}

Importer::Mark Importer::getMark(OpBuilder &builder) const {
  Block *block = builder.getInsertionBlock();
  return {block->empty() ? nullptr : &block->back(),
          nodeNames,
          unsupported,
          numUnsupported,
          numWaiting,
          requests.size()};
}

void Importer::rewind(const Mark &mark, OpBuilder &builder) {
  Block *block = builder.getInsertionBlock();
  while (!block->empty() && &block->back() != mark.last)
    block->back().erase();
  nodeNames = mark.nodeNames;
  unsupported = mark.unsupported;
  numUnsupported = mark.numUnsupported;
  numWaiting = mark.numWaiting;
  requests.resize(std::min(requests.size(), mark.numRequests));
}

LogicalResult
Importer::importSubgraph(const onnx::GraphProto &graph, Frame inner,
                         SmallVectorImpl<ImportedValue> &outputs) {
  if (failed(importInitializers(graph, inner.scope)) ||
      failed(importNodes(graph, inner)))
    return failure();
  for (const onnx::ValueInfoProto &output : graph.output()) {
    ImportedValue *value = inner.scope.lookup(output.name());
    if (!value)
      return emitError(modelLoc)
             << "subgraph output '" << output.name() << "' is not defined";
    outputs.push_back(*value);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Operands that follow from the data
//===----------------------------------------------------------------------===//

bool Importer::canRequest(const ImportedValue &operand) {
  Block *body = &function.front();
  Value value = operand.value;
  return options.evaluate && value && !operand.isString &&
         value.getParentBlock() == body &&
         getFrame().builder.getInsertionBlock() == body;
}

void Importer::request(ArrayRef<unsigned> operands,
                       ArrayRef<ImportedValue *> inputs) {
  if (!all_of(operands, [&](unsigned i) { return canRequest(*inputs[i]); }))
    return;
  ++numWaiting;
  for (unsigned i : operands) {
    requests.push_back({path, inputs[i]->value, inputs[i]->type});
    requests.back().path.push_back(int(i));
  }
}

void Importer::observeOperands(MutableArrayRef<ImportedValue *> inputs,
                               std::deque<ImportedValue> &held) {
  if (observations.empty())
    return;
  OperandPath operand = path;
  operand.push_back(0);
  for (auto [i, input] : enumerate(inputs)) {
    operand.back() = int(i);
    Constant known =
        input ? observations.lookup(operand, input->type) : nullptr;
    if (!known)
      continue;
    held.push_back(*input);
    input = &held.back();
    input->constant = known;
    input->isParameter = input->isObserved = true;
  }
}

void Importer::returnRequests() {
  Block &body = function.front();
  body.getTerminator()->erase();
  resultNames.clear();
  outputGroups.clear();
  SmallVector<Value> results;
  for (const Request &request : requests) {
    resultNames.push_back("operand_" + std::to_string(results.size()));
    results.push_back(request.value);
  }
  OpBuilder builder = OpBuilder::atBlockEnd(&body);
  func::ReturnOp::create(builder, modelLoc, results);
}

//===----------------------------------------------------------------------===//
// The finished function
//===----------------------------------------------------------------------===//

void Importer::eraseDeadCode() {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  if (isWaiting()) // the data may have values for all parameters
    return;
  Block &body = function.front();
  for (int i = int(arguments.size()) - 1; i >= 0; --i) {
    if (!arguments[i].value || !body.getArgument(i).use_empty())
      continue;
    body.eraseArgument(i);
    arguments.erase(arguments.begin() + i);
  }
}

void Importer::restrictArgument(BlockArgument value, int64_t least,
                                int64_t most, std::optional<int64_t> also) {
  Block *body = &function.front();
  if (value.getOwner() != body ||
      getFrame().builder.getInsertionBlock() != body)
    return;
  SmallVector<int64_t> &range = arguments[value.getArgNumber()].range;
  if (range.empty())
    range = {least, most};
  else // what another node allows as well
    range = {std::max(least, range[0]), std::min(most, range[1])};
  if (also)
    range.push_back(*also);
}

OwningOpRef<ModuleOp> Importer::run(ImportStatus &status) {
  status = ImportStatus::Error;
  module = ModuleOp::create(modelLoc);
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  function = func::FuncOp::create(builder, modelLoc, "model",
                                  builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  Frame top{topScope, model.opsets, nullptr, builder, ""};
  if (failed(importInputs()) ||
      failed(importInitializers(model.proto.graph(), topScope)) ||
      failed(importNodes(model.proto.graph(), top)) || failed(importOutputs()))
    return nullptr;
  if (isWaiting()) {
    returnRequests();
  } else if (!unsupported.empty()) {
    unsupported.report(modelLoc);
    status = ImportStatus::Unsupported;
    return nullptr;
  }
  eraseDeadCode();
  resolveSigns(function);
  finishFunction();
  if (failed(verify(*module)))
    return nullptr;
  status = ImportStatus::Success;
  return std::move(module);
}

} // namespace mlir::pc
