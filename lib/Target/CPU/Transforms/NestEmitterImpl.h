// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of NestEmitter.h: loops (NestEmitter.cpp), those of reductions,
// tiles, memory and panels.

#ifndef PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H
#define PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H

#include "NestEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SmallBitVector.h"

namespace mlir::pc {

/// One tile: `rows` times `columns` values of `lanes` elements each. In the
/// last column, or in all, only `active` lanes count.
struct Tile {
  int64_t rows, columns, lanes, active;
  bool masksAll = false;

  bool isMasked(int64_t column) const {
    return active != lanes && (masksAll || column == columns - 1);
  }
};

class NestEmitter {
public:
  NestEmitter(OpBuilder &builder, linalg::LinalgOp op, const StridedNest &nest,
              const NestTiling &tiling, const NestBlocking &blocking,
              const VectorTarget &target, ArrayRef<Value> initial,
              OpOperand *sums);
  void run();

private:
  /// What becomes of the accumulators in the step with this number.
  using StepBuilder =
      llvm::function_ref<SmallVector<Value>(Value, ArrayRef<Value>)>;

  /// What all rows, or all columns, of tiles read of the operand `number` in
  /// `steps` steps of the reduction `dim`, in `memory`, step by step. The first
  /// rows fill it.
  struct Panel {
    unsigned number, dim;
    int64_t steps;
    Value memory;
    bool isFilled = false;
    /// The first of the columns whose panel comes next, if it is asked for.
    Value next;
  };

  /// Rows that run through everything else before the next ones.
  struct RowBlock {
    Value start;
    int64_t rows;
  };

  void flattenOperands();
  SmallVector<unsigned> getMemoryOrder();
  std::optional<unsigned> chooseOutside();
  void emitRowBlocks(llvm::function_ref<void()> body);
  void emitChunks();
  Value areEqual(ArrayRef<std::pair<Value, int64_t>> numbers);
  void emitOuter(ArrayRef<unsigned> dims, llvm::function_ref<void()> body);
  void emitColumns();
  void emitLanes(int64_t columns);
  void emitSteps(unsigned dim, int64_t step,
                 llvm::function_ref<void(int64_t)> body, int64_t first = 0);
  int64_t getExtent(unsigned dim) const;
  void setStep(unsigned dim, Value step);
  double getWork();
  bool isParallel(unsigned dim);
  void emitRows(Tile tile);
  void emitTile(Tile tile);
  void storeTile(ArrayRef<Value> values, Tile tile);
  void emitEpilogue(ArrayRef<Value> sums, Tile tile);
  void emitRowEpilogues(ArrayRef<Value> sums, Tile tile);
  void emitShortEpilogue(ArrayRef<Value> sums, Tile tile);
  void emitFoldedTile(Tile tile);
  Value foldLanes(Value lanes, Operation *combiner);
  SmallVector<Value> emitReductions(ArrayRef<unsigned> dims,
                                    SmallVector<Value> values, Tile tile);
  bool canUnroll(unsigned dim, Tile tile);
  int64_t getReach(unsigned dim, Tile tile);
  bool isInside(unsigned dim) const;
  std::pair<Value, Value> getSteps(unsigned dim, Tile tile);
  SmallVector<Value> emitLoop(Value start, Value end, int64_t step,
                              ArrayRef<Value> values, StepBuilder body);
  SmallVector<Value> emitBlocks(Value start, Value end, int64_t count,
                                int64_t step, SmallVector<Value> values,
                                Tile tile, StepBuilder body);
  SmallVector<Value> getStarts(Tile tile);
  SmallVector<Value> getNeutral(Tile tile);
  SmallVector<Value> combineAll(ArrayRef<Value> some, ArrayRef<Value> more);
  bool isBlocked(int64_t steps) const;
  Value advance(Value start, int64_t distance);
  Value getMinimum(Value a, Value b);
  SmallVector<Value> emitFoldedSteps(SmallVector<Value> values, Tile tile);
  SmallVector<Value> emitLastFolded(ArrayRef<Value> values, Tile tile);
  SmallVector<Value> emitBody(ArrayRef<Value> accumulators, Tile tile);
  SmallVector<Value> emitValue(linalg::LinalgOp of, ArrayRef<Value> arguments,
                               int64_t row, int64_t column, Tile tile);
  Value emitScalarOp(Operation &inner, IRMapping &mapping, Tile tile);
  Value emitIndex(linalg::IndexOp index, int64_t row, int64_t column,
                  Tile tile);
  Value emitFma(Operation &inner, IRMapping &mapping, Tile tile);

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value widen(Value value, Tile tile);
  Value getAddress(const NestAccess &access, int64_t row, int64_t column,
                   int64_t lane = 0);
  bool isSharedByRows(unsigned number) const;
  bool isSharedByColumns(unsigned number) const;
  bool isTurned(unsigned number, Tile tile) const;
  SmallVector<Value> loadTurned(unsigned number, Tile tile);
  SmallVector<Value> loadTurnedOutputs(Tile tile);
  void storeTurned(ArrayRef<Value> values, Tile tile);
  void transposeSquare(MutableArrayRef<Value> rows);
  Value load(unsigned number, int64_t row, int64_t column, Tile tile);
  void loadPlace(unsigned number, int64_t place, MutableArrayRef<Value> values,
                 Tile tile);
  Value loadRun(unsigned number, Value address, int64_t stride, VectorType type,
                int64_t active);
  Value unzip(unsigned number, Value address, int64_t stride, VectorType type,
              int64_t active);
  void storeRun(Value memory, Value value, Value address, int64_t stride,
                int64_t active);
  void store(unsigned number, Value value, int64_t row, int64_t column,
             Tile tile);
  std::optional<Panel> choosePanel(Tile tile);
  Value createPanelMemory(unsigned number, int64_t elements);
  Value getPanelStep(const Panel &of);
  Value getPanelAddress(int64_t column, Tile tile);
  void prefetchPanel(Tile tile);
  Value loadPacked(int64_t column, Tile tile);
  void emitPacked(Panel next, Tile tile,
                  llvm::function_ref<void(int64_t)> emitTiles);
  void packRows();
  void packRun(const Panel &target, Value first, int64_t active);
  Value getRowAddress(const Panel &of, int64_t row);
  Value getMask(int64_t column, Tile tile);
  VectorType getVector(Type element, Tile tile) {
    return VectorType::get({tile.lanes}, element);
  }
  /// Operands of the epilogue are counted behind those of the op.
  const NestAccess &getOperand(unsigned number) const {
    size_t own = nest.accesses.size();
    return number < own ? nest.accesses[number] : nest.epilogue[number - own];
  }
  int64_t getBytes(unsigned number) {
    return cast<ShapedType>(bases[number].getType()).getNumElements() *
           (getElement(number).getIntOrFloatBitWidth() / 8);
  }
  Type getElement(unsigned number) {
    return getElementTypeOrSelf(getOperand(number).operand->get());
  }

