// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PathClass.h"
#include "pc/Analysis/Convergence.h"
#include <algorithm>

using namespace mlir;
using namespace mlir::pc;

PathClass PathClass::extend(double step) const {
  PathClass result = *this;
  auto place = std::lower_bound(result.steps.begin(), result.steps.end(),
                                std::pair(step, 0u));
  if (place != result.steps.end() && place->first == step)
    ++place->second;
  else
    result.steps.insert(place, {step, 1});
  return result;
}

unsigned PathClass::getLength() const {
  unsigned length = 0;
  for (auto [step, count] : steps)
    length += count;
  return length;
}

static llvm::SmallVector<double> compute(const PathClass &paths,
                                         int64_t iterations) {
  llvm::SmallVector<double> steps = {paths.fade};
  for (auto [step, count] : paths.steps)
    steps.append(count, step);
  return getArrived(steps, iterations);
}

std::map<PathClass, double> pc::getArrived(const std::set<PathClass> &classes,
                                           int64_t iterations) {
  // One run of the recurrence gives all paths of one step up to the longest,
  // and in descending order the longest is first.
  std::map<PathClass, double> result;
  llvm::SmallVector<double> known;
  const PathClass *longest = nullptr;
  for (auto paths = classes.rbegin(); paths != classes.rend(); ++paths) {
    bool isPart = longest && paths->fade == longest->fade &&
                  paths->steps.size() == 1 && longest->steps.size() == 1 &&
                  paths->steps[0].first == longest->steps[0].first;
    if (!isPart) {
      known = compute(*paths, iterations);
      longest = &*paths;
    }
    result[*paths] = known[paths->getLength()];
  }
  return result;
}
