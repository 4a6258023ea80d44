// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD
#define PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def BoundLoops : Pass<"pc-gpu-bound-loops", "func::FuncOp"> {
  let summary = "give a loop that memory ends all iterations that it may have";
  let description = [{
    A relaxation with a tolerance is an `scf.while` on buffers: it counts its iterations from one
    constant to another, and ends before that where what is loaded from memory says so. It
    becomes an `scf.for` with all of these iterations, each of which asks the same question in
    front of its body, an `scf.if`. Once that is no, no body writes memory any more, and it stays no.

    Example: `test/Target/Vulkan/bound-loops.mlir`
  }];
  let statistics = [Statistic<"bounded", "bounded", "Loops with all of their iterations">];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::scf::SCFDialect"];
}

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

def StageReductions : Pass<"pc-gpu-stage-reductions", "func::FuncOp"> {
  let summary = "reduce parts of long reductions, then what they leave";
  let description = [{
    A reduction to few results leaves most of a device idle, even where a workgroup shares each result.
    Where the count of steps says that it is at least twice as fast, a loop of such a reduction is cut
    into parts: each of them is reduced to results of its own, which a second op joins with what was
    there before. What the loop has beyond whole parts stays an op of its own. Sums come in another order
    than before, the same in every run. Reductions with more than one result at once, such as the place
    of a maximum, are left alone.

    Example: `test/Target/Vulkan/stage-reductions.mlir`
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "32", "Invocations that a device runs in step">,
    Option<"subgroups", "subgroups", "int64_t", "64",
           "Groups of invocations in step that keep a device busy">,
    Option<"invocations", "invocations", "int64_t", "128",
           "Most invocations of a workgroup that shares a result">
  ];
  let statistics = [Statistic<"staged", "staged", "Reductions in two stages">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect"
  ];
}

def FuseKernels : Pass<"pc-gpu-fuse-kernels", "func::FuncOp"> {
  let summary = "put structured ops that share out the same elements into one kernel";
  let description = [{
    A structured op on buffers joins an earlier one, or several, if its results have the
    same sizes, it reads or overwrites what they write, and each invocation would stay
    with its own elements of all memory that one of them writes; what lies in between must
    not touch the same memory. So fills, biases, activations, derivatives and
    updates become part of the product or convolution next to them. At most one op of a kernel
    reduces. The ops are put into an `scf.execute_region`, in their order. A
    buffer that nothing else uses becomes a `memref.alloca` there: its elements
    never reach memory.

    Example: `test/Target/Vulkan/fuse-kernels.mlir`
  }];
  let statistics = [
    Statistic<"fused", "fused", "Ops that joined others">,
    Statistic<"kept", "kept", "Buffers that became values inside of a kernel">
  ];
  let dependentDialects = [
    "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect"
  ];
}

def PersistLoops : Pass<"pc-gpu-persist-loops", "func::FuncOp"> {
  let summary = "mark loops of the host that can run inside of one kernel";
  let description = [{
    The rows of a relaxation, its samples, do not know of each other: row i of what an op
    of the loop computes needs row i of what others in it write, and
    beside that only what none of them writes. Where this is so of all ops of an `scf.for` with
    constant bounds, an invocation can own some rows and go through all iterations alone,
    without anyone to wait for. The loop is marked with `pc.rows`, how many it owns: as many as leave
    `subgroups` times `lanes` invocations, and at most 8. `pc-gpu-outline-kernels` makes
    one kernel of it, for as many iterations at once as stay within the limit
    of a device; with fewer than 4 the loop is left alone, as is one whose ops
    mix rows or have too few of them. Sums are taken in the same order either way.

    With `shared-bytes` of memory of a workgroup, and fewer rows than the invocations that keep a
    device busy, `busy` times `lanes`, a workgroup owns some rows: `pc.team` says how many invocations it
    has. What the loop writes is in its memory meanwhile, and it waits for itself between two ops. That is
    done where those rows fit in there, and what all rows read does not exceed `read-bytes`.

    Example: `test/Target/Vulkan/persist-loops.mlir`
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "8", "Invocations that a device runs in step">,
    Option<"subgroups", "subgroups", "int64_t", "2",
           "Groups of invocations in step that have to have rows">,
    Option<"limit", "limit", "int64_t", "60000",
           "Most iterations of all loops of one invocation">,
    Option<"busy", "busy", "int64_t", "16",
           "Groups of invocations in step that keep a device busy">,
    Option<"invocations", "invocations", "int64_t", "128",
           "Most invocations of a workgroup that owns rows">,
    Option<"sharedBytes", "shared-bytes", "int64_t", "0",
           "Bytes of the memory of a workgroup, 0 where it does not own rows">,
    Option<"readBytes", "read-bytes", "int64_t", "1048576",
           "Most bytes that each workgroup reads again in each iteration">
  ];
  let statistics = [
    Statistic<"persistent", "persistent", "Loops that were marked">,
    Statistic<"teams", "teams", "Of those, loops whose rows belong to workgroups">
  ];
}

def OutlineKernels : Pass<"pc-gpu-outline-kernels", "ModuleOp"> {
  let summary = "make a kernel of each structured op on buffers, and launch it";
  let description = [{
    Every structured op of a function, and every region of `pc-gpu-fuse-kernels`,
    becomes a `gpu.launch_func` of a kernel that holds it and nothing else. The arguments of
    the kernel are the buffers that its ops read or write, each once, with the
    offset left open, so that the same op on other buffers, or on other slices of them, is the
    same kernel; `pc.aligned` tells those that begin at a multiple of four elements. Numbers
    that an op reads from outside are constants and become part of the kernel.

    An invocation computes a tile of the results, `pc.tile`, and `block-size` of them are a
    workgroup. The tile is the one with the least cost: an element that is loaded
    serves a row or column of the tile, vectors of four count half; against that
    stand `registers` accumulators and, with few tiles, a device of which a
    part is idle: it wants `subgroups` times `lanes` invocations.

    With `shared-bytes` of memory of a workgroup, its invocations share the tiles of
    products and convolutions, where that takes fewer loads: `pc.shared` says how many of
    them lie along each dimension, and how many steps of the reduction are in that memory at once.
    Where the device has matrices of f16 or bf16 that a subgroup multiplies, products of such
    numbers that are summed up in f32 use them: `pc.cooperative` says the size of one product, M,
    N and K, and how many subgroups lie along the rows and columns of a tile.

    Where a reduction has too few results to keep the device busy, `pc.tree` invocations of a workgroup
    take parts of each result and join them as a tree, if that is at least twice as fast by the
    count of steps. That changes the order of sums, the same way in every run.

    A loop that `pc-gpu-persist-loops` has marked becomes a kernel too, launched once for as
    many of its iterations as an invocation may have, with a workgroup for each
    subgroup, or for the rows that `pc.team` invocations own together.

    Ops in an `scf.if` without results, whose condition is arithmetic on numbers that are loaded
    from buffers of rank 0, are launched with a grid that is loaded from memory. A kernel in front of
    them writes these grids: those that they have, or zeros. So the host asks nothing.

    What is left in the function then has to be launches, buffers, views of them, and loads of grids:
    anything else is refused by name.

    Example: `test/Target/Vulkan/outline-kernels.mlir`
  }];
  let options = [
    Option<"blockSize", "block-size", "int32_t", "64", "Invocations of a workgroup">,
    Option<"lanes", "lanes", "int64_t", "8", "Invocations that a device runs in step">,
    Option<"subgroups", "subgroups", "int64_t", "16",
           "Groups of invocations in step that keep a device busy">,
    Option<"registers", "registers", "int64_t", "256",
           "Most accumulators of one invocation">,
    Option<"limit", "limit", "int64_t", "60000",
           "Most iterations of all loops of one invocation">,
    Option<"invocations", "invocations", "int64_t", "128",
           "Most invocations of a workgroup that shares tiles">,
    Option<"sharedBytes", "shared-bytes", "int64_t", "0",
           "Bytes of the memory of a workgroup, 0 where nothing is to be shared">,
    ListOption<"halfMatrices", "half-matrices", "int64_t",
               "M, N and K of each product of cooperative matrices of f16">,
    ListOption<"brainMatrices", "brain-matrices", "int64_t",
               "M, N and K of each product of cooperative matrices of bf16">,
    Option<"emulated", "emulated", "bool", "false",
           "Cooperative matrices are computed by single invocations">
  ];
  let statistics = [
    Statistic<"trees", "trees", "Kernels that reduce as trees">,
    Statistic<"cooperative", "cooperative", "Kernels with cooperative matrices">,
    Statistic<"shared", "shared", "Kernels whose workgroups share tiles">,
    Statistic<"conditions", "conditions", "Conditions that kernels find out">,
    Statistic<"kernels", "kernels", "Different kernels">,
    Statistic<"launches", "launches", "Launches of kernels">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::gpu::GPUDialect", "mlir::linalg::LinalgDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect"
  ];
}

def DistributeKernels : Pass<"pc-gpu-distribute-kernels", "gpu::GPUFuncOp"> {
  let summary = "turn the structured ops of a kernel into the code of one invocation";
  let description = [{
    Invocation `i` computes tile `i` of the results, whose size `pc.tile` says, and which
    is one element without it: neighbours write to neighbouring places. Values go from one op of
    the kernel to the next without memory. What is reduced is a loop that
    carries its accumulators; they are read from memory and written back once. In each
    step an element is loaded once for the whole tile, and four that are neighbours in an
    aligned buffer as a vector. In the tiles at ragged edges the last element
    appears several times, so that no invocation takes another path. Invocations
    beyond the last tile do nothing.

    With `pc.shared` the invocations of a workgroup load the operands of some steps of a product into its
    memory, wait for each other, and take those steps from there. Sums keep their order. What is
    beyond the edges is computed from copies of the last elements, and not stored. With
    `pc.cooperative` each subgroup takes those steps together, on vectors of two dimensions that
    belong to all of its invocations: the sums come from the memory of the workgroup and return to it.

    With `pc.tree` each of so many invocations reduces some steps of a result; the lower half of
    those that are left join theirs with those of the upper half until there is one, which stores.

    In a loop with `pc.rows`, invocation `i` owns so many rows of all results: op by op, it goes
    through the tiles of its rows. With `pc.team` a workgroup does so: its invocations take turns at
    the tiles, in its memory, into which it takes its rows before the loop, and returns them behind it.

    Example: `test/Target/Vulkan/distribute-kernels.mlir`
  }];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::arith::ArithDialect", "mlir::gpu::GPUDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"
  ];
}

def EmulateCooperative : Pass<"pc-gpu-emulate-cooperative", "gpu::GPUFuncOp"> {
  let summary = "compute cooperative matrices by single invocations";
  let description = [{
    The same kernels for a device without cooperative matrices, to see that their tiles are right:
    each invocation has some elements of every matrix of sums and adds the products up, one step
    after the other. A kernel without `pc.cooperative` is left alone.

    Example: `test/Target/Vulkan/emulate-cooperative.mlir`
  }];
  let statistics = [Statistic<"emulated", "emulated", "Kernels without cooperative matrices now">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect"
  ];
}

def AddressBuffers : Pass<"pc-gpu-address-buffers", "gpu::GPUFuncOp"> {
  let summary = "let a kernel reach its buffers by their addresses";
  let description = [{
    Marks a kernel `pc.addresses`: `pc-gpu-kernels-to-spirv` then takes the buffers as pointers
    to physical memory, which are push constants, and not as bindings of a descriptor set. That is
    done where a buffer has at least `least-bytes`; without that bound, everywhere. A kernel
    with more buffers than push constants hold pointers, 16, is left alone.

    Example: `test/Target/Vulkan/address-buffers.mlir`
  }];
  let options = [
    Option<"leastBytes", "least-bytes", "int64_t", "0",
           "Bytes of a buffer from which on its kernel takes addresses">
  ];
  let statistics = [Statistic<"addressed", "addressed", "Kernels that take addresses">];
}

def ExpandMath : Pass<"pc-gpu-expand-math", "gpu::GPUFuncOp"> {
  let summary = "compute functions of f32 by polynomials where the device need not be accurate";
  let description = [{
    What a device offers for exp, log, tanh and the like may be some units in the last
    place off, or much more near zero. Here they become arithmetic, the same
    on every device; functions that the device does not have at all do as well. exp and
    expm1 need no fused multiply-add for that. The kernel is marked `pc.exact`: its sums and
    products must not be rearranged. Functions of f64 that Vulkan has not are refused.

    Example: `test/Target/Vulkan/expand-math.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::math::MathDialect", "mlir::vector::VectorDialect"
  ];
}

def ExpandBfloats : Pass<"pc-gpu-expand-bfloats", "gpu::GPUFuncOp"> {
  let summary = "compute with bf16 in f32, and convert by arithmetic on its bits";
  let description = [{
    A device need not know bf16: it is the upper half of f32, 16 bits in memory. Each op of
    arithmetic on bf16 becomes one on f32 whose result is rounded to nearest, ties to even. So are
    conversions; one from f64 goes by way of f32 and rounds twice. What is left of bf16 are constants,
    moves, and bitcasts from and to its bits. Functions have to be those of f32 before, by
    `math-extend-to-supported-types`; what that has left to be contracted is rounded here as well.

    Example: `test/Target/Vulkan/expand-bfloats.mlir`
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::vector::VectorDialect"];
}

def KernelsToSPIRV : Pass<"pc-gpu-kernels-to-spirv", "ModuleOp"> {
  let summary = "turn each kernel into a SPIR-V module for Vulkan";
  let description = [{
    The body of each kernel moves into a `spirv.module` of its own, `@<kernel>_spirv`;
    the kernel itself stays, empty, for the launches to refer to. Argument `i` of the kernel is binding `i` of descriptor set 0, a buffer of its elements; its offset,
    in elements, is word `i` of the push constants. In a kernel that is marked
    `pc.addresses`, push constant `i` is a pointer to the first element of argument `i` instead, and there
    are no bindings; such a module is of SPIR-V 1.5. A buffer that is accessed by vectors
    has a second variable of the same binding, whose elements are vectors. Memory that is only read is declared so.
    Booleans and integers of 2 and 4 bits are bytes in memory, and an index is 64 bits wide there
    and 32 bits elsewhere. bf16 is an integer of 16 bits, of which `pc-gpu-expand-bfloats` has left
    nothing to compute with.
    Memory of a workgroup is an array in its storage class. Vectors of two dimensions are
    cooperative matrices (SPV_KHR_cooperative_matrix), in a module of SPIR-V 1.6 with the memory model
    of Vulkan.
    Sums and products of a kernel that is marked `pc.exact` are `NoContraction`.
    The workgroup size is the `known_block_size` of the kernel. What Vulkan has no
    instruction for is refused, with the kernel and the op.

    Example: `test/Target/Vulkan/kernels-to-spirv.mlir`
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::spirv::SPIRVDialect"];
}

#endif // PC_TARGET_VULKAN_TRANSFORMS_PASSES_TD
