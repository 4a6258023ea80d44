// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of blocks from the sizes of caches, after Goto and van de Geijn,
// Anatomy of High-Performance Matrix Multiplication (2008): what all rows share
// stays in the nearest caches, what all columns share in the second one.

#include "NestBlocking.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace mlir::pc;

/// The fewest steps after which it pays to go through memory.
static constexpr int64_t fewestSteps = 128;

/// The fewest tiles of rows that pay for reading again what they share.
static constexpr int64_t fewestTiles = 16;

/// Parts of `extent`, all of about the same size and of at most 3/2 `wanted`.
static int64_t getEvenPart(int64_t extent, int64_t wanted) {
  int64_t parts = std::max<int64_t>(1, (extent + wanted / 2) / wanted);
  return llvm::divideCeil(extent, parts);
}

/// Splits the reductions, from the innermost outwards, where `steps` of them
/// are inside.
static void splitReductions(NestBlocking &blocking, const StridedNest &nest,
                            const NestTiling &tiling, int64_t steps) {
  SmallVector<unsigned> dims; // as they run
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    if (info.isReduction && dim != tiling.vectorDim)
      dims.push_back(dim);
  if (tiling.foldsLanes)
    dims.push_back(tiling.vectorDim);
  int64_t inside = 1;
  while (!dims.empty()) {
    unsigned dim = dims.back();
    int64_t extent = nest.dims[dim].extent;
    int64_t unit = dim == tiling.vectorDim ? tiling.width : 1;
    int64_t count = llvm::divideCeil(extent, unit);
    int64_t wanted = std::max<int64_t>(1, steps / inside);
    int64_t part = getEvenPart(count, wanted);
    dims.pop_back();
    if (part < count) {
      blocking.splitDim = dim;
      blocking.chunk = part * unit;
      blocking.around = dims;
      return;
    }
    inside *= count;
  }
}

/// How often tiles of other columns come back to what the rows read.
static int64_t countVisits(const StridedNest &nest, const NestTiling &tiling) {
  int64_t visits =
      llvm::divideCeil(nest.dims[tiling.vectorDim].extent, tiling.width);
  if (tiling.columnDim == tiling.vectorDim)
    return llvm::divideCeil(visits, tiling.columns);
  if (tiling.columnDim)
    visits *=
        llvm::divideCeil(nest.dims[*tiling.columnDim].extent, tiling.columns);
  return visits;
}

/// Whether rows can be blocks: columns come back to what they read, and beside
/// the loops of a tile there are only such in whose next step nothing is read
/// again.
static bool hasRowBlocks(const StridedNest &nest, const NestTiling &tiling) {
  if (!tiling.rowDim || tiling.foldsLanes || countVisits(nest, tiling) < 2)
    return false;
  for (auto [dim, info] : llvm::enumerate(nest.dims))
    if (!info.isReduction && dim != tiling.vectorDim && dim != tiling.rowDim &&
        dim != tiling.columnDim && !nest.isSharedByNone(dim))
      return false;
  return true;
}

/// The rows of a matrix that is stored transposed and does not fit the second
/// cache: each step of the reduction reads another line of each tile, and they
/// are more than fit the sets of the first cache that they share, or in more
/// pages than it knows the addresses of.
static std::optional<unsigned> choosePackedRows(const StridedNest &nest,
                                                const NestTiling &tiling,
                                                const VectorTarget &target,
                                                int64_t elementBytes) {
  if (tiling.turnsOutputs || !nest.bounds.empty() ||
      nest.dims[*tiling.rowDim].extent < fewestTiles * tiling.rows)
    return std::nullopt;
  std::optional<unsigned> reduction;
  for (auto [dim, info] : llvm::enumerate(nest.dims)) {
    if (!info.isReduction)
      continue;
    if (reduction)
      return std::nullopt;
    reduction = dim;
  }
  int64_t steps = std::min(nest.dims[*reduction].extent, fewestSteps);
  for (auto [number, access] : llvm::enumerate(nest.accesses)) {
    if (!access.inMemory || access.isOutput ||
        access.strides[*tiling.rowDim] != 1 ||
        access.strides[tiling.vectorDim] != 0 ||
        (tiling.columnDim && access.strides[*tiling.columnDim] != 0))
      continue;
    int64_t stride = std::abs(access.strides[*reduction]) * elementBytes;
    if (nest.dims[*reduction].extent * nest.dims[*tiling.rowDim].extent *
            elementBytes <
        target.l2Bytes / 2)
      continue;
    // Sets repeat with every page.
    int64_t lines = pageBytes / std::gcd(stride, pageBytes) * cacheWays;
    // A third of the pages is that of columns and sums.
    if (stride * steps > keptPages * 2 / 3 * pageBytes || 2 * lines <= steps)
      return number;
  }
  return std::nullopt;
}

