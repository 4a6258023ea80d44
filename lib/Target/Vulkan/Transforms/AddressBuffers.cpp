// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which kernels take addresses of buffers in place of descriptors.

#include "mlir/IR/BuiltinTypes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {
#define GEN_PASS_DEF_ADDRESSBUFFERS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// From the first element to the last one.
static int64_t getSpannedBytes(MemRefType type) {
  if (type.getNumElements() == 0)
    return 0;
  int64_t last = 0;
  for (auto [size, stride] :
       llvm::zip(type.getShape(), type.getStridesAndOffset().first))
    last += (size - 1) * stride;
  Type element = type.getElementType();
  int64_t bytes = element.isIndex()
                      ? 8
                      : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  return (last + 1) * bytes;
}

namespace {
struct AddressBuffers
    : public mlir::pc::impl::AddressBuffersBase<AddressBuffers> {
  using AddressBuffersBase::AddressBuffersBase;
  void runOnOperation() override {
    gpu::GPUFuncOp kernel = getOperation();
    if (kernel.getNumArguments() * 8 > mostPushConstantBytes)
      return;
    if (llvm::none_of(kernel.getArgumentTypes(), [&](Type type) {
          return getSpannedBytes(cast<MemRefType>(type)) >= leastBytes;
        }))
      return;
    kernel->setAttr(addressesAttrName, UnitAttr::get(&getContext()));
    ++addressed;
  }
};
} // namespace
