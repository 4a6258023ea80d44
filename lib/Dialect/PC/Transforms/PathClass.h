// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The error of a vertex after T iterations of fixed prediction is a sum over
// paths, and how much of a path has arrived depends on nothing but the steps of
// the vertices on it, in any order.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_PATHCLASS_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_PATHCLASS_H

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace mlir::pc {

/// Paths that arrive alike; where all vertices take one step, those of one
/// length.
struct PathClass {
  /// 0 where the path begins at a clamped error. Where it begins at an initial
  /// error, which fades, the step of that vertex.
  double fade = 0.0;
  /// The steps of the vertices that the path enters, and how many take each, in
  /// ascending order.
  std::vector<std::pair<double, unsigned>> steps;

  /// The same paths, one vertex farther.
  PathClass extend(double step) const;
  /// How many vertices the paths enter.
  unsigned getLength() const;

  bool operator<(const PathClass &other) const {
    return std::tie(fade, steps) < std::tie(other.fade, other.steps);
  }
};

/// The part of each class that has arrived after `iterations`: for one step
/// P(Binomial(iterations, step) >= length).
std::map<PathClass, double> getArrived(const std::set<PathClass> &classes,
                                       int64_t iterations);

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_PATHCLASS_H