/// Bytes of the elements that `access` comes to, where it makes as many steps
/// in each loop as `getSteps` says.
static int64_t countBytes(const NestAccess &access, int64_t elementBytes,
                          llvm::function_ref<int64_t(unsigned)> getSteps) {
  int64_t bytes = elementBytes;
  for (auto [dim, stride] : llvm::enumerate(access.strides))
    bytes *= stride == 0 ? 1 : getSteps(dim);
  return bytes;
}

namespace {
/// Bytes of one row that are read in a chunk, of its sums, if they are in
/// memory between two chunks, and of all that rows have in common.
struct RowBytes {
  int64_t read = 0, summed = 0, shared = 0;
};
} // namespace

static RowBytes countRowBytes(const StridedNest &nest, const NestTiling &tiling,
                              const NestBlocking &blocking,
                              int64_t elementBytes) {
  auto getAllSteps = [&](unsigned dim) { return nest.dims[dim].extent; };
  auto getRowSteps = [&](unsigned dim) {
    if (blocking.isSplit(dim))
      return blocking.chunk;
    bool isInside = nest.dims[dim].isReduction
                        ? !llvm::is_contained(blocking.around, dim)
                        : dim == tiling.vectorDim || dim == tiling.columnDim;
    return dim != tiling.rowDim && isInside ? getAllSteps(dim) : 1;
  };
  RowBytes bytes;
  for (const NestAccess &access : nest.accesses) {
    if (!access.inMemory)
      continue;
    if (access.isOutput)
      bytes.summed +=
          blocking.splitDim ? countBytes(access, elementBytes, getRowSteps) : 0;
    else if (access.strides[*tiling.rowDim] != 0)
      bytes.read += countBytes(access, elementBytes, getRowSteps);
    else
      bytes.shared += countBytes(access, elementBytes, getAllSteps);
  }
  return bytes;
}

/// Multiply-adds that wait for a line from behind the second cache; beside
/// packed rows, what that has saved is to be taken off.
static int64_t getLineCost(const NestBlocking &blocking) {
  return blocking.packedRows ? 128 : 256;
}

/// Rows whose elements, and unfinished sums, stay in the second cache until the
/// columns and chunks have gone through them. Nothing where too few do: what
/// rows have in common is read again for every block.
static std::optional<int64_t> chooseRows(const StridedNest &nest,
                                         const NestTiling &tiling,
                                         const VectorTarget &target,
                                         const NestBlocking &blocking,
                                         int64_t elementBytes) {
  RowBytes bytes = countRowBytes(nest, tiling, blocking, elementBytes);
  if (bytes.read == 0)
    return std::nullopt;
  int64_t fewest = fewestTiles * tiling.rows;
  int64_t wanted = target.l2Bytes / 2 / (bytes.read + bytes.summed);
  // Where the sums of enough rows do not fit, or the copy needs their place,
  // elements do.
  if (blocking.packedRows)
    wanted = std::max<int64_t>(target.l2Bytes / 4, 128 << 10) / bytes.read;
  else if (wanted < 2 * fewest)
    wanted = target.l2Bytes / 2 / bytes.read;
  int64_t extent = nest.dims[*tiling.rowDim].extent;
  if (wanted >= extent)
    return extent;
  int64_t adds = wanted * lineBytes / (2 * tiling.lanes * elementBytes);
  bool isShort = bytes.shared <= 4 * int64_t(target.l2Bytes);
  if (wanted < fewest || (!isShort && adds < getLineCost(blocking)))
    return std::nullopt;
  // Blocks of the same size, which threads can share, or at least of whole
  // tiles.
  int64_t blocks = llvm::divideCeil(extent, wanted);
  for (int64_t more = blocks; more <= 2 * blocks; ++more)
    if (extent % more == 0 && extent / more >= fewest)
      return extent / more;
  return llvm::alignTo(llvm::divideCeil(extent, blocks), tiling.rows);
}

