// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Progress.h"

using namespace llvm;
using namespace mlir::pc;

ProgressBar::ProgressBar(raw_ostream &os)
    : os(os), isTerminal(os.is_displayed()) {}

void ProgressBar::show(StringRef text, int64_t done, int64_t total) {
  using namespace std::chrono;
  steady_clock::time_point now = steady_clock::now();
  if (!isTerminal || (isShown && now - last < milliseconds(80)))
    return;
  last = now;
  isShown = true;
  constexpr int64_t width = 24;
  int64_t filled = total > 0 ? done * width / total : width;
  os << "\r\x1b[K" << text << " [" << std::string(filled, '#')
     << std::string(width - filled, '.') << "] " << done << "/" << total;
  os.flush();
}

void ProgressBar::clear() {
  if (isShown)
    os << "\r\x1b[K";
  isShown = false;
}
