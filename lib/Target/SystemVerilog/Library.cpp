// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sources of the units and of the bench, inside of the tool: it needs no
// path of an installation.

#include "Design.h"
#include "llvm/ADT/StringSwitch.h"

llvm::StringRef mlir::pcflow::getLibraryFile(llvm::StringRef name) {
  static constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> files[] =
      {
#include "pc/Target/SystemVerilog/Library.inc"
      };
  for (const auto &[known, text] : files)
    if (known == name)
      return text;
  llvm_unreachable("a unit that the library does not have");
}
