// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PC_H
#define PC_DIALECT_PC_IR_PC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "pc/Dialect/PC/IR/PCDialect.h.inc"
#include "pc/Dialect/PC/IR/PCEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "pc/Dialect/PC/IR/PCAttributes.h.inc"

namespace mlir::pc {
class LossOp;
class VertexOp;
class YieldOp;
} // namespace mlir::pc

#include "pc/Dialect/PC/IR/PCInterfaces.h.inc"

#define GET_OP_CLASSES
#include "pc/Dialect/PC/IR/PCOps.h.inc"

namespace mlir::pc {

/// The vertices of a graph in order, without the loss.
llvm::SmallVector<VertexOp> getVertices(GraphOp graph);

/// The vertex or loss that an operation of the relaxation level speaks of, null
/// when there is none. Takes time in the size of the graph; use a VertexTable
/// for many look-ups.
VertexOpInterface lookupVertex(Operation *from, SymbolRefAttr name);

/// All vertices and losses of a module, by name.
class VertexTable {
public:
  explicit VertexTable(ModuleOp module);
  VertexOpInterface lookup(SymbolRefAttr name) const {
    return vertices.lookup(name);
  }

private:
  llvm::DenseMap<Attribute, VertexOpInterface> vertices; // never iterated
};

/// `@graph::@vertex`.
SymbolRefAttr getVertexRef(VertexOpInterface vertex);

} // namespace mlir::pc

#endif // PC_DIALECT_PC_IR_PC_H
