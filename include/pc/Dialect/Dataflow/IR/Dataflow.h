// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOW_H
#define PC_DIALECT_DATAFLOW_IR_DATAFLOW_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pcflow {
class WeightsOp;
class YieldOp;

/// `count` firings, each of which takes one word from each operand in `takes`
/// and gives one to each result in `gives`.
struct Run {
  int64_t count;
  llvm::SmallVector<unsigned, 2> takes, gives;
};

/// One firing that takes from all operands and gives to all results.
llvm::SmallVector<Run> getRatelessRuns(Operation *op);

/// Behind the name of a parameter, the name of its velocities.
inline constexpr llvm::StringLiteral velocitySuffix = ".velocity";

/// Whether `op` is in a graph whose predictions are recomputed in every round.
bool isStrict(Operation *op);
} // namespace mlir::pcflow

#include "pc/Dialect/Dataflow/IR/DataflowDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowAttributes.h.inc"

namespace mlir::pcflow {

/// What the words of a quantised circuit are.
class WordType : public Type {
public:
  using Type::Type;
  WordType(FixedType type) : Type(type) {}
  static bool classof(Type type) { return isa<FixedType, SingleType>(type); }

  bool isFloat() const { return isa<SingleType>(*this); }
  /// Bits, and those behind the point, which floats do not have.
  unsigned getWidth() const;
  unsigned getFraction() const;
};

class GraphOp;

/// That of the words of a graph; null before pcflow-quantize.
WordType getWordType(GraphOp graph);

} // namespace mlir::pcflow

#include "pc/Dialect/Dataflow/IR/DataflowInterfaces.h.inc"

#define GET_OP_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowOps.h.inc"

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOW_H
