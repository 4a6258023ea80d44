// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of tensors: which ops compute, and in which order their operands lie.

#ifndef PC_TARGET_CPU_STRUCTUREPASSES_TD
#define PC_TARGET_CPU_STRUCTUREPASSES_TD

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

def BlockSamples : Pass<"pc-cpu-block-samples", "ModuleOp"> {
  let summary = "compute for some samples of a batch before the next ones";
  let description = [{
    Where a function treats every sample of a batch alone, but for sums over samples, such as the
    gradients of weights, a loop does all of it for some samples before the next ones
    come, and carries the sums. What it computes for them stays in the caches and needs
    memory for a block alone. Blocks are so large that they pay for going through the sums, and
    of one size, so that functions have code in common.

    Example: `test/Target/CPU/block-samples.mlir`
  }];
  let options = [
    Option<"blockSize", "samples", "int64_t", "0",
           "Samples of a block, if they divide the batch; 0: as the cache asks for">,
    Option<"l2Bytes", "l2-bytes", "unsigned", "524288", "Bytes of the second cache">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect", "mlir::scf::SCFDialect",
    "mlir::tensor::TensorDialect"
  ];
  let statistics = [Statistic<"blocked", "blocked", "Functions that run in parts">];
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

#endif // PC_TARGET_CPU_STRUCTUREPASSES_TD
