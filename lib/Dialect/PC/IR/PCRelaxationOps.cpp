// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules of the relaxation level.

#include "mlir/IR/Builders.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"

#include <cmath>

using namespace mlir;
using namespace mlir::pc;

/// The states of a relaxation have one list of types, before and after.
static ParseResult parseStateTypes(OpAsmParser &parser,
                                   SmallVectorImpl<Type> &init,
                                   SmallVectorImpl<Type> &final) {
  auto parseOne = [&] { return parser.parseType(init.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne))
    return failure();
  final.assign(init.begin(), init.end());
  return success();
}

static void printStateTypes(OpAsmPrinter &printer, Operation *, TypeRange init,
                            TypeRange) {
  printer << '(' << init << ')';
}

#define GET_OP_CLASSES
#include "pc/Dialect/PC/IR/PCOps.cpp.inc"

/// The vertex or loss that `name` means, or a report that there is none.
static VertexOpInterface findVertex(Operation *op, SymbolRefAttr name) {
  VertexOpInterface vertex = lookupVertex(op, name);
  if (!vertex)
    op->emitOpError("expected ") << name << " to name a vertex or a loss";
  return vertex;
}

/// R1: operands stand for those of the vertex.
static LogicalResult verifyOperands(Operation *op, VertexOpInterface vertex,
                                    OperandRange parents,
                                    OperandRange parameters) {
  auto verify = [&](OperandRange got, OperandRange want, StringRef what) {
    if (got.getTypes() == want.getTypes())
      return success();
    InFlightDiagnostic diag = op->emitOpError("R1: expected the ")
                              << want.size() << " " << what << " of @"
                              << vertex.getSymName() << ", of their types";
    diag.attachNote(vertex.getLoc()) << "the vertex is here";
    return failure();
  };
  return success(
      succeeded(verify(parents, vertex.getParents(), "parents")) &&
      succeeded(verify(parameters, vertex.getParameters(), "parameters")));
}

//===----------------------------------------------------------------------===//
// Symbol uses
//===----------------------------------------------------------------------===//

LogicalResult PredictOp::verifySymbolUses(SymbolTableCollection &) {
  VertexOpInterface vertex = findVertex(*this, getVertex());
  if (!vertex ||
      failed(verifyOperands(*this, vertex, getParents(), getParameters())))
    return failure();
  if (getPredictions().getTypes() != vertex->getResultTypes())
    return emitOpError("R1: expected the ")
           << vertex->getNumResults() << " predictions of @"
           << vertex.getSymName() << ", of their types";
  return success();
}

LogicalResult VJPOp::verifySymbolUses(SymbolTableCollection &) {
  VertexOpInterface vertex = findVertex(*this, getVertex());
  if (!vertex ||
      failed(verifyOperands(*this, vertex, getParents(), getParameters())))
    return failure();
  for (auto [result, error] : llvm::zip_equal(getOf(), getErrors())) {
    if (result < 0 || result >= vertex->getNumResults())
      return emitOpError("R2: expected a result below ")
             << vertex->getNumResults() << ", but got " << result;
    if (vertex->getResult(result).getType() != error.getType())
      return emitOpError("R2: expected an error of type ")
             << vertex->getResult(result).getType() << " for result " << result
             << ", but got " << error.getType();
  }
  return success();
}

LogicalResult VJPOp::verify() {
  if (getOf().size() != getErrors().size())
    return emitOpError("R2: expected ")
           << getOf().size() << " errors, but got " << getErrors().size();
  if (getWrt().size() != getCotangents().size())
    return emitOpError("R3: expected ")
           << getWrt().size() << " results, but got " << getCotangents().size();
  int64_t count = getParents().size() + getParameters().size();
  for (auto [operand, result] : llvm::zip_equal(getWrt(), getCotangents())) {
    if (operand < 0 || operand >= count)
      return emitOpError("R3: expected an operand below ")
             << count << ", but got " << operand;
    Type type = getOperand(operand).getType();
    if (!isDifferentiable(type))
      return emitOpError("R3: operand ")
             << operand << " of type " << type << " has no derivative";
    if (result.getType() != type)
      return emitOpError("R3: expected a result of type ")
             << type << " for operand " << operand << ", but got "
             << result.getType();
  }
  return success();
}

