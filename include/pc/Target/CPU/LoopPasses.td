// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of buffers: loops around vectors, threads, and what LLVM is given.

#ifndef PC_TARGET_CPU_LOOPPASSES_TD
#define PC_TARGET_CPU_LOOPPASSES_TD

include "mlir/Pass/PassBase.td"

def ReuseParts : Pass<"pc-cpu-reuse-parts", "func::FuncOp"> {
  let summary = "write elementwise results over a part of a buffer that is not read again";
  let description = [{
    A recurrent network projects the inputs of all time steps at once; each step adds the state to
    its part, which nothing else reads. Such a result, of one elementwise op on buffers, is
    written over the part: the buffer is alive anyway until the last step has read its own.
    Other uses of the buffer come before the op, or are blocks of it that are disjoint.

    Example: `test/Target/CPU/reuse-parts.mlir`
  }];
  let dependentDialects = ["mlir::memref::MemRefDialect"];
  let statistics = [Statistic<"reused", "reused", "Results over a part">];
}

def StructureCopies : Pass<"pc-cpu-structure-copies", "func::FuncOp"> {
  let summary = "turn copies of parts of buffers into structured ops";
  let description = [{
    A `memref.copy` whose two sides are whole blocks of memory stays; any other
    one becomes a `linalg.generic`, since it would need a runtime library. With
    `all`, every copy does: the Vulkan target has no other ops.

    Example: `test/Target/CPU/structure-copies.mlir`
  }];
  let options = [
    Option<"all", "all", "bool", "false", "Copies of whole blocks, too">
  ];
  let dependentDialects = ["mlir::linalg::LinalgDialect"];
}

def FuseEpilogues : Pass<"pc-cpu-fuse-epilogues", "func::FuncOp"> {
  let summary = "end the tiles of a product with the elementwise op that reads it";
  let description = [{
    Where an elementwise op is the next one to come to the sums of a product, as bias and activation, a
    derivative, or the update of an error, an activity or a weight do, both are put next to each other and the op
    is marked with `pc.epilogue`; `pc-cpu-vectorize-nests` then computes it on the accumulators of each tile,
    row by row if its body is long or has functions. The attribute is true if nothing else needs the sums, which
    then are never stored. Bits are the same. An op stays apart where its body has more than 32 ops, where another op in between writes what
    either of them reads, and where it writes what the product reads.
    Example: `test/Target/CPU/fuse-epilogues.mlir`
  }];
  let statistics = [Statistic<"fused", "fused", "Elementwise ops that end tiles">];
}

def OutlineNests : Pass<"pc-cpu-outline-nests", "ModuleOp"> {
  let summary = "give structured ops that are the same one function";
  let description = [{
    Steps of a recurrent network, blocks of a deep one, and the functions compiled
    from one model contain the same op many times, on other memory. Where there are
    at least `fewest`, they become calls of one function, which takes whole buffers and
    the offsets of parts: machine code is made once, so that the time of a compilation
    grows with what is different in a model and not with its depth. A fill of the output
    goes along. Buffers that a call passes never overlap; an op whose operands might is
    left alone, as is one whose body reads anything but its operands and constants.

    Example: `test/Target/CPU/outline-nests.mlir`
  }];
  let options = [
    Option<"fewest", "fewest", "unsigned", "2", "Ops that are worth a function">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::LLVM::LLVMDialect", "mlir::memref::MemRefDialect"
  ];
  let statistics = [
    Statistic<"functions", "functions", "Functions that were made">,
    Statistic<"calls", "calls", "Ops that became calls">
  ];
}

