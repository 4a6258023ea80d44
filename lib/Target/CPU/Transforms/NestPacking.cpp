// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels of vectors that all rows of tiles read, put side by side first. Rows
// of an operand that are a multiple of 4096 bytes apart share one set of the
// first cache: it holds 8 of them instead of 512, and every tile reads its
// panel from the second cache (Goto and van de Geijn, Anatomy of
// High-Performance Matrix Multiplication, 2008, section 4.2.2). Rows in as many
// pages wait for their addresses.

#include "NestEmitterImpl.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"
#include <numeric>

using namespace mlir;
using namespace mlir::pc;

/// Tiles that pay for one copy of what they read.
static constexpr int64_t fewestTiles = 4;

/// Whether `steps` runs of some lines, `stride` bytes apart, would fit the
/// first cache, but push each other out of the sets that they share.
static bool areCrowded(int64_t steps, int64_t stride, int64_t lines) {
  if (stride % lineBytes != 0 || steps * lines > cacheSets * cacheWays)
    return false;
  int64_t period = cacheSets / std::gcd(stride / lineBytes, cacheSets);
  int64_t kept = std::min(cacheSets, period * lines) * cacheWays;
  return 2 * kept <= steps * lines;
}

/// Whether every tile would ask for more pages than are at hand.
static bool areScattered(int64_t steps, int64_t stride, int64_t width) {
  return stride >= 2 * width && steps * stride > keptPages * pageBytes;
}

/// The operand that a panel is worth its copy for, if there is one.
std::optional<NestEmitter::Panel> NestEmitter::choosePanel(Tile tile) {
  if (!tiling.rowDim || outside == tiling.rowDim || tiling.foldsLanes ||
      !nest.bounds.empty() ||
      getExtent(*tiling.rowDim) < fewestTiles * tiling.rows)
    return std::nullopt;
  for (auto [number, access] : llvm::enumerate(nest.accesses)) {
    if (!access.inMemory || access.isOutput || !isSharedByRows(number) ||
        access.strides[tiling.vectorDim] != 1)
      continue;
    SmallVector<unsigned> read;
    for (unsigned dim : reductions)
      if (access.strides[dim] != 0)
        read.push_back(dim);
    if (read.size() != 1)
      continue;
    unsigned dim = read.front();
    int64_t steps =
        blocking.splitDim == dim ? blocking.chunk : nest.dims[dim].extent;
    int64_t bytes = getElement(number).getIntOrFloatBitWidth() / 8;
    int64_t width = tile.columns * tile.lanes * bytes;
    int64_t stride = std::abs(access.strides[dim]) * bytes;
    if (areCrowded(steps, stride, llvm::divideCeil(width, lineBytes)) ||
        areScattered(steps, stride, width))
      return Panel{unsigned(number), dim, steps};
  }
  return std::nullopt;
}

/// On the stack: every thread has its own, which leaves its loops once these
/// are shared.
Value NestEmitter::createPanelMemory(unsigned number, int64_t elements) {
  return memref::AllocaOp::create(
      builder, loc, MemRefType::get({elements}, getElement(number)),
      builder.getI64IntegerAttr(lineBytes));
}

/// The step of the reduction that is being emitted, counted from the first one
/// in the panel.
Value NestEmitter::getPanelStep(const Panel &of) {
  if (blocking.splitDim != of.dim)
    return ivs[of.dim];
  return arith::SubIOp::create(builder, loc, ivs[of.dim], chunkStart);
}

/// Of a vector in the panel: those of one step lie side by side.
Value NestEmitter::getPanelAddress(int64_t column, Tile tile) {
  AffineExpr step = builder.getAffineDimExpr(0);
  return affine::AffineApplyOp::create(
      builder, loc,
      AffineMap::get(1, 0, (step * tile.columns + column) * tile.lanes),
      getPanelStep(*panel));
}

