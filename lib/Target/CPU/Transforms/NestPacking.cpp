// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels of vectors that all rows of tiles read, put side by side first. Rows
// of an operand that are a multiple of 4096 bytes apart share one set of the
// first cache: it holds 8 of them instead of 512, and every tile reads its
// panel from the second cache (Goto and van de Geijn, Anatomy of
// High-Performance Matrix Multiplication, 2008, section 4.2.2).

#include "NestEmitterImpl.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"
#include <numeric>

using namespace mlir;
using namespace mlir::pc;

/// The first cache of all machines that vectors are made for, or a part of it.
static constexpr int64_t lineBytes = 64, cacheSets = 64, cacheWays = 8;

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

/// The operand that a panel is worth its copy for, if there is one.
std::optional<NestEmitter::Panel> NestEmitter::choosePanel(Tile tile) {
  if (!tiling.rowDim || outside == tiling.rowDim || tiling.foldsLanes ||
      !nest.bounds.empty() ||
      nest.dims[*tiling.rowDim].extent < fewestTiles * tiling.rows)
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
    if (areCrowded(steps, std::abs(access.strides[dim]) * bytes,
                   llvm::divideCeil(width, lineBytes)))
      return Panel{unsigned(number), dim, steps};
  }
  return std::nullopt;
}

/// Of a vector in the panel: those of one step lie side by side.
Value NestEmitter::getPanelAddress(int64_t column, Tile tile) {
  AffineExpr iv, start;
  bindDims(builder.getContext(), iv, start);
  bool isSplit = blocking.splitDim == panel->dim;
  return affine::AffineApplyOp::create(
      builder, loc,
      AffineMap::get(2, 0, ((iv - start) * tile.columns + column) * tile.lanes),
      ValueRange{ivs[panel->dim], isSplit ? chunkStart : constant(0)});
}

/// From the panel, if it is there already; else from the operand into it.
Value NestEmitter::loadPacked(int64_t column, Tile tile) {
  Value address = getPanelAddress(column, tile);
  if (panel->isFilled)
    return vector::LoadOp::create(builder, loc,
                                  getVector(getElement(panel->number), tile),
                                  panel->memory, address);
  llvm::SaveAndRestore<std::optional<Panel>> direct(panel, std::nullopt);
  Value vector = load(direct.get()->number, /*row=*/0, column, tile);
  vector::StoreOp::create(builder, loc, vector, direct.get()->memory, address);
  return vector;
}

/// Tiles of all rows, of which the first fill the panel while they wait for
/// memory. The panel is on the stack: every thread has its own, which leaves
/// its loops once these are shared.
void NestEmitter::emitPacked(Panel next, Tile tile,
                             llvm::function_ref<void(int64_t)> emitTiles) {
  auto type = MemRefType::get({next.steps * tile.columns * tile.lanes},
                              getElement(next.number));
  next.memory = memref::AllocaOp::create(builder, loc, type,
                                         builder.getI64IntegerAttr(lineBytes));
  llvm::SaveAndRestore packed(panel, std::optional(next));
  ivs[*tiling.rowDim] = constant(0);
  emitTiles(tiling.rows);
  panel->isFilled = true;
  emitSteps(*tiling.rowDim, tiling.rows, emitTiles, tiling.rows);
}
