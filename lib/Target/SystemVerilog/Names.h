// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Identifiers of SystemVerilog.

#ifndef PC_TARGET_SYSTEMVERILOG_NAMES_H
#define PC_TARGET_SYSTEMVERILOG_NAMES_H

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace mlir::pcflow {

/// Identifiers of one scope, each given once.
class Names {
public:
  /// `label` with everything else than letters and digits as `_`, and a number
  /// behind it if that was given before.
  std::string get(llvm::StringRef label) {
    std::string stem;
    for (char c : label)
      stem += llvm::isAlnum(c) ? c : '_';
    if (stem.empty() || !llvm::isAlpha(stem.front()))
      stem = "n" + stem;
    std::string name = stem;
    for (unsigned i = 1; !taken.insert(name).second; ++i)
      name = stem + "_" + std::to_string(i);
    return name;
  }
  void reserve(llvm::StringRef name) { taken.insert(name); }

private:
  llvm::StringSet<> taken;
};

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_NAMES_H
