// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cost model of register tiles. Time is counted in multiply-adds of one
// register; what matters is the comparison of shapes, not the unit.

#include "NestTiling.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

/// Multiply-adds that have to be under way for one to end in every slot: two
/// units, four cycles each.
static constexpr int64_t chains = 8;

/// One step of the reductions: every accumulator once, every row and column
/// loaded once, no accumulator before its last sum is there.
static double getStepCost(int64_t rows, int64_t columns,
                          const TileLoads &each) {
  double loads = each.row * rows + each.column * columns +
                 each.both * rows * columns + each.tile;
  return std::max<double>({double(rows * columns), double(chains), loads}) +
         loads / 16;
}

static double getTileCost(int64_t rows, int64_t columns,
                          const TileSpace &space) {
  constexpr int64_t entry = 16; // of a loop and out of it
  return space.steps * getStepCost(rows, columns, space.loads) +
         space.epilogue * rows * columns + space.columnEpilogue * columns +
         entry;
}

/// All tiles, with a shorter one at each edge.
static double getCost(TileShape shape, const TileSpace &space) {
  double cost = 0;
  int64_t lastRows = space.rows % shape.rows;
  int64_t lastColumns = space.vectors % shape.columns;
  auto addRows = [&](int64_t columns, int64_t times) {
    cost += times * (space.rows / shape.rows) *
            getTileCost(shape.rows, columns, space);
    if (lastRows != 0)
      cost += times * getTileCost(lastRows, columns, space);
  };
  addRows(shape.columns, space.vectors / shape.columns);
  if (lastColumns != 0)
    addRows(lastColumns, 1);
  return cost;
}

TileShape mlir::pc::chooseTileShape(const TileSpace &space,
                                    const VectorTarget &target) {
  TileShape best;
  best.cost = getCost(best, space);
  int64_t registers = target.registers;
  for (int64_t columns = 1; columns <= std::min<int64_t>(space.vectors, 8);
       ++columns)
    for (int64_t rows = 1; rows <= std::min(space.rows, space.mostRows);
         ++rows) {
      // One register for each column of a row and one for the row itself. Where
      // LLVM has many, it loads half of the rows ahead, and keeps accumulators
      // in memory for them if it has to.
      int64_t ahead = registers > 16 ? std::max<int64_t>(1, rows / 2) : 1;
      if (rows * columns * space.outputs + columns + ahead > registers)
        break;
      double cost = getCost({rows, columns}, space);
      if (cost < best.cost)
        best = {rows, columns, cost};
    }
  return best;
}
