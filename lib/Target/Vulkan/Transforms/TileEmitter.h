// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code of one invocation: some structured ops on a tile of their elements.

#ifndef PC_LIB_TARGET_VULKAN_TRANSFORMS_TILEEMITTER_H
#define PC_LIB_TARGET_VULKAN_TRANSFORMS_TILEEMITTER_H

#include "SharedTiling.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/MapVector.h"
#include <map>

namespace mlir::pc {

/// A dimension of the domain, cut into tiles. The elements of a tile come in
/// chunks that lie side by side in memory. Where `lanes` is more than 1, so
/// many neighbours take turns chunk by chunk. `isMasked`: there are tiles
/// beyond the last one, which are computed, but not stored.
struct TileAxis {
  int64_t size = 1, tile = 1, chunk = 1, lanes = 1;
  bool isMasked = false;
  int64_t getTiles() const { return llvm::divideCeil(size, tile); }
};

SmallVector<TileAxis> makeAxes(const KernelDomain &domain,
                               ArrayRef<int64_t> tile);

/// A number as one for each of some counts, the last one counting fastest.
SmallVector<Value> splitNumber(ImplicitLocOpBuilder &builder, Value id,
                               ArrayRef<int64_t> counts);

/// Emits ops on one tile after the other. Elements are values between the ops;
/// `finish` stores what is not kept inside of the kernel. The elements of a
/// tile that would be beyond the last one are the last one again.
class TileEmitter {
public:
  TileEmitter(ImplicitLocOpBuilder &builder, SmallVector<TileAxis> axes,
              llvm::function_ref<bool(Value)> isAligned)
      : builder(builder), axes(std::move(axes)), isAligned(isAligned) {}

  /// Tile number `id`, the last axis counting fastest.
  void place(Value id);
  /// The tile of invocation `thread` among those that workgroup number `group`
  /// of `kernel` shares.
  void placeShared(gpu::GPUFuncOp kernel, Value group, Value thread,
                   SharedTile shared);
  /// Result number `group * n + thread / width` of `results`, of which each of
  /// `width` invocations reduces a part; n results are those of a workgroup.
  void placeTree(gpu::GPUFuncOp kernel, Value group, Value thread,
                 int64_t width, int64_t results);
  /// The tile of that number along each axis.
  void placeAt(ArrayRef<Value> numbers);
  /// Positions count from row `first` on. Of the buffers in `local`, those rows
  /// are in other memory.
  void placeRows(Value first, const llvm::DenseMap<Value, Value> &local);
  LogicalResult emit(linalg::LinalgOp op);
  void finish();

private:
  /// One value for each element of the tile.
  using Values = SmallVector<Value>;
  /// What tells loads of one step apart.
  using Key = SmallVector<int64_t>;

  struct Operand {
    OpOperand *operand;
    AffineMap map;
    SmallVector<bool> varies; // by axis
    bool isUnrolled = false;  // differs between the unrolled iterations
    std::optional<unsigned> vectorLoop;
    std::optional<unsigned> sharedAxis;
    Value shared; // steps x elements along that axis
  };

  struct Context {
    linalg::LinalgOp op;
    KernelDomain domain;
    int64_t unroll = 1;
    SmallVector<Value> ivs; // by loop; null for those of the domain
    Value step;             // among those in the memory of the workgroup
    std::map<Key, Value> loaded;
    SmallVector<Operand> operands;
  };

  int64_t countElements() const;
  SmallVector<int64_t> getOffsets(int64_t element) const;
  Operand makeOperand(Context &context, OpOperand &operand);
  SmallVector<Value> getPosition(const Context &context,
                                 ArrayRef<int64_t> offsets, int64_t iteration);
  SmallVector<Value> getIndices(AffineMap map, ArrayRef<Value> position);
  /// An element of a buffer, wherever that is.
  struct Place {
    Value memory;
    SmallVector<Value> indices;
  };
  Place getPlace(const Context &context, const Operand &operand,
                 ArrayRef<int64_t> offsets, int64_t iteration);
  void moveRow(const Context &context, MutableArrayRef<Value> position);
  Value read(Context &context, Operand &operand, int64_t element,
             int64_t iteration);
  Value loadVector(Context &context, Operand &operand,
                   ArrayRef<int64_t> offsets, int64_t iteration);
  SmallVector<Value> emitBody(Context &context, int64_t element,
                              int64_t iteration, ValueRange accumulators);
  SmallVector<Value> emitLoops(Context &context, ArrayRef<unsigned> loops,
                               ValueRange accumulators);
  SmallVector<Value> emitStep(Context &context, ValueRange accumulators);
  Value getExistence(ArrayRef<int64_t> offsets);
  void store(linalg::LinalgOp op, OpOperand &init, ArrayRef<Value> values);
  SmallVector<Value> getPositions(const TileAxis &axis, Value number,
                                  SmallVector<Value> *exists = nullptr);
  Value constant(int64_t value);
  /// a * factor and a + distance, where that is not a.
  Value multiply(Value a, int64_t factor);
  Value add(Value a, int64_t distance);

  // TreeEmitter.cpp
  Value emitPart(Context &context, Value first);
  Value emitTree(Context &context, Value initial);

  // SharedEmitter.cpp
  static int64_t countSteps(linalg::LinalgOp op, const KernelDomain &domain);
  SmallVector<int64_t> getExtents() const;
  void setStep(const Context &context, Value step,
               MutableArrayRef<Value> position);
  Value addMemory(ArrayRef<int64_t> shape, Type element);
  void share(Context &context, Operand &operand);
  Value loadForShared(Context &context, Operand &operand, Value step,
                      Value place);
  void fillShared(Context &context, Operand &operand, Value first);
  SmallVector<Value>
  emitRounds(Context &context, ValueRange accumulators,
             llvm::function_ref<SmallVector<Value>(Value, ValueRange)> emit);
  SmallVector<Value> emitSharedLoop(Context &context, ValueRange accumulators);
  SmallVector<Value> getSumPlace(const Operand &left, const Operand &right,
                                 int64_t element);
  SmallVector<Value> emitCooperative(Context &context, ValueRange accumulators);

  ImplicitLocOpBuilder &builder;
  SmallVector<TileAxis> axes;
  llvm::function_ref<bool(Value)> isAligned;
  // By axis and offset; what is always there has no condition.
  SmallVector<SmallVector<Value>> positions, exists;
  std::optional<SharedTile> sharing;
  int64_t treeWidth = 1;                    // invocations of one result
  Value treeLane, isFirst;                  // among them
  Value isStoring;                          // null: every invocation is
  gpu::GPUFuncOp kernel;                    // of what is shared
  Value thread;                             // among the invocations
  Value firstRow;                           // null: the first of all
  llvm::DenseMap<Value, Value> localRows;   // by buffer
  SmallVector<Value> firsts;                // where the workgroup begins
  SmallVector<SmallVector<Value>> inside;   // positions from there on
  llvm::MapVector<Value, Values> registers; // by buffer
  llvm::MapVector<Value, std::pair<linalg::LinalgOp, OpOperand *>> stores;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_VULKAN_TRANSFORMS_TILEEMITTER_H
