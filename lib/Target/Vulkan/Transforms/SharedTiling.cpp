// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which products a workgroup shares. Time is counted, as for other tiles, in
// loads from memory of one number by one invocation.

#include "SharedTiling.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// A load from the memory of a workgroup, and the barriers of one round.
static constexpr double sharedLoad = 0.2, barriers = 4;

std::optional<unsigned> mlir::pc::getSharedAxis(linalg::LinalgOp op,
                                                const KernelDomain &domain,
                                                OpOperand &operand,
                                                ArrayRef<int64_t> extents) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type ||
      !isa<Float32Type, Float16Type, BFloat16Type>(type.getElementType()))
    return std::nullopt;
  if (domain.reductions.size() != 1 || !map.isProjectedPermutation() ||
      !map.isFunctionOfDim(domain.reductions.front()))
    return std::nullopt;
  std::optional<unsigned> axis;
  for (auto [i, loop] : llvm::enumerate(domain.loops)) {
    if (extents[i] == 1 || !map.isFunctionOfDim(loop))
      continue;
    if (axis)
      return std::nullopt;
    axis = i;
  }
  return axis;
}

namespace {
/// A product: what its two operands vary along.
struct Product {
  linalg::LinalgOp op;
  unsigned row, column; // dimensions of the domain
  int64_t depth;
  int64_t bytes; // of an element of both
};
} // namespace

/// The last dimension along which `operand` varies and `other` does not.
static std::optional<unsigned> getOwnAxis(linalg::LinalgOp op,
                                          const KernelDomain &domain,
                                          OpOperand &operand,
                                          OpOperand &other) {
  std::optional<unsigned> axis;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  AffineMap otherMap = op.getMatchingIndexingMap(&other);
  for (auto [i, loop] : llvm::enumerate(domain.loops))
    if (map.isFunctionOfDim(loop) && !otherMap.isFunctionOfDim(loop))
      axis = i;
  return axis;
}

static std::optional<Product> findProduct(ArrayRef<linalg::LinalgOp> ops) {
  std::optional<Product> found;
  for (linalg::LinalgOp op : ops) {
    if (op.getNumReductionLoops() == 0)
      continue;
    KernelDomain domain = *getDomain(op);
    if (found || op.getNumReductionLoops() != 1 || op.getNumDpsInputs() != 2)
      return std::nullopt;
    OpOperand &left = *op.getDpsInputOperand(0);
    OpOperand &right = *op.getDpsInputOperand(1);
    std::optional<unsigned> row = getOwnAxis(op, domain, left, right);
    std::optional<unsigned> column = getOwnAxis(op, domain, right, left);
    if (!row || !column)
      return std::nullopt;
    // Elements of a whole tile, which has to vary along one dimension alone.
    SmallVector<int64_t> extents(domain.sizes.size(), 1);
    extents[*row] = extents[*column] = 2;
    if (getSharedAxis(op, domain, left, extents) != row ||
        getSharedAxis(op, domain, right, extents) != column)
      return std::nullopt;
    auto bytes = [](OpOperand &operand) {
      return cast<MemRefType>(operand.get().getType())
                 .getElementTypeBitWidth() /
             8;
    };
    found = Product{op, *row, *column,
                    op.getStaticLoopRanges()[domain.reductions.front()],
                    std::max(bytes(left), bytes(right))};
  }
  return found;
}

/// How much of the device is left idle by so many invocations.
static double getIdle(int64_t invocations, const DeviceModel &device) {
  return std::max(1.0, double(device.lanes * device.subgroups) /
                           double(invocations));
}

/// Whether the product can be cut into such tiles without a rest.
static bool fits(const Product &product, const KernelDomain &domain,
                 const SharedTile &shared, const DeviceModel &device) {
  int64_t rows = shared.tile[product.row] * shared.lanes[product.row];
  int64_t columns = shared.tile[product.column] * shared.lanes[product.column];
  int64_t invocations = shared.countInvocations();
  return domain.sizes[product.row] % rows == 0 &&
         domain.sizes[product.column] % columns == 0 &&
         product.depth % shared.depth == 0 &&
         shared.depth * rows % invocations == 0 &&
         shared.depth * columns % invocations == 0 &&
         (rows + columns) * shared.depth * product.bytes <=
             device.sharedBytes &&
         shared.tile[product.row] * shared.tile[product.column] <=
             device.registers;
}

static double getCost(const Product &product, const KernelDomain &domain,
                      const SharedTile &shared, const DeviceModel &device) {
  auto each = [](double size) { return 1 / size; };
  double rows = shared.tile[product.row], columns = shared.tile[product.column];
  double memory = each(rows * shared.lanes[product.row]) +
                  each(columns * shared.lanes[product.column]);
  double inside = (each(rows) + each(columns)) * sharedLoad;
  double rounds = barriers / (shared.depth * rows * columns);
  return (memory + inside + rounds) *
         getIdle(countTiles(domain, shared.tile), device);
}

std::optional<SharedTile>
mlir::pc::chooseSharedTile(ArrayRef<linalg::LinalgOp> ops,
                           const KernelDomain &domain, ArrayRef<int64_t> own,
                           const DeviceModel &device) {
  std::optional<Product> product =
      device.sharedBytes ? findProduct(ops) : std::nullopt;
  if (!product)
    return std::nullopt;
  double cost = (1.0 / own[product->row] + 1.0 / own[product->column]) *
                getIdle(countTiles(domain, own), device);
  std::optional<SharedTile> best;
  SharedTile shared;
  shared.tile.assign(domain.sizes.size(), 1);
  shared.lanes.assign(domain.sizes.size(), 1);
  for (int64_t lanes : {4, 8, 16, 32})
    for (int64_t invocations : {64, 128, 256})
      for (int64_t rows : {1, 2, 4, 8})
        for (int64_t columns : {1, 2, 4, 8})
          for (int64_t depth : {8, 16, 32}) {
            if (invocations > device.invocations || invocations < device.lanes)
              continue;
            shared.lanes[product->column] = lanes;
            shared.lanes[product->row] = invocations / lanes;
            shared.tile[product->column] = columns;
            shared.tile[product->row] = rows;
            shared.depth = depth;
            if (!fits(*product, domain, shared, device))
              continue;
            double other = getCost(*product, domain, shared, device);
            if (other >= cost)
              continue;
            cost = other;
            best = shared;
          }
  return best;
}
