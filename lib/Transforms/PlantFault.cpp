// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "pc/Support/Names.h"
#include "pc/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PLANTFAULT
#include "pc/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// The body of a named operation follows from its name: an attribute inside
/// would be lost in the text.
static bool hasHiddenBody(Operation *op) {
  return isa<linalg::LinalgOp>(op) && !isa<linalg::GenericOp>(op);
}

namespace {

struct PlantFault : pc::impl::PlantFaultBase<PlantFault> {
  using PlantFaultBase::PlantFaultBase;

  void runOnOperation() override {
    unsigned found = 0;
    Operation *chosen = nullptr;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *candidate) {
      if (candidate->getName().getStringRef() == op && found++ == index)
        chosen = candidate;
      return hasHiddenBody(candidate) ? WalkResult::skip()
                                      : WalkResult::advance();
    });
    if (chosen) {
      chosen->setAttr(pc::plantedFaultAttrName, UnitAttr::get(&getContext()));
      return;
    }
    getOperation()->emitError("expected more than ")
        << index.getValue() << " operations '" << op << "', but found "
        << found;
    signalPassFailure();
  }
};

} // namespace
