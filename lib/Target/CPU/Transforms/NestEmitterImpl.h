// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of NestEmitter.h, in two parts: loops and bodies, and memory.

#ifndef PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H
#define PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H

#include "NestEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::pc {

/// One tile: `rows` times `lanes` elements of the output, of which the last
/// lanes may be masked.
struct Tile {
  int64_t rows, lanes, active;
};

class NestEmitter {
public:
  NestEmitter(OpBuilder &builder, linalg::LinalgOp op, const StridedNest &nest,
              const NestTiling &tiling, const VectorTarget &target,
              ArrayRef<Value> initial)
      : builder(builder), op(op), loc(op.getLoc()), nest(nest), tiling(tiling),
        target(target), initial(initial), combiners(getCombiners(op)),
        ivs(nest.dims.size()) {
    for (auto [dim, info] : llvm::enumerate(nest.dims)) {
      reduces |= info.isReduction;
      if (dim == tiling.vectorDim || dim == tiling.rowDim)
        continue;
      (info.isReduction ? reductions : outer).push_back(dim);
    }
  }
  void run();

private:
  /// What becomes of the accumulators in the step with this number.
  using StepBuilder =
      llvm::function_ref<SmallVector<Value>(Value, ArrayRef<Value>)>;

  void flattenOperands();
  void emitOuter(ArrayRef<unsigned> dims);
  void emitSteps(unsigned dim, int64_t step,
                 llvm::function_ref<void(int64_t)> body);
  void emitRows(Tile tile);
  void emitTile(Tile tile);
  void emitFoldedTile(Tile tile);
  Value foldLanes(Value lanes, Operation *combiner);
  SmallVector<Value> emitReductions(ArrayRef<unsigned> dims,
                                    SmallVector<Value> values, Tile tile);
  SmallVector<Value> emitLoop(Value start, Value end, int64_t step,
                              ArrayRef<Value> values, StepBuilder body);
  SmallVector<Value> emitBlocks(Value start, int64_t count, int64_t step,
                                SmallVector<Value> values, Tile tile,
                                StepBuilder body);
  SmallVector<Value> getNeutral(Tile tile);
  SmallVector<Value> combineAll(ArrayRef<Value> some, ArrayRef<Value> more);
  bool isBlocked(int64_t steps) const;
  Value advance(Value start, int64_t distance);
  SmallVector<Value> emitFoldedSteps(SmallVector<Value> values, Tile tile);
  SmallVector<Value> emitBody(ArrayRef<Value> accumulators, Tile tile);
  SmallVector<Value> emitRow(ArrayRef<Value> inputs, ArrayRef<Value> outputs,
                             int64_t row, Tile tile);
  Value emitScalarOp(Operation &inner, IRMapping &mapping, Tile tile);
  Value emitIndex(linalg::IndexOp index, int64_t row, Tile tile);
  Value emitFma(Operation &inner, IRMapping &mapping, Tile tile);

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value widen(Value value, Tile tile);
  Value getAddress(const NestAccess &access, int64_t row, int64_t lane = 0);
  bool isShared(unsigned number) const;
  bool isTurned(unsigned number, Tile tile) const;
  SmallVector<Value> loadTurned(unsigned number, Tile tile);
  Value load(unsigned number, int64_t row, Tile tile);
  SmallVector<Value> loadRows(unsigned number, Tile tile);
  Value gather(unsigned number, int64_t row, Tile tile);
  void store(unsigned number, Value value, int64_t row, Tile tile);
  Value getMask(Tile tile);
  VectorType getVector(Type element, Tile tile) {
    return VectorType::get({tile.lanes}, element);
  }
  Type getElement(unsigned number) {
    return getElementTypeOrSelf(nest.accesses[number].operand->get());
  }

  OpBuilder &builder;
  linalg::LinalgOp op;
  Location loc;
  const StridedNest &nest;
  const NestTiling &tiling;
  const VectorTarget &target;
  ArrayRef<Value> initial;
  SmallVector<Operation *> combiners;
  /// Loops around a tile, and those inside one, in their order.
  SmallVector<unsigned> outer, reductions;
  bool reduces = false;
  /// The number of each loop in the iteration that is being emitted.
  SmallVector<Value> ivs;
  /// For each operand in memory, that memory in one dimension.
  SmallVector<Value> bases;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H
