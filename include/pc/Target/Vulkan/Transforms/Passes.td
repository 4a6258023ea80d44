// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD
#define PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def UnrollLoops : Pass<"pc-gpu-unroll-loops", "func::FuncOp"> {
  let summary = "replace loops of the host by their iterations";
  let description = [{
    A command buffer has no loops. Every `scf.for` of the function whose bounds are
    constants becomes as many copies of its body as it has iterations. Loops inside
    of structured ops are left alone, and so are those with bounds that are not
    known, which `pc-gpu-outline-kernels` refuses. A function that would grow beyond
    `limit` operations is refused here, and the loop is named.

    Example: `test/Target/Vulkan/unroll-loops.mlir`
  }];
  let options = [
    Option<"limit", "limit", "int64_t", "200000", "Most operations of a function">
  ];
  let statistics = [Statistic<"unrolled", "unrolled", "Loops that were unrolled">];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::scf::SCFDialect"];
}

def SplitReductions : Pass<"pc-gpu-split-reductions", "func::FuncOp"> {
  let summary = "bound the iterations of each invocation of a kernel";
  let description = [{
    A device may end the loops of a shader after some number of iterations, without a
    word. A structured op whose reduction has more than `limit` iterations, all of its
    loops summed up, becomes a loop over parts of its reduction, one after the other, each
    of which adds to what the one before it has left in memory. The order of the
    summation does not change.

    Example: `test/Target/Vulkan/split-reductions.mlir`
  }];
  let options = [
    Option<"limit", "limit", "int64_t", "60000",
           "Most iterations of one invocation">
  ];
  let statistics = [Statistic<"split", "split", "Reductions that were split">];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::arith::ArithDialect",
    "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect"
  ];
}

def OutlineKernels : Pass<"pc-gpu-outline-kernels", "ModuleOp"> {
  let summary = "make a kernel of each structured op on buffers, and launch it";
  let description = [{
    Every structured op of a function becomes a `gpu.launch_func` of a kernel that
    holds the op and nothing else. The arguments of the kernel are the buffers that the op
    reads or writes, each once, with the offset left open, so that the same op
    on other buffers, or on other slices of them, is the same kernel. Numbers that the op
    reads from outside are constants and become part of the kernel; a fill of what the
    op accumulates into, right before it, becomes the first op of the kernel.
    A kernel has an invocation for each element of its results, `block-size` to a
    workgroup.

    What is left in the function then has to be launches, buffers and views of them:
    anything else is refused by name.

    Example: `test/Target/Vulkan/outline-kernels.mlir`
  }];
  let options = [
    Option<"blockSize", "block-size", "int32_t", "64", "Invocations of a workgroup">
  ];
  let statistics = [
    Statistic<"kernels", "kernels", "Different kernels">,
    Statistic<"launches", "launches", "Launches of kernels">,
    Statistic<"fills", "fills", "Fills that became part of a kernel">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::gpu::GPUDialect", "mlir::linalg::LinalgDialect",
    "mlir::memref::MemRefDialect"
  ];
}

def DistributeKernels : Pass<"pc-gpu-distribute-kernels", "gpu::GPUFuncOp"> {
  let summary = "turn the structured ops of a kernel into the code of one invocation";
  let description = [{
    Invocation `i` computes element `i` of the results: neighbours write to
    neighbouring places. What is reduced is a loop that carries its accumulators; they are
    read from memory and written back once. Invocations beyond the last element do nothing.

    Example: `test/Target/Vulkan/distribute-kernels.mlir`
  }];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::arith::ArithDialect", "mlir::gpu::GPUDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect"
  ];
}

def ExpandMath : Pass<"pc-gpu-expand-math", "gpu::GPUFuncOp"> {
  let summary = "compute functions of f32 by polynomials where the device need not be accurate";
  let description = [{
    What a device offers for exp, log, tanh and the like may be some units in the last
    place off, or much more near zero. Here they become arithmetic, the same
    on every device; functions that the device does not have at all do as well. The
    kernel is marked `pc.exact`: its sums and products must not be rearranged.

    Example: `test/Target/Vulkan/expand-math.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::math::MathDialect", "mlir::vector::VectorDialect"
  ];
}

def KernelsToSPIRV : Pass<"pc-gpu-kernels-to-spirv", "ModuleOp"> {
  let summary = "turn each kernel into a SPIR-V module for Vulkan";
  let description = [{
    The body of each kernel moves into a `spirv.module` of its own, `@<kernel>_spirv`;
    the kernel itself stays, empty, for the launches to refer to. Argument `i` of the kernel is binding `i` of descriptor set 0, a buffer of its elements; its offset,
    in elements, is word `i` of the push constants. Memory that is only read is declared so.
    Booleans are bytes in memory, and an index is 64 bits wide there and 32 bits elsewhere.
    Sums and products of a kernel that is marked `pc.exact` are `NoContraction`.
    The workgroup size is the `known_block_size` of the kernel. What Vulkan has no
    instruction for is refused, with the kernel and the op.

    Example: `test/Target/Vulkan/kernels-to-spirv.mlir`
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::spirv::SPIRVDialect"];
}

#endif // PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD
