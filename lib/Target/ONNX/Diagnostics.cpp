// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Diagnostics.h"

using namespace llvm;

namespace mlir::pc {

void UnsupportedOperators::add(StringRef opType, StringRef node, int64_t opset,
                               const Twine &reason) {
  Entry &entry = entries[{opType.str(), reason.str()}];
  if (entry.count++ == 0) {
    entry.firstNode = node.str();
    entry.opset = opset;
  }
}

void UnsupportedOperators::report(Location loc) const {
  InFlightDiagnostic diag = emitError(loc) << "the model is not supported:";
  for (const auto &[key, entry] : entries)
    diag << "\n  " << entry.count << " x " << key.first << " (opset "
         << entry.opset << ", first node '" << entry.firstNode
         << "'): " << key.second;
  for (const std::string &text : others)
    diag << "\n  " << text;
}

} // namespace mlir::pc
