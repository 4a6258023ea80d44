// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pipelines some of whose passes may be left out.

#ifndef PC_SUPPORT_PASSADDER_H
#define PC_SUPPORT_PASSADDER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include <string>

namespace mlir::pc {

/// Adds the passes that are not left out.
class PassAdder {
public:
  PassAdder(OpPassManager &manager, ArrayRef<std::string> without)
      : manager(manager), without(without) {}

  void operator()(std::unique_ptr<Pass> pass) {
    if (isWanted(*pass))
      manager.addPass(std::move(pass));
  }
  void toFunctions(std::unique_ptr<Pass> pass) {
    if (isWanted(*pass))
      manager.addNestedPass<func::FuncOp>(std::move(pass));
  }

private:
  bool isWanted(const Pass &pass) const {
    return !llvm::is_contained(without, pass.getArgument());
  }

  OpPassManager &manager;
  ArrayRef<std::string> without;
};

} // namespace mlir::pc

#endif // PC_SUPPORT_PASSADDER_H
