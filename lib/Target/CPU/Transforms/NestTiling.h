// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loop becomes the lanes of a vector, and what stays in registers and in
// caches.

#ifndef PC_LIB_TARGET_CPU_NESTTILING_H
#define PC_LIB_TARGET_CPU_NESTTILING_H

#include "StridedNest.h"
#include "pc/Target/CPU/VectorTarget.h"

namespace mlir::pc {

struct NestTiling {
  /// The loop whose steps become lanes.
  unsigned vectorDim = 0;
  /// It is a reduction: every lane gathers its own part of the result, and the
  /// parts are folded together at the end.
  bool foldsLanes = false;
  /// Lanes of one register, and of one value (some registers side by side).
  int64_t lanes = 1, width = 1;
  /// The loop of which `rows` steps share what is loaded for one tile.
  std::optional<unsigned> rowDim;
  int64_t rows = 1;
  /// The loop along which a tile has `columns` values: that of the lanes, or
  /// one whose steps share what is loaded for a row.
  std::optional<unsigned> columnDim;
  int64_t columns = 1;
  /// Outputs are stored along the rows, not along the lanes: a square of both
  /// is transposed in registers on its way between them and memory.
  bool turnsOutputs = false;
  /// Of the whole nest, in the unit of the model; 0 if nothing was chosen.
  double cost = 0;

  /// Steps of `dim` from one value of a tile to the next.
  int64_t getColumnStep() const { return columnDim == vectorDim ? width : 1; }
};

/// Whether elements that are `stride` apart are picked from vectors that are
/// loaded whole, not gathered one by one.
inline bool isUnzipped(int64_t stride) { return stride >= 2 && stride <= 4; }

/// What an op asks of a tiling.
struct NestBody {
  /// Bits of the widest element.
  unsigned elementBits = 32;
  unsigned outputs = 1;
  /// The body has no more than a few instructions.
  bool isCheap = false;
  /// Partial results of a reduction can be put together.
  bool canFold = false;
  /// Outputs may be transposed in registers.
  bool canTurn = false;
};

NestBody getNestBody(linalg::LinalgOp op);

/// Decides on a tiling of `nest`. Nothing when no loop fits a vector.
std::optional<NestTiling> chooseTiling(const StridedNest &nest,
                                       const VectorTarget &target,
                                       const NestBody &body);

/// What one vector of a nest costs beside its arithmetic: loads and stores, and
/// the loop.
double getStepCost(const StridedNest &nest, const NestTiling &tiling,
                   const VectorTarget &target);

/// The shape of a register tile: rows times columns of vectors.
struct TileShape {
  int64_t rows = 1, columns = 1;
  /// Of covering the space.
  double cost = 0;
};

/// What one step of the reductions loads, in loads of a vector that lies within
/// a line of the cache.
struct TileLoads {
  /// For each row, for each column, for each of both, and for the whole tile.
  double row = 1, column = 1, both = 0, tile = 0;
};

/// What a tile has to cover: `rows` by `vectors` (the last of which may be
/// narrower), each over `steps` of the reductions.
struct TileSpace {
  int64_t rows = 1, vectors = 1, steps = 1;
  unsigned outputs = 1;
  TileLoads loads;
  /// Instructions at the end of a tile for each of its vectors, and for each
  /// column.
  int64_t epilogue = 2, columnEpilogue = 0;
  /// The most rows of a tile.
  int64_t mostRows = std::numeric_limits<int64_t>::max();
};

/// The shape that covers `space` in the shortest time, edges counted.
TileShape chooseTileShape(const TileSpace &space, const VectorTarget &target);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_NESTTILING_H
