// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a long job shows while it runs.

#ifndef PC_PIPELINES_PROGRESS_H
#define PC_PIPELINES_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

namespace mlir::pc {

/// A bar that redraws itself on a terminal; elsewhere it shows nothing, and the
/// caller's lines are all that is left in a log.
class ProgressBar {
public:
  explicit ProgressBar(llvm::raw_ostream &os);

  /// Draws `done` of `total` behind `text`, at most some ten times a second.
  void show(llvm::StringRef text, int64_t done, int64_t total);
  /// Clears the bar, so that a line can take its place.
  void clear();

private:
  llvm::raw_ostream &os;
  bool isTerminal, isShown = false;
  std::chrono::steady_clock::time_point last;
};

} // namespace mlir::pc

#endif // PC_PIPELINES_PROGRESS_H
