// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Syntax and rules of the graph level.

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"

using namespace mlir;
using namespace mlir::pc;

#include "pc/Dialect/PC/IR/PCInterfaces.cpp.inc"

//===----------------------------------------------------------------------===//
// GraphOp
//===----------------------------------------------------------------------===//

void GraphOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    FunctionType type) {
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  Block &block = state.addRegion()->emplaceBlock();
  for (Type input : type.getInputs())
    block.addArgument(input, state.location);
}

ParseResult GraphOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void GraphOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

llvm::SmallVector<VertexOp> pc::getVertices(GraphOp graph) {
  return llvm::to_vector(graph.getBody().getOps<VertexOp>());
}

LossOp GraphOp::getLoss() {
  auto losses = getBody().getOps<LossOp>();
  return losses.empty() ? LossOp() : *losses.begin();
}

/// G3: whatever a vertex learns is an argument with the role of a parameter.
static LogicalResult verifyParameters(GraphOp graph, VertexOpInterface vertex) {
  for (auto [index, parameter] : llvm::enumerate(vertex.getParameters())) {
    auto argument = dyn_cast<BlockArgument>(parameter);
    StringAttr role;
    if (argument)
      role = graph.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                roleAttrName);
    if (!role || role.getValue() != roleParameter)
      return vertex->emitOpError("G3: expected parameter ")
             << index << " to be an argument with role \"parameter\"";
  }
  return success();
}

/// G4: a name means one vertex.
static LogicalResult verifyNames(GraphOp graph) {
  llvm::DenseMap<StringAttr, Operation *> seen;
  for (auto vertex : graph.getBody().getOps<VertexOpInterface>()) {
    auto [entry, isNew] = seen.try_emplace(vertex.getSymNameAttr(), vertex);
    if (isNew)
      continue;
    InFlightDiagnostic diag = vertex->emitOpError("G4: the name @")
                              << vertex.getSymName() << " is taken";
    diag.attachNote(entry->second->getLoc()) << "by the vertex here";
    return diag;
  }
  return success();
}

LogicalResult GraphOp::verifyRegions() {
  Block &block = getBody().front();
  for (Operation &op : block.without_terminator()) {
    auto vertex = dyn_cast<VertexOpInterface>(op);
    if (!vertex) {
      InFlightDiagnostic diag =
          emitOpError("G1: expected vertices and a loss in the body");
      diag.attachNote(op.getLoc()) << "but here is '" << op.getName() << "'";
      return diag;
    }
    if (failed(verifyParameters(*this, vertex)))
      return failure();
  }
  if (failed(verifyNames(*this)))
    return failure();
  auto losses = llvm::to_vector(getBody().getOps<LossOp>());
  if (losses.size() != 1)
    return emitOpError("G2: expected one pc.loss, but got ") << losses.size();
  OperandRange returned = block.getTerminator()->getOperands();
  if (returned.getTypes() != TypeRange(getResultTypes()))
    return emitOpError("expected pc.return to match the result types");
  if (returned.empty() || returned.back() != losses.front().getValue())
    return emitOpError("G2: expected the value of the loss as last result");
  return success();
}

//===----------------------------------------------------------------------===//
// VertexOp and LossOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyBody(VertexOpInterface vertex) {
  Block &body = vertex.getBody().front();
  if (body.getArgumentTypes() != vertex->getOperandTypes())
    return vertex->emitOpError(
               "V1: expected one body argument for each of the ")
           << vertex->getNumOperands() << " operands, of its type";
  auto prediction = dyn_cast<PredictionOp>(body.getTerminator());
  if (!prediction)
    return vertex->emitOpError("V2: expected the body to end in pc.prediction");
  if (prediction.getValues().getTypes() != vertex->getResultTypes()) {
    InFlightDiagnostic diag = vertex->emitOpError(
        "V2: expected one prediction for each result, of its type");
    diag.attachNote(prediction.getLoc()) << "the prediction is here";
    return diag;
  }
  return success();
}

LogicalResult VertexOp::verifyRegions() {
  if (EnergyAttr energy = getEnergyAttr())
    if (energy.getKind() != EnergyKind::Gaussian)
      return emitOpError("V3: expected a gaussian energy, but got ")
             << stringifyEnergyKind(energy.getKind())
             << "; the other energies belong to pc.loss";
  if (std::optional<APFloat> step = getStep())
    if (!(step->convertToDouble() > 0.0))
      return emitOpError("V5: expected a step above 0, but got ")
             << step->convertToDouble();
  return verifyBody(*this);
}

LogicalResult LossOp::verifyRegions() {
  auto type = dyn_cast<RankedTensorType>(getValue().getType());
  if (!type || type.getRank() != 0 || !isDifferentiable(type))
    return emitOpError("V4: expected a rank-0 tensor of floats, but got ")
           << getValue().getType();
  return verifyBody(*this);
}

SymbolRefAttr pc::getVertexRef(VertexOpInterface vertex) {
  auto graph = vertex->getParentOfType<GraphOp>();
  return SymbolRefAttr::get(
      graph.getSymNameAttr(),
      FlatSymbolRefAttr::get(vertex.getContext(), vertex.getSymName()));
}

VertexOpInterface pc::lookupVertex(Operation *from, SymbolRefAttr name) {
  if (name.getNestedReferences().size() != 1)
    return {};
  auto graph = dyn_cast_or_null<GraphOp>(
      SymbolTable::lookupNearestSymbolFrom(from, name.getRootReference()));
  if (!graph)
    return {};
  StringAttr leaf = name.getLeafReference();
  for (auto vertex : graph.getBody().getOps<VertexOpInterface>())
    if (vertex.getSymNameAttr() == leaf)
      return vertex;
  return {};
}

pc::VertexTable::VertexTable(ModuleOp module) {
  for (auto graph : module.getOps<GraphOp>())
    for (auto vertex : graph.getBody().getOps<VertexOpInterface>())
      vertices[getVertexRef(vertex)] = vertex;
}
