// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of operators have in common.

#ifndef PC_LIB_TARGET_ONNX_OPERATORS_OPERATORS_H
#define PC_LIB_TARGET_ONNX_OPERATORS_OPERATORS_H

#include "../Emit.h"
#include "../Fold.h"
#include "../Payload.h"
#include "../Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "pc/Support/NarrowFloats.h"

namespace mlir::pc {

/// "tensor<2xf32>, tensor<3xf32>": the types of the operands.
std::string printTypes(NodeContext &node);

/// Imports `graph` with its inputs bound to `arguments`.
LogicalResult importBody(NodeContext &node, const onnx::GraphProto &graph,
                         llvm::ArrayRef<ImportedValue> arguments,
                         OpBuilder &builder,
                         llvm::SmallVectorImpl<ImportedValue> &results);

/// Sets the output to `body` of the first `count` operands, which are
/// broadcast; shapes that do not fit are reported.
LogicalResult emitBroadcast(NodeContext &node, unsigned count, Type element,
                            Emitter::Body body);

/// `x`, a float of at least 16 bits, as a float of 8 bits, the largest one
/// where it is beyond it.
Value emitSaturated(ImplicitLocOpBuilder &b, Value x, FloatType type);

/// Softmax, or its logarithm, over `axes` (sorted).
Value emitSoftmax(Emitter &b, Value operand, llvm::ArrayRef<int64_t> axes,
                  bool isLog);

/// Products of stacks of matrices of rank at least 2 that have been checked;
/// `shape` is that of the result.
Value emitMatrixProduct(Emitter &b, Value x, Value y,
                        llvm::ArrayRef<int64_t> shape);

/// The product that MatMul is, of operands of rank 1 at least; shapes that do
/// not fit are reported.
FailureOr<Value> emitMatMul(NodeContext &node, Value left, Value right);
/// The convolution that the attributes of the node ask for.
FailureOr<Value> emitConvolution(NodeContext &node, Value image, Value filter);

/// 1 / (1 + exp(-x)), without overflow in the value or the derivative.
Value emitSigmoid(ImplicitLocOpBuilder &b, Value x);
/// x / (1 + exp(-alpha x)), which a half is too coarse for.
Value emitSwish(ImplicitLocOpBuilder &b, Value x, double alpha);
/// x where x > 0, else 0; the derivative at 0 is 0, and NaN stays NaN.
Value emitRelu(ImplicitLocOpBuilder &b, Value x);

/// The position of the extremum along `axis`, which disappears.
Value emitArgExtremum(Emitter &b, Value x, int64_t axis, bool isMax,
                      bool isLast);

/// `indices` of dimension `axis`, by runs of neighbours.
Value takeIndices(Emitter &b, Value x, int64_t axis,
                  llvm::ArrayRef<int64_t> indices);

/// A tensor of `shape` with elements of `data`: dimension d of `data` follows
/// the loop `loops[d]`, and `axis` what `indices` say, whose dimensions follow
/// `indexLoops`. An index that names nothing reads zero.
Value pickElements(Emitter &b, llvm::ArrayRef<int64_t> shape, Value data,
                   int64_t axis, llvm::ArrayRef<unsigned> loops, Value indices,
                   llvm::ArrayRef<unsigned> indexLoops);

/// What a scatter does with several updates of one element.
enum class ScatterReduction { None, Add, Multiply, Minimum, Maximum };
FailureOr<ScatterReduction> getScatterReduction(NodeContext &node);
/// `running` combined with `update` where it hits; never without a reduction.
Value emitScatter(ImplicitLocOpBuilder &b, ScatterReduction reduction,
                  Value isHit, Value update, Value running);

/// Where the loop nest stands along `dim`, as an integer of `type`.
Value getPosition(ImplicitLocOpBuilder &b, int64_t dim, Type type);
Value compareIntegers(ImplicitLocOpBuilder &b, arith::CmpIPredicate predicate,
                      Value x, Value y);
/// A negative index counts from the end.
Value wrapIndex(ImplicitLocOpBuilder &b, Value index, int64_t size);
/// A sum over the last loop of a nest of `shape` and one more; `maps` are those
/// of the operands, in rank + 1 dimensions.
Value sumOver(Emitter &b, llvm::ArrayRef<int64_t> shape, Type element,
              ValueRange operands, llvm::ArrayRef<AffineMap> maps,
              Emitter::Body term);

/// A map from a nest of `count` loops to some of them.
AffineMap selectLoops(Builder &builder, unsigned count,
                      llvm::ArrayRef<unsigned> loops);
/// Goes through a nest of `loops`, whose first ones are those of `init`, and
/// combines what comes by. The body gets the operands, then the result so far.
Value accumulate(Emitter &b, Value init, unsigned loops, ValueRange operands,
                 llvm::ArrayRef<AffineMap> maps, Emitter::Body step);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_OPERATORS_OPERATORS_H
