// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which products a workgroup shares. Time is counted, as for other tiles, in
// loads from memory of one number by one invocation.

#include "SharedTiling.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace mlir::pc;

/// A load from the memory of a workgroup, and the barriers of one round.
static constexpr double sharedLoad = 0.2, barriers = 4;
/// Cooperative matrices are worth it where no more than so many times the work
/// is done, with what lies beyond the edges.
static constexpr double mostWaste = 2;

std::optional<unsigned> mlir::pc::getSharedAxis(linalg::LinalgOp op,
                                                const KernelDomain &domain,
                                                OpOperand &operand,
                                                ArrayRef<int64_t> extents) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type ||
      !isa<Float32Type, Float16Type, BFloat16Type>(type.getElementType()))
    return std::nullopt;
  auto moves = [&](unsigned loop) { return map.isFunctionOfDim(loop); };
  if (llvm::none_of(domain.reductions, moves))
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

int64_t mlir::pc::countInvocations(const KernelDomain &domain,
                                   const SharedTile &shared) {
  int64_t count = shared.countInvocations();
  for (auto [size, part, lanes] :
       llvm::zip_equal(domain.sizes, shared.tile, shared.lanes))
    count *= llvm::divideCeil(size, part * lanes);
  return count;
}

int64_t mlir::pc::getSharedUnroll(linalg::LinalgOp op,
                                  const KernelDomain &domain,
                                  const SharedTile &shared) {
  int64_t innermost = op.getStaticLoopRanges()[domain.reductions.back()];
  return std::gcd(std::gcd(vectorWidth, shared.depth), innermost);
}

namespace {
/// A product: what its two operands vary along.
struct Product {
  linalg::LinalgOp op;
  KernelDomain domain;
  unsigned row, column; // dimensions of the domain
  int64_t depth;
  int64_t bytes; // of an element of both
  Type half;     // of both, where they are multiplied and summed up in f32
};
} // namespace

/// c + f32(a) f32(b), in any order: the type of a and b, if they have one.
static Type getHalf(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  Value sum = body->getArgument(2);
  auto addition =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!addition || !sum.getType().isF32() ||
      !llvm::is_contained(addition->getOperands(), sum))
    return Type();
  Value other =
      addition.getLhs() == sum ? addition.getRhs() : addition.getLhs();
  auto product = other.getDefiningOp<arith::MulFOp>();
  auto read = [&](unsigned i) -> Value {
    auto wide = product->getOperand(i).getDefiningOp<arith::ExtFOp>();
    return wide ? wide.getIn() : Value();
  };
  if (!product || !read(0) || !read(1) || read(0) == read(1) ||
      !isa<BlockArgument>(read(0)) || !isa<BlockArgument>(read(1)) ||
      read(0).getType() != read(1).getType() ||
      !isa<Float16Type, BFloat16Type>(read(0).getType()))
    return Type();
  return read(0).getType();
}

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
    if (found || op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
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
    int64_t depth = 1;
    for (unsigned loop : domain.reductions)
      depth *= op.getStaticLoopRanges()[loop];
    found = Product{op,         domain, *row,
                    *column,    depth,  std::max(bytes(left), bytes(right)),
                    getHalf(op)};
  }
  return found;
}

/// How much of the device is left idle by so many invocations.
static double getIdle(int64_t invocations, const DeviceModel &device) {
  return std::max(1.0, double(device.lanes * device.subgroups) /
                           double(invocations));
}

/// The sides of the tile of a workgroup.
static std::pair<int64_t, int64_t> getSides(const Product &product,
                                            const SharedTile &shared) {
  return {shared.tile[product.row] * shared.lanes[product.row],
          shared.tile[product.column] * shared.lanes[product.column]};
}

/// How much more is computed than there are results.
static double getWaste(const Product &product, const SharedTile &shared) {
  auto [rows, columns] = getSides(product, shared);
  auto waste = [](int64_t size, int64_t part) {
    return double(llvm::alignTo(size, part)) / double(size);
  };
  return waste(product.domain.sizes[product.row], rows) *
         waste(product.domain.sizes[product.column], columns);
}

/// Iterations of all loops of an invocation.
static int64_t countIterations(const Product &product, const SharedTile &shared,
                               const DeviceModel &device) {
  int64_t rounds = llvm::divideCeil(product.depth, shared.depth);
  if (!shared.cooperative)
    return rounds *
           (1 +
            shared.depth / getSharedUnroll(product.op, product.domain, shared));
  auto [rows, columns] = getSides(product, shared);
  const CooperativeTile &matrices = *shared.cooperative;
  int64_t count = rows / (matrices.m * matrices.rows) * columns /
                  (matrices.n * matrices.columns);
  int64_t steps = shared.depth / matrices.k;
  return rounds *
         (1 + steps * (device.emulatesMatrices ? 1 + count * matrices.k : 1));
}

