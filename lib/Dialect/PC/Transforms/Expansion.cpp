// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Expansion.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"
#include "pc/Support/ValueGroups.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pc;

Expansion::Expansion(GraphOp graph, ScheduleAttr schedule,
                     const ExpandOptions &options)
    : graph(graph), schedule(schedule), options(options),
      paths(graph, options.wanted), builder(graph), loc(graph.getLoc()) {
  for (VertexOp vertex : getVertices(graph))
    all.push_back(vertex);
  all.push_back(graph.getLoss());
  for (unsigned argument : getWantedArguments(graph, options.wanted))
    wanted.insert(graph.getArgument(argument));
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void Expansion::createFunction(StringRef name) {
  builder.setInsertionPointAfter(graph);
  function = func::FuncOp::create(
      builder, loc, name,
      builder.getFunctionType(graph.getArgumentTypes(), {}));
  if (ArrayAttr attributes = graph.getArgAttrsAttr())
    function.setArgAttrsAttr(attributes);
  copyValueGroups(graph, function);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  for (auto [argument, value] :
       llvm::zip_equal(graph.getBody().getArguments(), entry->getArguments()))
    feedForward[argument] = value;
}

func::FuncOp Expansion::expand(StringRef name) {
  createFunction(name);
  for (VertexOpInterface vertex : all)
    for (auto [activity, prediction] :
         llvm::zip_equal(vertex->getResults(), predict(vertex, feedForward)))
      feedForward[activity] = prediction;
  auto type = cast<RankedTensorType>(getLoss().getValue().getType());
  seed = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(type,
                             builder.getFloatAttr(type.getElementType(), 1.0)));

  TermMap gradients;
  LogicalResult expanded = failure();
  switch (schedule.getKind()) {
  case ScheduleKind::Fixed:
  case ScheduleKind::FixedExact:
    expanded = expandFixed(*this, gradients);
    break;
  case ScheduleKind::Strict:
  case ScheduleKind::Nudged:
  case ScheduleKind::CentredNudged:
  case ScheduleKind::Incremental:
    expanded = expandStrict(*this, gradients);
    break;
  case ScheduleKind::ZIL:
    expanded = expandZIL(*this, gradients);
    break;
  case ScheduleKind::Sweep:
    expanded = expandSweep(*this, gradients);
    break;
  }
  if (failed(expanded)) {
    function.erase();
    return nullptr;
  }
  finish(gradients);
  return function;
}

void Expansion::finish(const TermMap &gradients) {
  llvm::SmallVector<Value> results;
  llvm::SmallVector<Attribute> attributes;
  auto describeResult = [&](StringRef role, StringRef name) {
    return builder.getDictionaryAttr(
        {builder.getNamedAttr(roleAttrName, builder.getStringAttr(role)),
         builder.getNamedAttr(nameAttrName, builder.getStringAttr(name))});
  };
  for (auto [index, value] : llvm::enumerate(
           graph.getBody().front().getTerminator()->getOperands())) {
    results.push_back(feedForward.lookup(value));
    attributes.push_back(describeResult(getResultRole(graph, index),
                                        getResultName(graph, index)));
  }
  for (unsigned argument : getWantedArguments(graph, options.wanted)) {
    Value primal = graph.getArgument(argument);
    auto terms = gradients.find(primal);
    results.push_back(terms == gradients.end()
                          ? getZero(primal.getType())
                          : sum(terms->second, primal.getType()));
    attributes.push_back(
        describeResult(roleGradient, getArgName(graph, argument)));
  }
  for (auto &[name, state] : finalStates) {
    results.push_back(state);
    attributes.push_back(describeResult(roleState, name));
  }
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(
      builder.getFunctionType(function.getBody().getArgumentTypes(),
                              llvm::to_vector(ValueRange(results).getTypes())));
  function.setResAttrsAttr(builder.getArrayAttr(attributes));
}

//===----------------------------------------------------------------------===//
// Predictions, messages, gradients
//===----------------------------------------------------------------------===//

static llvm::SmallVector<Value> lookUp(OperandRange operands,
                                       const ValueMap &values) {
  return llvm::map_to_vector(operands,
                             [&](Value v) { return values.lookup(v); });
}

ValueRange Expansion::predict(VertexOpInterface vertex,
                              const ValueMap &activities) {
  return PredictOp::create(builder, vertex->getLoc(), vertex->getResultTypes(),
                           getVertexRef(vertex),
                           lookUp(vertex.getParents(), activities),
                           lookUp(vertex.getParameters(), activities))
      .getPredictions();
}