def VectorizeNests : Pass<"pc-cpu-vectorize-nests", "func::FuncOp"> {
  let summary = "turn structured ops on buffers into loops around vectors";
  let description = [{
    Each structured op is seen as a nest of loops over linear memory. The loop along
    which the output is contiguous becomes the lanes of vectors, a few steps of
    another one share what is loaded, and reductions run inside, with all
    accumulators in registers: matrix products, convolutions and
    elementwise ops alike. Where other lanes are loaded faster, as the channels of a
    convolution with a stride are, those are the lanes, and squares of the output are
    transposed in registers on their way to memory. Where only a reduction runs along memory, its steps are
    the lanes, folded at the end. Long sums are taken in blocks, and so are more rows than the second cache
    holds; with `fma`, products are added with one rounding. A fill of the output becomes the start of the
    accumulators. Ops without a vector form are left for scalar loops.

    Example: `test/Target/CPU/vectorize-nests.mlir`
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "128", "Bits of a vector register">,
    Option<"registers", "registers", "unsigned", "16", "Number of vector registers">,
    Option<"fma", "fma", "bool", "false", "Multiply-add is one instruction">,
    Option<"l2Bytes", "l2-bytes", "unsigned", "262144", "Bytes of the second cache">,
    Option<"blockReductions", "block-reductions", "bool", "true",
           "Run long reductions in blocks that fit into the caches">,
    Option<"turnOutputs", "turn-outputs", "bool", "true",
           "Transpose outputs in registers where other lanes are loaded faster">
  ];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::arith::ArithDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
    "mlir::vector::VectorDialect"
  ];
  let statistics = [
    Statistic<"vectorized", "vectorized", "Ops that became vector code">,
    Statistic<"scalar", "scalar", "Ops left for scalar loops">
  ];
}

def DropArguments : Pass<"pc-cpu-drop-arguments", "ModuleOp"> {
  let summary = "do not pass buffers that a shared body does not touch";
  let description = [{
    Sums that an epilogue alone has read are never stored. Where their product is a function of several
    calls, these do not pass them either, so that they need no memory.
    Example: `test/Target/CPU/drop-arguments.mlir`
  }];
  let statistics = [Statistic<"dropped", "dropped", "Arguments that were dropped">];
}