/// Asks for a line of the panel of the next columns; tiles of following rows
/// ask for its other lines.
void NestEmitter::prefetchPanel(Tile tile) {
  AffineExpr row = builder.getAffineDimExpr(0);
  llvm::SaveAndRestore ahead(ivs[tiling.vectorDim]);
  Value line = affine::AffineApplyOp::create(
      builder, loc,
      AffineMap::get(1, 0, row.floorDiv(tile.rows) % tile.columns * tile.lanes),
      ivs[*tiling.rowDim]);
  ivs[tiling.vectorDim] =
      arith::AddIOp::create(builder, loc, panel->next, line);
  memref::PrefetchOp::create(
      builder, loc, bases[panel->number],
      getAddress(nest.accesses[panel->number], /*row=*/0, /*column=*/0),
      /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
}

/// From the panel, if it is there already; else from the operand into it.
Value NestEmitter::loadPacked(int64_t column, Tile tile) {
  Value address = getPanelAddress(column, tile);
  if (panel->isFilled) {
    if (panel->next && column == 0)
      prefetchPanel(tile);
    return vector::LoadOp::create(builder, loc,
                                  getVector(getElement(panel->number), tile),
                                  panel->memory, address);
  }
  llvm::SaveAndRestore<std::optional<Panel>> direct(panel, std::nullopt);
  Value vector = load(direct.get()->number, /*row=*/0, column, tile);
  vector::StoreOp::create(builder, loc, vector, direct.get()->memory, address);
  return vector;
}

/// Tiles of all rows, of which the first fill the panel while they wait for
/// memory.
void NestEmitter::emitPacked(Panel next, Tile tile,
                             llvm::function_ref<void(int64_t)> emitTiles) {
  next.memory =
      createPanelMemory(next.number, next.steps * tile.columns * tile.lanes);
  int64_t extent = nest.dims[tiling.vectorDim].extent;
  int64_t width = tile.columns * tile.lanes;
  // What the second cache does not hold, with all else, has a long way.
  if (tiling.columnDim == tiling.vectorDim && tile.active == tile.lanes &&
      extent >= 2 * width && 2 * getBytes(next.number) > target.l2Bytes)
    next.next = getMinimum(advance(ivs[tiling.vectorDim], width),
                           constant(extent - width));
  llvm::SaveAndRestore packed(panel, std::optional(next));
  setStep(*tiling.rowDim, constant(0));
  emitTiles(tiling.rows);
  panel->isFilled = true;
  emitSteps(*tiling.rowDim, tiling.rows, emitTiles, tiling.rows);
}

/// Of an element in the panel of rows, those of one step side by side.
Value NestEmitter::getRowAddress(const Panel &of, int64_t row) {
  AffineExpr step, number;
  bindDims(builder.getContext(), step, number);
  Value first = ivs[*tiling.rowDim];
  if (rowBlock)
    first = arith::SubIOp::create(builder, loc, first, rowBlock->start);
  return affine::AffineApplyOp::create(
      builder, loc,
      AffineMap::get(2, 0, step * getExtent(*tiling.rowDim) + number + row),
      ValueRange{getPanelStep(of), first});
}

/// Copies the rows of all steps of the chunk.
void NestEmitter::packRows() {
  unsigned number = *blocking.packedRows, dim = reductions.front();
  bool isSplit = blocking.splitDim == dim;
  int64_t steps = isSplit ? blocking.chunk : nest.dims[dim].extent;
  int64_t rows = getExtent(*tiling.rowDim);
  Panel next{number, dim, steps, createPanelMemory(number, steps * rows)};
  auto loop =
      scf::ForOp::create(builder, loc, isSplit ? chunkStart : constant(0),
                         isSplit ? chunkEnd : constant(steps), constant(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  ivs[dim] = loop.getInductionVar();
  int64_t full = rows / tiling.lanes * tiling.lanes;
  {
    auto runs = scf::ForOp::create(builder, loc, constant(0), constant(full),
                                   constant(tiling.lanes));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(runs.getBody());
    packRun(next, runs.getInductionVar(), tiling.lanes);
  }
  if (full != rows)
    packRun(next, constant(full), rows - full);
  rowPanel = next;
}

/// Copies `active` rows from `first` on, which is counted from the first one in
/// the panel.
void NestEmitter::packRun(const Panel &target, Value first, int64_t active) {
  setStep(*tiling.rowDim, first);
  auto type = VectorType::get({tiling.lanes}, getElement(target.number));
  Value from = getAddress(nest.accesses[target.number], /*row=*/0,
                          /*column=*/0);
  Value run = loadRun(target.number, from, /*stride=*/1, type, active);
  storeRun(target.memory, run, getRowAddress(target, /*row=*/0), /*stride=*/1,
           active);
}
