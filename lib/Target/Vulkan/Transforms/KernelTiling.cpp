// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cost model of tiles. Time is counted in loads of one number by one
// invocation; what matters is the comparison of tiles, not the unit.

#include "KernelTiling.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// A number that comes as part of a vector.
static constexpr double vectorLoad = 0.5;
/// An operation of arithmetic, a function that becomes many of them, and one
/// iteration of a loop.
static constexpr double arithmetic = 0.06, function = 1.2, iteration = 0.5;
/// Operations of one invocation: what is longer takes long to compile.
static constexpr int64_t mostOperations = 4000, functionOperations = 16;

int64_t mlir::pc::countTiles(const KernelDomain &domain,
                             ArrayRef<int64_t> tile) {
  int64_t count = 1;
  for (auto [size, part] : llvm::zip(domain.sizes, tile))
    count *= llvm::divideCeil(size, part);
  return count;
}

std::optional<unsigned> mlir::pc::getVectorLoop(linalg::LinalgOp op,
                                                OpOperand &operand) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type || !type.getElementType().isIntOrFloat() ||
      type.getElementTypeBitWidth() != 32)
    return std::nullopt;
  SmallVector<int64_t> strides = type.getStridesAndOffset().first;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  std::optional<unsigned> loop;
  for (auto [expr, size, stride] :
       llvm::zip(map.getResults(), type.getShape(), strides)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (stride == 1 && dim && !loop && size % vectorWidth == 0)
      loop = dim.getPosition();
    else if (stride % vectorWidth != 0 && size != 1)
      return std::nullopt;
  }
  if (!loop || op.getStaticLoopRanges()[*loop] % vectorWidth != 0)
    return std::nullopt;
  unsigned uses = llvm::count_if(map.getResults(), [&](AffineExpr expr) {
    return expr.isFunctionOfDim(*loop);
  });
  return uses == 1 ? loop : std::nullopt;
}

int64_t mlir::pc::chooseUnroll(linalg::LinalgOp op, const KernelDomain &domain,
                               llvm::function_ref<bool(Value)> isAligned) {
  if (domain.reductions.empty())
    return 1;
  unsigned innermost = domain.reductions.back();
  for (OpOperand *input : op.getDpsInputOperands())
    if (isAligned(input->get()) && getVectorLoop(op, *input) == innermost)
      return vectorWidth;
  return 1;
}

namespace {
/// An operand that is loaded from memory.
struct Loaded {
  SmallVector<bool> varies; // in each dimension of the domain
  bool isVector = false;
  std::optional<unsigned> along; // dimension of the domain of its vectors
};

/// One op of the kernel.
struct Work {
  double steps = 1, body = 0;
  int64_t operations = 0, unroll = 1, accumulators = 0;
  SmallVector<Loaded> loads, edges; // in each step; before and after them
};
} // namespace

static Loaded getLoaded(linalg::LinalgOp op, OpOperand &operand,
                        const KernelDomain &domain, bool isAligned,
                        int64_t unroll) {
  Loaded loaded;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  std::optional<unsigned> vector =
      isAligned ? getVectorLoop(op, operand) : std::nullopt;
  for (auto [i, loop] : llvm::enumerate(domain.loops)) {
    loaded.varies.push_back(map.isFunctionOfDim(loop));
    if (vector == loop)
      loaded.along = i;
  }
  loaded.isVector = vector && !domain.reductions.empty() &&
                    vector == domain.reductions.back() && unroll == vectorWidth;
  return loaded;
}

static Work getWork(linalg::LinalgOp op,
                    llvm::function_ref<bool(Value)> isAligned,
                    const llvm::SmallPtrSetImpl<Value> &known, bool isLast) {
  KernelDomain domain = *getDomain(op);
  Work work;
  work.unroll = chooseUnroll(op, domain, isAligned);
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (unsigned loop : domain.reductions)
    work.steps *= ranges[loop];
  op->getRegion(0).walk([&](Operation *nested) {
    ++work.operations;
    work.body +=
        isa<math::MathDialect>(nested->getDialect()) ? function : arithmetic;
  });
  auto add = [&](SmallVector<Loaded> &loads, OpOperand &operand) {
    loads.push_back(
        getLoaded(op, operand, domain, isAligned(operand.get()), work.unroll));
  };
  for (OpOperand *input : op.getDpsInputOperands())
    if (isa<MemRefType>(input->get().getType()) &&
        !known.contains(input->get()))
      add(work.loads, *input);
  for (OpOperand &init : op.getDpsInitsMutable()) {
    work.accumulators += !domain.reductions.empty();
    if (!overwrites(op, init) && !known.contains(init.get()))
      add(work.edges, init);
    if (isLast && !init.get().getDefiningOp<memref::AllocaOp>())
      add(work.edges, init);
  }
  return work;
}