  OpBuilder &builder;
  linalg::LinalgOp op;
  Location loc;
  const StridedNest &nest;
  const NestTiling &tiling;
  const NestBlocking &blocking;
  const VectorTarget &target;
  ArrayRef<Value> initial;
  /// The operand of the epilogue, if there is one, that reads the output.
  OpOperand *sums;
  SmallVector<Operation *> combiners;
  /// Loops in which no operand shares anything, other loops around a tile, and
  /// those inside of one, in their order.
  SmallVector<unsigned> apart, outer, reductions;
  bool reduces;
  /// The loop of rows or columns if it goes around all others, and how many of
  /// them the tiles have that are being emitted.
  std::optional<unsigned> outside;
  int64_t stepsOutside = 0;
  /// Whether nothing has been added yet to what the tiles compute; without a
  /// value if all is added at once.
  Value isFirst;
  /// Whether all will have been added; without a value like `isFirst`.
  Value isLast;
  /// Where tiles are being emitted, if not for all rows.
  std::optional<RowBlock> rowBlock;
  /// Where the steps of the loop that is split begin and end.
  Value chunkStart, chunkEnd;
  /// The panel that is read in the place of its operand.
  std::optional<Panel> panel;
  /// The one that all columns read in the place of an operand of the rows.
  std::optional<Panel> rowPanel;
  /// The part of the nest's work that is done where code is being emitted, each
  /// time that it runs.
  double share = 1;
  /// Reductions whose loops are around what is being emitted.
  llvm::SmallBitVector entered;
  /// The number of each loop in the iteration that is being emitted.
  SmallVector<Value> ivs;
  /// For each operand in memory, that memory in one dimension.
  SmallVector<Value> bases;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTEMITTERIMPL_H