void Expansion::addVJP(VertexOpInterface vertex, const ValueMap &activities,
                       const ValueMap &errors, function_ref<bool(Value)> wants,
                       TermMap &terms) {
  llvm::SmallVector<int64_t> of, wrt;
  llvm::SmallVector<Value> carried;
  for (OpResult result : vertex->getResults()) {
    Value error = isa<LossOp>(vertex) ? seed : errors.lookup(result);
    if (!error)
      continue;
    of.push_back(result.getResultNumber());
    carried.push_back(error);
  }
  llvm::SmallVector<Type> types;
  for (auto [index, operand] : llvm::enumerate(vertex->getOperands()))
    if (wants(operand)) {
      wrt.push_back(index);
      types.push_back(operand.getType());
    }
  if (of.empty() || wrt.empty())
    return;
  auto vjp = VJPOp::create(builder, getDerivativeLoc(vertex->getLoc()), types,
                           getVertexRef(vertex), wrt, of,
                           lookUp(vertex.getParents(), activities),
                           lookUp(vertex.getParameters(), activities), carried);
  for (auto [index, cotangent] : llvm::zip_equal(wrt, vjp.getCotangents()))
    terms[vertex->getOperand(index)].push_back(cotangent);
}

void Expansion::addMessages(VertexOpInterface vertex,
                            const ValueMap &activities, const ValueMap &errors,
                            TermMap &terms) {
  addVJP(
      vertex, activities, errors,
      [&](Value operand) { return paths.carriesError(operand); }, terms);
}

void Expansion::addGradients(VertexOpInterface vertex,
                             const ValueMap &activities, const ValueMap &errors,
                             TermMap &gradients) {
  addVJP(
      vertex, activities, errors,
      [&](Value operand) { return wanted.contains(operand); }, gradients);
}

Value Expansion::sum(ArrayRef<Value> terms, Type type) {
  if (terms.empty())
    return getZero(type);
  return builder.createOrFold<AccumulateOp>(loc, type, terms);
}

Value Expansion::getZero(Type type) { return createZero(builder, loc, type); }

//===----------------------------------------------------------------------===//
// Vertices and states
//===----------------------------------------------------------------------===//

double Expansion::getStep(OpResult activity) const {
  auto vertex = cast<VertexOp>(activity.getOwner());
  std::optional<APFloat> own = vertex.getStep();
  return schedule.getStep() * (own ? own->convertToDouble() : 1.0);
}

double Expansion::getPrecision(OpResult activity) const {
  return cast<VertexOp>(activity.getOwner()).getPrecision();
}

SymbolRefAttr Expansion::getRef(OpResult activity) const {
  return getVertexRef(cast<VertexOpInterface>(activity.getOwner()));
}

std::string Expansion::describe(OpResult activity) const {
  std::string name = cast<VertexOp>(activity.getOwner()).getSymName().str();
  if (activity.getOwner()->getNumResults() > 1)
    name += "#" + std::to_string(activity.getResultNumber());
  return name;
}

Value Expansion::getInitialState(OpResult activity, Value start) {
  if (!options.exposeStates)
    return start ? start : getZero(activity.getType());
  DictionaryAttr attributes = builder.getDictionaryAttr(
      {builder.getNamedAttr(roleAttrName, builder.getStringAttr(roleState)),
       builder.getNamedAttr(
           nameAttrName,
           builder.getStringAttr(describe(activity) + stateMark))});
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, activity.getType(), attributes, loc);
  return function.getArgument(index);
}

void Expansion::exposeFinalState(OpResult activity, Value state) {
  if (options.exposeStates)
    finalStates.emplace_back(describe(activity) + stateMark, state);
}

llvm::SmallVector<Value> Expansion::relax(
    int64_t iterations, ArrayRef<Attribute> owners, ValueRange init,
    function_ref<llvm::SmallVector<Value>(ValueRange)> body, double tolerance) {
  if (init.empty())
    return {};
  auto op = RelaxOp::create(
      builder, loc, init.getTypes(), iterations, builder.getArrayAttr(owners),
      init,
      tolerance != 0.0 ? builder.getF64FloatAttr(tolerance) : FloatAttr());
  OpBuilder::InsertionGuard guard(builder);
  Block *block =
      builder.createBlock(&op.getBody(), {}, init.getTypes(),
                          llvm::SmallVector<Location>(init.size(), loc));
  YieldOp::create(builder, loc, body(block->getArguments()));
  return llvm::to_vector_of<Value>(op.getFinal());
}
