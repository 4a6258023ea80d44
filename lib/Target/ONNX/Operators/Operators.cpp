// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

std::string printTypes(NodeContext &node) {
  std::string text;
  raw_string_ostream stream(text);
  for (unsigned i = 0; i < node.getNumInputs(); ++i) {
    stream << (i ? ", " : "");
    if (node.hasInput(i))
      stream << node.getType(i);
    else
      stream << "none";
  }
  return text;
}

} // namespace mlir::pc
