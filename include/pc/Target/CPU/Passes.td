// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_TARGET_CPU_PASSES_TD
#define PC_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def StorageTypes : Pass<"pc-cpu-storage-types"> {
  let summary = "turn types that the machine has not into the bits they are stored as";
  let description = [{
    Arithmetic has its sign in the operation, so inside of functions a sign in a type
    means nothing; at their border it tells the caller what the bits are. Here every
    signed and unsigned integer type becomes the signless one, and every float of 8 bits
    or less the integer of its width. Scalar `arith.extf` and `arith.truncf` from and to
    such floats become integer arithmetic; both round once, to nearest, ties to even.
    A cast between types that are now the same disappears.

    Example: `test/Target/CPU/storage-types.mlir`
  }];
  let dependentDialects = ["mlir::arith::ArithDialect"];
}

def StructureOps : Pass<"pc-cpu-structure-ops", "func::FuncOp"> {
  let summary = "turn everything that computes on tensors into structured ops";
  let description = [{
    Elementwise ops on tensors become `linalg.generic` with an empty destination;
    softmax is taken apart, concatenations become insertions, gathers become
    generic ops that read where their indices say, and a constant of one value
    that serves as a destination becomes a fill. Ops on scalars are left alone.

    Example: `test/Target/CPU/structure-ops.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::math::MathDialect", "mlir::tensor::TensorDialect"
  ];
}

def FuseElementwise : Pass<"pc-cpu-fuse-elementwise", "func::FuncOp"> {
  let summary = "fuse elementwise ops into the op that uses each element once";
  let description = [{
    A value that is used once, element for element, is computed there and never stored,
    also where a reshape is in between that leaves the last dimension alone, and where a
    reduction reads each element once, as by windows that do not overlap. So is a value
    of at most seven short instructions, from no more memory than it takes itself, that
    only such ops use, and one `erf`, `exp`, `log` or `tanh` of f32 that no cache keeps until
    its last use: each computes it again. The way back of a step then keeps what the
    normalisation before an activation was made of, and not its result as well.

    Example: `test/Target/CPU/fuse-elementwise.mlir`
  }];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::linalg::LinalgDialect",
    "mlir::tensor::TensorDialect"
  ];
}

def AccumulateSums : Pass<"pc-cpu-accumulate-sums", "func::FuncOp"> {
  let summary = "add to what is there, not to zeros that are then added";
  let description = [{
    A value that is read in parts, or at every time step, has a cotangent that is a sum of
    terms, one for each reader. A term that was put into zeros is added to that part of the
    sum alone; a product or a sum over dimensions goes on from the sum so far; of terms
    that are all transposed the sum is. With this the gradient of a recurrent layer takes
    time in proportion to its length, not to the square of it.

    Sums are reassociated: they are equal but for rounding. Where nothing but zeros was
    added to a zero, its sign may differ.

    Example: `test/Target/CPU/accumulate-sums.mlir`
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::tensor::TensorDialect"
  ];
}

def TrimSlices : Pass<"pc-cpu-trim-slices", "func::FuncOp"> {
  let summary = "compute only those parts of structured ops that are used";
  let description = [{
    A slice without strides of the result of a structured op that is used nowhere
    else becomes the result of the op on slices of its operands, unless the body of the op
    reads the number of a loop. A slice of a tensor that was put into a filled one is put
    into a smaller one, and two borders of one value become one. The gradient of an image is computed without the padding of the
    image, and with one border of zeros around the cotangent, not two.

    Example: `test/Target/CPU/trim-slices.mlir`
  }];
  let dependentDialects = [
    "mlir::affine::AffineDialect", "mlir::linalg::LinalgDialect",
    "mlir::tensor::TensorDialect"
  ];
}

def SplitPhases : Pass<"pc-cpu-split-phases", "func::FuncOp"> {
  let summary = "convolve images that were spread out without the zeros in between";
  let description = [{
    A sum of products in which one factor was put into a tensor of zeros with strides, as
    the cotangent is in the gradient of a strided convolution, becomes one op for each
    phase: for the places of the result whose distance is a multiple of the stride, which
    all meet elements with the same taps of the window. Each is a dense convolution of the
    unspread tensor with every so many taps, and writes every so many places of the result.
    A phase that meets nothing is left as it is. Any number of axes, dilations, borders and
    groups will do; ops with more than `most` phases are left alone.

    What was multiplied by a zero in between is not looked at any more, whether or
    not it is infinite.

    Example: `test/Target/CPU/split-phases.mlir`
  }];
  let options = [
    Option<"most", "most", "int64_t", "64", "Phases of one op">
  ];
  let dependentDialects = [
    "mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"split", "split", "Ops that were taken apart">
  ];
}

def TransposeOperands : Pass<"pc-cpu-transpose-operands", "func::FuncOp"> {
  let summary = "transpose operands of contractions so that vectors can be loaded";
  let description = [{
    The last dimension of the result becomes the lanes of vectors, or another one
    where the cost model of tiles says that this is faster, as for the channels of a
    convolution with a stride. An operand that has this dimension elsewhere, and each
    of whose elements is used eight times or more, is transposed first. The
    transposition is an op of its own, so that it leaves loops in which the operand
    does not change.

    Example: `test/Target/CPU/transpose-operands.mlir`
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "128", "Bits of a vector register">,
    Option<"registers", "registers", "unsigned", "16", "Number of vector registers">,
    Option<"chooseLanes", "choose-lanes", "bool", "true",
           "Let the cost model choose the dimension, not always the last one">
  ];
  let dependentDialects = [
    "mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"transposed", "transposed", "Operands that were transposed">
  ];
}

def TransposeResults : Pass<"pc-cpu-transpose-results", "func::FuncOp"> {
  let summary = "transpose results of contractions so that vectors have lanes";
  let description = [{
    A result whose last dimension has fewer than `few` elements is computed with a
    longer one last and transposed afterwards, if every operand has that dimension
    alone, or not at all, so that vectors of it can be loaded. Operands and result
    are small beside the work: each element is used eight times or more. The
    gradient of a filter is such a result, unless rows of the images fill vectors and
    channels do not: then lanes run along the reduction, and nothing has to move.

    Example: `test/Target/CPU/transpose-results.mlir`
  }];
  let options = [
    Option<"few", "few", "unsigned", "8", "Elements that fill no vector">,
    Option<"vectorBits", "vector-bits", "unsigned", "128", "Bits of a vector register">
  ];
  let dependentDialects = [
    "mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"transposed", "transposed", "Results that were transposed">
  ];
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

def OwnDestinations : Pass<"pc-cpu-own-destinations", "func::FuncOp"> {
  let summary = "give every op an empty or filled destination of its own";
  let description = [{
    CSE lets ops share one empty or one filled tensor. Bufferization would
    then copy it for all but one of them; a fill of its own is cheaper and often
    becomes the start of accumulators.

    Example: `test/Target/CPU/own-destinations.mlir`
  }];
}

def PlaceParts : Pass<"pc-cpu-place-parts", "func::FuncOp"> {
  let summary = "compute what goes into a part of a filled tensor right there";
  let description = [{
    An activation that a convolution reads with a border of zeros is computed inside
    that border: it is not copied there, and the way back, which needs it with
    and without the border, keeps it once. Where the rows of the part are no whole
    vectors it is copied as before, since other ops would read it in shorter pieces.

    Example: `test/Target/CPU/place-parts.mlir`
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "512", "Bits of a vector register">,
  ];
  let statistics = [Statistic<"placed", "placed", "Results computed in a part of a tensor">];
  let dependentDialects = ["mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"];
}

def MergeReductions : Pass<"pc-cpu-merge-reductions", "func::FuncOp"> {
  let summary = "reduce the same tensors once, to all that is asked of them";
  let description = [{
    Under a `strict` schedule an iteration takes the maxima of the windows of a pool, and for
    their gradient the places of these maxima, of the same activity. Two reductions in a
    loop that read the same tensors in the same way, from empty or filled tensors, become one
    with the results of both. Outside of loops the second one may be wanted much later, and
    would hold memory until then.

    Example: `test/Target/CPU/merge-reductions.mlir`
  }];
  let statistics = [Statistic<"merged", "merged", "Reductions that joined another one">];
  let dependentDialects = ["mlir::linalg::LinalgDialect"];
}

def ReshapeLoopState : Pass<"pc-cpu-reshape-loop-state", "func::FuncOp"> {
  let summary = "let a loop carry a tensor in the shape in which it is computed";
  let description = [{
    The new state of a pool's activity is computed by windows, of which each axis is two. The
    loop carries it like that, so that it is computed where the old one is: bufferization does
    not see this through a reshape on either side. What used to be carried is dead.

    Example: `test/Target/CPU/reshape-loop-state.mlir`
  }];
  let statistics = [Statistic<"reshaped", "reshaped", "Tensors carried in another shape">];
  let dependentDialects = ["mlir::tensor::TensorDialect"];
}

def KeepBorders : Pass<"pc-cpu-keep-borders", "func::FuncOp"> {
  let summary = "fill the border of a tensor once, before a loop that writes inside of it";
  let description = [{
    A relaxation computes the same part of a tensor of zeros in every iteration, which a
    convolution reads with the border around it. Where all else of the tensor is the same
    each time, and nothing reads the part before it is written, the loop carries the tensor: it is
    filled before the first iteration only, and has its memory as long as the loop runs.

    Example: `test/Target/CPU/keep-borders.mlir`
  }];
  let statistics = [Statistic<"kept", "kept", "Filled tensors that a loop carries">];
  let dependentDialects = ["mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"];
}

def BlockBatch : Pass<"pc-cpu-block-batch", "func::FuncOp"> {
  let summary = "relax as many samples at a time as stay in the cache";
  let description = [{
    A relaxation treats every sample of a batch alone. Where its tensors do not fit the
    second cache, but do for a part of the batch, with the weights, all iterations are done for
    these samples before the next ones come. A loop counts as one if all tensors that it
    carries have the samples first, its ops are structured ones that do not mix samples, reshapes
    and parts, and it has eight iterations or more.

    Example: `test/Target/CPU/block-batch.mlir`
  }];
  let options = [
    Option<"l2Bytes", "l2-bytes", "unsigned", "524288", "Bytes of the second cache">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect", "mlir::scf::SCFDialect",
    "mlir::tensor::TensorDialect"
  ];
  let statistics = [Statistic<"blocked", "blocked", "Relaxations that are done in parts">];
}

def PutBatchLast : Pass<"pc-cpu-put-batch-last", "func::FuncOp"> {
  let summary = "relax with the samples of a batch side by side";
  let description = [{
    The samples are the lanes that are never too few, meet no border and need no window.
    A loop as in `pc-cpu-block-batch` is done with the samples last in all of its tensors, which are
    transposed before it and after it, where the cost model of tiles says that its contractions
    take less than 0.95 of the time then: as in networks of convolutions, whose images
    have rows that fill no vectors.

    Example: `test/Target/CPU/put-batch-last.mlir`
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "128", "Bits of a vector register">,
    Option<"registers", "registers", "unsigned", "16", "Number of vector registers">
  ];
  let dependentDialects = [
    "mlir::linalg::LinalgDialect", "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"
  ];
  let statistics = [Statistic<"moved", "moved", "Relaxations with the samples last">];
}

def SkipBorders : Pass<"pc-cpu-skip-borders", "func::FuncOp"> {
  let summary = "mark where factors of a sum of products are a border of zeros";
  let description = [{
    A convolution that reads its image inside a border of zeros multiplies them as well; in
    the gradient of an image, whose border is as wide as the filter, they are up to half
    of all factors. This pass finds parts that were put into zeros and writes their bounds to the sums
    of products that slide over them, as `pc.bounds = [array<i64: operand, dimension, first,
    end>]`. `pc-cpu-vectorize-nests` leaves out the steps of a reduction at which a whole tile
    is outside of them. A product with a weight that is infinite or no number is left out,
    too: it would be no number.

    Example: `test/Target/CPU/skip-borders.mlir`
  }];
  let statistics = [Statistic<"bounded", "bounded", "Sums of products with a border">];
}

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

def ReuseOperands : Pass<"pc-cpu-reuse-operands", "func::FuncOp"> {
  let summary = "write elementwise results over an operand that is not read again";
  let description = [{
    An activation, or an error times a derivative, has the size of an operand that is often read
    there for the last time: the result takes its memory, is written to lines
    that are in the cache, and two large tensors are not alive at once. What leaves a block
    has a place of its own already; memory of arguments and of what a loop carries is not touched.

    Example: `test/Target/CPU/reuse-operands.mlir`
  }];
  let statistics = [Statistic<"reused", "reused", "Results in the memory of an operand">];
}

def ShortenLifetimes : Pass<"pc-cpu-shorten-lifetimes", "func::FuncOp"> {
  let summary = "compute tensors in an order in which less memory is alive at once";
  let description = [{
    A step of learning is written as a sweep that finds all errors, and updates
    after it, so that every error and every activity is alive until the end. Here each
    value is computed right before the first op that needs it, and each value that leaves
    a block where all is there that it shares with others: the gradient of a
    weight follows the error that it is made of. What updates an argument, or what
    a loop carries, still follows all that read the old value. A block whose
    memory this would not shrink keeps its order.

    Example: `test/Target/CPU/shorten-lifetimes.mlir`
  }];
  let statistics = [Statistic<"reordered", "reordered", "Blocks in a new order">];
}

def PassByDestination : Pass<"pc-cpu-pass-by-destination", "func::FuncOp"> {
  let summary = "let a tensor function read and write the memory of its caller";
  let description = [{
    Every tensor argument becomes a memref. Every result becomes a memref
    argument (`pc.result`) in which its value is put, unless the result carries
    `pc.updates = n`: then its value lands in the memory of argument `n`, which
    gets `pc.next`. Attributes of arguments and results are kept; types must be
    static. A result that is computed by an op with an empty destination is
    computed right where it belongs. Functions without tensors in their
    signature are left alone.

    Example: `test/Target/CPU/pass-by-destination.mlir`
  }];
  let dependentDialects = [
    "mlir::bufferization::BufferizationDialect", "mlir::LLVM::LLVMDialect",
    "mlir::memref::MemRefDialect", "mlir::tensor::TensorDialect"
  ];
  let statistics = [
    Statistic<"updates", "updates", "Results that update an argument in place">,
    Statistic<"direct", "direct", "Results computed where they belong">
  ];
}

def AnchorLoopState : Pass<"pc-cpu-anchor-loop-state"> {
  let summary = "keep the tensors that a loop carries where they are";
  let description = [{
    Every tensor that an `scf.for` or `scf.while` carries is put back into the
    memory it was read from at the end of an iteration, so that a loop has one
    buffer for each of them and allocates nothing. Where the value is computed by
    an op with an empty destination, that op is given the old value as
    destination; bufferization finds out whether this needs a copy.

    Example: `test/Target/CPU/anchor-loop-state.mlir`
  }];
  let dependentDialects = ["mlir::bufferization::BufferizationDialect"];
}

def FuseEpilogues : Pass<"pc-cpu-fuse-epilogues", "func::FuncOp"> {
  let summary = "end the tiles of a product with the elementwise op that reads it";
  let description = [{
    Where an elementwise op is the next one to come to the sums of a product, as bias and activation, a
    derivative, or the update of an error, an activity or a weight do, both are put next to each other and the op
    is marked with `pc.epilogue`; `pc-cpu-vectorize-nests` then computes it on the accumulators of each tile.
    The attribute is true if nothing else needs the sums, which then are never stored. Bits are the same.
    An op stays apart where its body is long or calls functions, where another op in between writes what
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

def DropArguments : Pass<"pc-cpu-drop-arguments", "ModuleOp"> {
  let summary = "do not pass buffers that a shared body does not touch";
  let description = [{
    Sums that an epilogue alone has read are never stored. Where their product is a function of several
    calls, these do not pass them either, so that they need no memory.
    Example: `test/Target/CPU/drop-arguments.mlir`
  }];
  let statistics = [Statistic<"dropped", "dropped", "Arguments that were dropped">];
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
    Option<"startCost", "start-cost", "double", "8000",
           "Instructions in the time that it takes to start and to join the threads">
  ];
  let dependentDialects = ["mlir::scf::SCFDialect"];
  let statistics = [
    Statistic<"shared", "shared", "Nests whose iterations are shared">
  ];
}

def HoistAllocas : Pass<"pc-cpu-hoist-allocas", "func::FuncOp"> {
  let summary = "take memory on the stack once, where a function or its threads begin";
  let description = [{
    A panel of `pc-cpu-vectorize-nests` is needed in one iteration of a loop. Memory on the stack
    is given back when a function returns, so that each iteration would take more: it is
    taken at the beginning of the function, or of the region of OpenMP around it, of which
    each thread runs its own.

    Example: `test/Target/CPU/hoist-allocas.mlir`
  }];
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

#endif // PC_TARGET_CPU_PASSES_TD