/// Whether there is memory for such tiles, and all invocations have the same to
/// do for it.
static bool fits(const Product &product, const SharedTile &shared,
                 const DeviceModel &device) {
  auto [rows, columns] = getSides(product, shared);
  int64_t invocations = shared.countInvocations();
  int64_t bytes = (rows + columns) * shared.depth * product.bytes;
  if (shared.cooperative)
    bytes += rows * columns * int64_t(sizeof(float));
  return shared.depth * rows % invocations == 0 &&
         shared.depth * columns % invocations == 0 &&
         bytes <= device.sharedBytes &&
         shared.tile[product.row] * shared.tile[product.column] <=
             device.registers &&
         countIterations(product, shared, device) <= device.limit;
}

/// The cost of tiles, of whose memory each number serves `rows` and `columns`
/// of those that an invocation or a subgroup sums up.
static double getCost(const Product &product, const SharedTile &shared,
                      double rows, double columns, const DeviceModel &device) {
  auto each = [](double size) { return 1 / size; };
  auto [allRows, allColumns] = getSides(product, shared);
  double memory = each(double(allRows)) + each(double(allColumns));
  double inside = (each(rows) + each(columns)) * sharedLoad;
  double rounds = barriers * double(shared.countInvocations()) /
                  double(shared.depth * allRows * allColumns);
  return (memory + inside + rounds) * getWaste(product, shared) *
         getIdle(countInvocations(product.domain, shared), device);
}

/// Subgroups with so many matrices each: `high` of them one below the other,
/// `wide` of them side by side. Nothing where the elements cannot be shared out
/// evenly.
static std::optional<SharedTile>
arrange(const Product &product, const CooperativeTile &matrices, int64_t high,
        int64_t wide, int64_t steps, const DeviceModel &device) {
  SharedTile shared;
  shared.tile.assign(product.domain.sizes.size(), 1);
  shared.lanes.assign(product.domain.sizes.size(), 1);
  int64_t rows = matrices.rows * high * matrices.m;
  int64_t columns = matrices.columns * wide * matrices.n;
  int64_t invocations = matrices.rows * matrices.columns * device.lanes;
  int64_t across = std::min(columns / vectorWidth, invocations);
  if (columns % vectorWidth != 0 || invocations > device.invocations ||
      columns % across != 0 || invocations % across != 0 ||
      rows % (invocations / across) != 0 ||
      matrices.m * matrices.n % device.lanes != 0)
    return std::nullopt;
  shared.lanes[product.column] = across;
  shared.lanes[product.row] = invocations / across;
  shared.tile[product.column] = columns / across;
  shared.tile[product.row] = rows / shared.lanes[product.row];
  shared.depth = steps * matrices.k;
  shared.cooperative = matrices;
  return shared;
}

static std::optional<SharedTile>
chooseCooperativeTile(const Product &product, const DeviceModel &device) {
  std::optional<SharedTile> best;
  double cost = std::numeric_limits<double>::infinity();
  for (const MatrixShape &shape : device.matrices)
    for (int64_t rows : {1, 2, 4})
      for (int64_t columns : {1, 2, 4})
        for (int64_t high : {1, 2, 4})
          for (int64_t wide : {1, 2, 4})
            for (int64_t steps : {1, 2}) {
              if (!product.half || product.half.isBF16() != shape.isBrain)
                continue;
              std::optional<SharedTile> shared =
                  arrange(product, {shape.m, shape.n, shape.k, rows, columns},
                          high, wide, steps, device);
              if (!shared || !fits(product, *shared, device) ||
                  getWaste(product, *shared) > mostWaste)
                continue;
              double other = getCost(product, *shared, double(high * shape.m),
                                     double(wide * shape.n), device);
              if (other >= cost)
                continue;
              cost = other;
              best = shared;
            }
  return best;
}

std::optional<SharedTile>
mlir::pc::chooseSharedTile(ArrayRef<linalg::LinalgOp> ops,
                           const KernelDomain &domain, ArrayRef<int64_t> own,
                           const DeviceModel &device) {
  std::optional<Product> product =
      device.sharedBytes ? findProduct(ops) : std::nullopt;
  if (!product)
    return std::nullopt;
  if (std::optional<SharedTile> matrices =
          chooseCooperativeTile(*product, device))
    return matrices;
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
            if (!fits(*product, shared, device))
              continue;
            double other = getCost(*product, shared, double(rows),
                                   double(columns), device);
            if (other >= cost)
              continue;
            cost = other;
            best = shared;
          }
  return best;
}
