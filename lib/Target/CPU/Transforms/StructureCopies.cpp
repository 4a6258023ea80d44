// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies between parts of buffers as structured ops.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_STRUCTURECOPIES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// Whether the lowering of copies takes it for one block, for which a dimension
/// of one element has to have the stride of a whole block too.
static bool isContiguous(Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  return type.getLayout().isIdentity() ||
         memref::isStaticShapeAndContiguousRowMajor(type);
}

namespace {
struct StructureCopies
    : public mlir::pc::impl::StructureCopiesBase<StructureCopies> {
  using StructureCopiesBase::StructureCopiesBase;
  void runOnOperation() override {
    getOperation().walk([&](memref::CopyOp copy) {
      if (!all && isContiguous(copy.getSource()) &&
          isContiguous(copy.getTarget()))
        return;
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy.erase();
    });
  }
};
} // namespace