def ApproximateMath : Pass<"pc-cpu-approximate-math", "func::FuncOp"> {
  let summary = "compute exp, log, tanh and erf of f32 vectors by polynomials";
  let description = [{
    Only where the result is within 4 units in the last place, as
    `test/Target/CPU/approximate-math-numbers.mlir` measures; f64 and all other functions
    stay with the C library.

    Example: `test/Target/CPU/approximate-math.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::math::MathDialect",
    "mlir::vector::VectorDialect"
  ];
}

def PlanMemory : Pass<"pc-cpu-plan-memory", "func::FuncOp"> {
  let summary = "replace all allocations by places in one arena";
  let description = [{
    Appends an argument `memref<N x i8>` (`pc.arena`) and turns every `memref.alloc` into
    a view of it. Two buffers share bytes only if they are never alive at the
    same time; a buffer is alive from its first to its last use, through all
    its views. A buffer of dynamic size is an error.

    Example: `test/Target/CPU/plan-memory.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::LLVM::LLVMDialect",
    "mlir::memref::MemRefDialect"
  ];
  let statistics = [
    Statistic<"arenaBytes", "arena-bytes", "Bytes of all arenas">,
    Statistic<"bufferBytes", "buffer-bytes", "Bytes of all buffers, without sharing">
  ];
}

/// Of two threads that spin, measured: see docs/CPU.md.
def StartCost : Option<"startCost", "start-cost", "double", "8000",
    "Instructions in the time that it takes to start and to join the threads">;

def GroupNests : Pass<"pc-cpu-group-nests", "ModuleOp"> {
  let summary = "give threads whole nests where these are small and independent";
  let description = [{
    The vertices of an iteration read old states and write new ones: their products, and
    what these read, do not depend on each other. The operations of a block get levels,
    so that each waits for lower ones only, by the buffers that they read and write. Those of
    one level that are too small to be shared by themselves become the cases of a loop
    over the threads, marked with `pc.parallel`: each thread does some that follow each
    other, so that of a chain of vertices only those at the ends of a part wait for
    what another core has written. The block is put in the order of its levels where that pays
    for starting the threads, and where its buffers, which are alive together then, are
    small. Comes before memory is planned: buffers that one group uses are apart.

    Example: `test/Target/CPU/group-nests.mlir`
  }];
  let options = [
    Option<"threads", "threads", "unsigned", "2", "Threads that share the work">,
    StartCost
  ];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::scf::SCFDialect"];
  let statistics = [Statistic<"grouped", "grouped", "Nests that threads get whole">];
}

def ParallelizeLoops : Pass<"pc-cpu-parallelize-loops", "func::FuncOp"> {
  let summary = "share the iterations of loops among threads";
  let description = [{
    Among loops marked with `pc.parallel`, one inside of the other, those become
    `scf.parallel` that make the whole shortest: one that is far outside starts the
    threads once, one whose iterations divide evenly keeps all of them busy. Loops of
    which each is all that the one before does are shared as one. Where starting
    threads costs more than they save, as in small models, nothing is shared.
    No reduction is ever split, so that results do not depend on the number of
    threads, to the bit.

    Example: `test/Target/CPU/parallelize-loops.mlir`
  }];
  let options = [
    Option<"threads", "threads", "unsigned", "2", "Threads that share the work">,
    StartCost
  ];
  let dependentDialects = ["mlir::scf::SCFDialect"];
  let statistics = [
    Statistic<"shared", "shared", "Nests whose iterations are shared">
  ];
}

def DropBarriers : Pass<"pc-cpu-drop-barriers"> {
  let summary = "let threads wait for each other once at the end of a region";
  let description = [{
    A loop that threads share ends with a barrier, and so does the region around it.
    Where the region ends with the loop, the loop gets `nowait`: its barrier would take
    as long as starting the threads does.

    Example: `test/Target/CPU/drop-barriers.mlir`
  }];
  let dependentDialects = ["mlir::omp::OpenMPDialect"];
  let statistics = [
    Statistic<"dropped", "dropped", "Loops without a barrier of their own">
  ];
}

def HoistAllocas : Pass<"pc-cpu-hoist-allocas", "func::FuncOp"> {
  let summary = "take memory on the stack once, where a function or its threads begin";
  let description = [{
    A panel of `pc-cpu-vectorize-nests` is needed in one iteration of a loop. Memory on the stack
    is given back when a function returns, so that each iteration would take more: it is
    taken at the beginning of the function, or of the region of OpenMP around it, of which
    each thread runs its own. The scopes that upstream puts around what threads share then
    hold nothing, and go.

    Example: `test/Target/CPU/hoist-allocas.mlir`
  }];
}

def GuardDivision : Pass<"pc-cpu-guard-division", "func::FuncOp"> {
  let summary = "let no integer division fault, whatever the data";
  let description = [{
    The machine raises a fault for a division by zero and for a quotient that does not
    fit. Here `x / 0`, `x % 0` and `x % -1` are 0, and `x / -1` wraps around. Divisions by
    constants other than 0 and -1 are left alone, and so are vectors: the vectoriser
    makes none.

    Example: `test/Target/CPU/guard-division.mlir`
  }];
  let dependentDialects = ["mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"guarded", "guarded", "Divisions with a guard">
  ];
}

def LowerMath : Pass<"pc-cpu-lower-math", "ModuleOp"> {
  let summary = "lower math functions, keeping their accuracy";
  let description = [{
    Operations of one machine instruction and those with an LLVM intrinsic as good as
    the library go to LLVM; the others become calls of the C library. Types
    narrower than `f32` are computed in `f32`. Unlike upstream's
    conversion, `log1p` and `expm1` are never approximated by `log` and `exp`.

    Example: `test/Target/CPU/lower-math.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::LLVM::LLVMDialect", "mlir::vector::VectorDialect"
  ];
}

#endif // PC_TARGET_CPU_LOOPPASSES_TD
