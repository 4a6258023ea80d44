// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From tensors to buffers: what is computed where.

#ifndef PC_TARGET_CPU_MEMORYPASSES_TD
#define PC_TARGET_CPU_MEMORYPASSES_TD

include "mlir/Pass/PassBase.td"

def OwnDestinations : Pass<"pc-cpu-own-destinations", "func::FuncOp"> {
  let summary = "give every op an empty or filled destination of its own";
  let description = [{
    CSE lets ops share one empty or one filled tensor. Bufferization would
    then copy it for all but one of them; a fill of its own is cheaper and often
    becomes the start of accumulators.

    Example: `test/Target/CPU/own-destinations.mlir`
  }];
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

#endif // PC_TARGET_CPU_MEMORYPASSES_TD
