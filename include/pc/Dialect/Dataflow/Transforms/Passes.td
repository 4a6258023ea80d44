// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES
#define PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def Quantize : Pass<"pcflow-quantize", "ModuleOp"> {
  let summary = "choose the number format of learning circuits";
  let description = [{
    Elements of all float streams become `!pcflow.fixed<W, F>`; memories get their
    first contents, rounded and saturated. In the expressions of maps, whatever
    depends on one word alone and is more than sums, products, extrema, comparisons
    and selections becomes a `pcflow.lookup` in a table of `segments` straight
    pieces, over the range with the least error. The table tells its error. Does nothing to a graph that is quantised already. Expressions that
    have no table, because they depend on two words, are reported by name.

    Example: test/Dialect/Dataflow/Transforms/quantize.mlir.
  }];
  let options = [
    Option<"format", "format", "std::string", "\"fixed<18,14>\"",
           "fixed<W,F>: bits of a word, 2 to 32, and how many of them are behind the point">,
    Option<"segments", "segments", "unsigned", "256", "Pieces of a table, a power of 2">
  ];
  let statistics = [Statistic<"numTables", "tables", "expressions that became tables">];
}

def MaterializeForks : Pass<"pcflow-materialize-forks", "ModuleOp"> {
  let summary = "give every stream exactly one reader";
  let description = [{
    A stream with several readers gets a `pcflow.fork`, one without any a
    `pcflow.sink`. The graph is marked as wired, which its verifier holds from then
    on (D1). Does nothing to a wired graph.

    Example: test/Dialect/Dataflow/Transforms/materialize-forks.mlir.
  }];
  let statistics = [Statistic<"numForks", "forks", "streams with several readers">,
                    Statistic<"numSinks", "sinks", "streams without a reader">];
}

def SizeBuffers : Pass<"pcflow-size-buffers", "ModuleOp"> {
  let summary = "put a queue on every stream, as short as the circuit stays alive";
  let description = [{
    A `pcflow.buffer` follows every unit that gives words to another, and every
    argument of the graph. Depths without a number are made as small as they can
    be: none can be one less, the others being what they are, without a deadlock
    (`pcflow-verify-liveness`). `extra` is then added to each: 1 lets a queue take
    and give in every cycle. Needs a wired graph.

    Example: test/Dialect/Dataflow/Transforms/size-buffers.mlir.
  }];
  let options = [Option<"extra", "extra", "int64_t", "0", "Words on top of the least depth">];
  let statistics = [Statistic<"numBuffers", "buffers", "queues that were sized">];
}

def VerifyLiveness : Pass<"pcflow-verify-liveness", "ModuleOp"> {
  let summary = "prove that a circuit never deadlocks, or show how it does";
  let description = [{
    Executes one sample without data. Rates are known, processes are deterministic,
    and at the end of a sample every unit is at its start and every queue empty: so
    one completed sample is a proof for any number of them and for every timing. A
    sample that stops is a deadlock, and the error shows the cycle of units that
    wait for each other. Changes nothing.

    Example: test/Dialect/Dataflow/Transforms/verify-liveness.mlir.
  }];
}

#endif // PC_DIALECT_DATAFLOW_TRANSFORMS_PASSES
