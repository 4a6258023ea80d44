// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an import has to say: errors at once, unsupported operators together.

#ifndef PC_LIB_TARGET_ONNX_DIAGNOSTICS_H
#define PC_LIB_TARGET_ONNX_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <string>

namespace mlir::pc {

/// Collects nodes that cannot be imported and reports them in one diagnostic.
class UnsupportedOperators {
public:
  /// One more node of `opType` (with its domain) that failed for `reason`.
  void add(llvm::StringRef opType, llvm::StringRef node, int64_t opset,
           const llvm::Twine &reason);
  /// Something that is not a node, such as the element type of an input.
  void addOther(const llvm::Twine &text) { others.push_back(text.str()); }
  bool empty() const { return entries.empty() && others.empty(); }
  void report(Location loc) const;

private:
  struct Entry {
    unsigned count = 0;
    std::string firstNode;
    int64_t opset = 0;
  };
  /// By operator and reason, in the order of appearance.
  llvm::MapVector<std::pair<std::string, std::string>, Entry,
                  std::map<std::pair<std::string, std::string>, unsigned>>
      entries;
  std::vector<std::string> others;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_DIAGNOSTICS_H
