// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers without a sign in their type.

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Support/Signs.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_DROPSIGNS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct DropSigns : public mlir::pc::impl::DropSignsBase<DropSigns> {
  void runOnOperation() override {
    pc::eraseSigns(getOperation());
    getOperation()->walk([](tensor::BitcastOp cast) {
      if (cast.getSource().getType() != cast.getType())
        return;
      cast.replaceAllUsesWith(cast.getSource());
      cast.erase();
    });
  }
};
} // namespace
