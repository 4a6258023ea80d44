// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Observations.h"

namespace mlir::pc {

Constant Observations::lookup(const OperandPath &path,
                              RankedTensorType type) const {
  auto found = values.find(path);
  if (found == values.end() || !type ||
      llvm::ArrayRef(found->second->getShape()) != type.getShape())
    return nullptr;
  return found->second;
}

} // namespace mlir::pc