LogicalResult UpdateOp::verifySymbolUses(SymbolTableCollection &) {
  return success(bool(findVertex(*this, getVertex())));
}
LogicalResult ActivityOp::verifySymbolUses(SymbolTableCollection &) {
  return success(bool(findVertex(*this, getVertex())));
}
LogicalResult ErrorOp::verifySymbolUses(SymbolTableCollection &) {
  return success(bool(findVertex(*this, getVertex())));
}
LogicalResult AdvanceOp::verifySymbolUses(SymbolTableCollection &) {
  return success(bool(findVertex(*this, getVertex())));
}

LogicalResult RelaxOp::verifySymbolUses(SymbolTableCollection &) {
  for (Attribute state : getStates()) {
    auto owner = dyn_cast<SymbolRefAttr>(state);
    if (!owner)
      return emitOpError("X1: expected a vertex for each state, but got ")
             << state;
    if (!findVertex(*this, owner))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Relaxation, learning
//===----------------------------------------------------------------------===//

YieldOp RelaxOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

/// X2: what the tolerance is held against is the slope of a `pc.advance`.
static LogicalResult verifyTolerance(RelaxOp op) {
  double tolerance = op.getToleranceAttr().getValueAsDouble();
  if (!(tolerance > 0.0) || std::isinf(tolerance))
    return op.emitOpError("X2: expected a tolerance above 0 and finite, but "
                          "got ")
           << tolerance;
  for (auto [index, value] : llvm::enumerate(op.getYield().getValues())) {
    auto advance = value.getDefiningOp<AdvanceOp>();
    if (advance && advance->getParentOp() == op &&
        advance.getDisplacement() == op.getBody().getArgument(index))
      continue;
    InFlightDiagnostic diag =
        op.emitOpError("X2: expected state ")
        << index << " to move by pc.advance, whose slope the tolerance is "
        << "held against";
    if (Operation *maker = value.getDefiningOp())
      diag.attachNote(maker->getLoc()) << "the next state comes from here";
    return diag;
  }
  return success();
}

LogicalResult RelaxOp::verifyRegions() {
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield)
    return emitOpError("X1: expected the body to end in pc.yield");
  TypeRange types = getInit().getTypes();
  if (getStates().size() != types.size())
    return emitOpError("X1: expected one initial state for each of the ")
           << getStates().size() << " states, but got " << types.size();
  if (TypeRange(getBody().getArgumentTypes()) != types)
    return emitOpError(
        "X1: expected body arguments of the types of the states");
  if (yield.getValues().getTypes() != types)
    return emitOpError(
        "X1: expected yielded values of the types of the states");
  if (getFinal().getTypes() != types)
    return emitOpError("X1: expected results of the types of the states");
  return stopsEarly() ? verifyTolerance(*this) : success();
}

unsigned LearnOp::getNumStates(Optimizer optimizer) {
  switch (optimizer) {
  case Optimizer::SGD:
    return 0;
  case Optimizer::Momentum:
    return 1;
  case Optimizer::Adam:
    return 3;
  }
  llvm_unreachable("unknown optimizer");
}

LogicalResult LearnOp::verify() {
  unsigned count = getNumStates(getOptimizer());
  if (getStates().size() != count)
    return emitOpError("O1: expected ")
           << count << " states for " << stringifyOptimizer(getOptimizer())
           << ", but got " << getStates().size();
  if (getNext().size() != count + 1)
    return emitOpError("O1: expected ")
           << count + 1 << " results, but got " << getNext().size();
  Type type = getParameter().getType();
  if (getGradient().getType() != type || getNext().front().getType() != type)
    return emitOpError("O1: expected gradient and result of type ") << type;
  for (auto [index, state] : llvm::enumerate(getStates())) {
    auto stateType = cast<RankedTensorType>(state.getType());
    bool isCount = index == 2;
    if (isCount ? stateType.getRank() != 0 : state.getType() != type)
      return emitOpError("O1: state ")
             << index << " has the unexpected type " << state.getType();
    if (getNext()[index + 1].getType() != state.getType())
      return emitOpError("O1: expected result ")
             << index + 1 << " of type " << state.getType();
  }
  return success();
}