static double getLoads(ArrayRef<Loaded> loads, ArrayRef<int64_t> tile) {
  double sum = 0;
  for (const Loaded &loaded : loads) {
    double count = 1;
    for (auto [varies, size] : llvm::zip(loaded.varies, tile))
      count *= varies ? size : 1;
    bool isVector = loaded.isVector ||
                    (loaded.along && tile[*loaded.along] % vectorWidth == 0);
    sum += count * (isVector ? vectorLoad : 1);
  }
  return sum;
}

static double getCost(ArrayRef<Work> works, const KernelDomain &domain,
                      ArrayRef<int64_t> tile, const DeviceModel &device) {
  int64_t elements = 1;
  for (int64_t size : tile)
    elements *= size;
  double cost = 0;
  int64_t operations = 0;
  for (const Work &work : works) {
    if (work.accumulators * elements > device.registers)
      return std::numeric_limits<double>::infinity();
    operations += work.operations * elements * work.unroll;
    cost += work.steps * (getLoads(work.loads, tile) + elements * work.body +
                          (work.accumulators ? iteration / work.unroll : 0)) +
            getLoads(work.edges, tile);
  }
  if (operations > mostOperations && elements > 1)
    return std::numeric_limits<double>::infinity();
  int64_t subgroups = llvm::divideCeil(countTiles(domain, tile), device.lanes);
  return cost * std::max(subgroups, device.subgroups);
}

/// Powers of two, and what divides the dimension.
static SmallVector<int64_t> getSizes(int64_t whole, int64_t most) {
  SmallVector<int64_t> sizes;
  for (int64_t size = 1; size <= std::min(whole, most); ++size)
    if (llvm::isPowerOf2_64(size) || whole % size == 0)
      sizes.push_back(size);
  return sizes;
}

KernelTile mlir::pc::chooseTile(ArrayRef<linalg::LinalgOp> ops,
                                const KernelDomain &domain,
                                const DeviceModel &device,
                                llvm::function_ref<bool(Value)> isAligned) {
  KernelTile best(domain.sizes.size(), 1);
  if (best.empty() || domain.count == 0)
    return best;
  SmallVector<Work> works;
  llvm::SmallPtrSet<Value, 8> known; // in registers
  for (linalg::LinalgOp op : ops) {
    auto later = [&](Value buffer) {
      return llvm::any_of(
          ops.drop_front(works.size() + 1), [&](linalg::LinalgOp next) {
            return llvm::is_contained(next.getDpsInits(), buffer);
          });
    };
    works.push_back(
        getWork(op, isAligned, known, !llvm::all_of(op.getDpsInits(), later)));
    known.insert_range(op.getDpsInits());
  }
  // Elements that share no loads are worth a vector and no more.
  bool reduces = llvm::any_of(
      ops, [](linalg::LinalgOp op) { return op.getNumReductionLoops() != 0; });
  int64_t mostRows = reduces ? 16 : 1, mostColumns = reduces ? 16 : vectorWidth;
  double cost = getCost(works, domain, best, device);
  unsigned column = best.size() - 1;
  // Of rows that are as good, those that are nearer to each other in memory.
  for (unsigned row = best.size(); row-- > 0;)
    for (int64_t rows :
         getSizes(domain.sizes[row], row == column ? 1 : mostRows))
      for (int64_t columns : getSizes(domain.sizes[column], mostColumns)) {
        KernelTile tile(best.size(), 1);
        tile[row] = rows;
        tile[column] = columns;
        double other = getCost(works, domain, tile, device);
        if (other < cost) {
          cost = other;
          best = tile;
        }
      }
  return best;
}