/// Steps of the reductions in one chunk.
static int64_t chooseSteps(const StridedNest &nest, const NestTiling &tiling,
                           const VectorTarget &target, int64_t elementBytes) {
  // What one step adds to the panel of all rows or, where a panel is as thin as
  // the columns of a folded tile, to all rows.
  int64_t vector = tiling.width * elementBytes;
  // Sums that are transposed on their way to memory touch as many lines as
  // there are lanes, which often lie in one set of the first cache: they make
  // the way seldom.
  int64_t part = tiling.turnsOutputs ? 4 : 16;
  int64_t steps =
      tiling.foldsLanes
          ? target.l2Bytes / 2 / (vector * nest.dims[*tiling.rowDim].extent)
          : target.l2Bytes / part / (vector * tiling.columns);
  // Sums of many blocks would be as inaccurate as sums of many elements.
  int64_t all = 1;
  for (const NestDim &dim : nest.dims)
    if (dim.isReduction)
      all *= dim.extent;
  return std::max({fewestSteps, steps, all / 256});
}

NestBlocking mlir::pc::chooseBlocking(const StridedNest &nest,
                                      const NestTiling &tiling,
                                      const VectorTarget &target,
                                      int64_t elementBytes) {
  // Where nothing is read twice, there is nothing to keep.
  if (!tiling.rowDim || nest.dims[*tiling.rowDim].extent == tiling.rows)
    return NestBlocking();
  bool blocksRows = hasRowBlocks(nest, tiling);
  auto choose = [&](std::optional<unsigned> packedRows, int64_t steps) {
    NestBlocking blocking;
    blocking.packedRows = packedRows;
    splitReductions(blocking, nest, tiling, steps);
    std::optional<int64_t> rows;
    if (blocksRows)
      rows = chooseRows(nest, tiling, target, blocking, elementBytes);
    if (!rows)
      blocking.packedRows.reset();
    else if (*rows < nest.dims[*tiling.rowDim].extent)
      blocking.rows = *rows;
    return blocking;
  };
  if (blocksRows)
    if (auto number = choosePackedRows(nest, tiling, target, elementBytes)) {
      NestBlocking packed = choose(number, fewestSteps);
      if (packed.packedRows)
        return packed;
    }
  return choose(std::nullopt, chooseSteps(nest, tiling, target, elementBytes));
}

/// Where an input is transposed, blocks of the rows that a line of it holds:
/// what is written goes on along so many rows. All rows at once would write one
/// line in each of them before the next, in more pages than are at hand; where
/// they are few, it is better to read on along the lines.
NestBlocking mlir::pc::chooseLineBlocks(const StridedNest &nest,
                                        const NestTiling &tiling,
                                        int64_t elementBytes) {
  NestBlocking blocking;
  if (!tiling.rowDim || tiling.columnDim)
    return blocking;
  unsigned rowDim = *tiling.rowDim;
  int64_t extent = nest.dims[rowDim].extent;
  bool isTransposed = false, isScattered = false;
  for (const NestAccess &access : nest.accesses) {
    int64_t stride = access.strides[rowDim];
    if (access.isOutput)
      isScattered |=
          std::abs(stride) * extent * elementBytes > keptPages / 2 * pageBytes;
    else if (access.inMemory)
      isTransposed |= stride == 1 && access.strides[tiling.vectorDim] > 1;
  }
  int64_t rows = llvm::alignTo(lineBytes / elementBytes, tiling.rows);
  if (isTransposed && isScattered && rows < extent &&
      nest.dims[tiling.vectorDim].extent > tiling.width)
    blocking.rows = rows;
  return blocking;
}
