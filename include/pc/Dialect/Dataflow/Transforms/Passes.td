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
    The format `fixed<W>` has as many bits behind the point as leave room for every
    word: the most with which pcflow-analyze-ranges finds no unit that may saturate,
    for inputs within `inputs`.
    With `f32` elements become `!pcflow.single`. Tables stand for the last functions that
    have no unit, and what is made of them natively stays; a function without a table
    that is right for all floats to 1/64, and units that compute no floats, are reported.

    Example: test/Dialect/Dataflow/Transforms/quantize.mlir.
  }];
  let options = [
    Option<"format", "format", "std::string", "\"fixed<18,14>\"",
           "fixed<W,F>: bits of a word, 2 to 32, and how many of them are behind the point; fixed<W>; or f32">,
    Option<"inputs", "inputs", "double", "4", "The largest input or target, with fixed<W>">,
    Option<"segments", "segments", "unsigned", "256", "Pieces of a table, a power of 2">
  ];
  let statistics = [Statistic<"numTables", "tables", "expressions that became tables">];
}

def AnalyzeRanges : Pass<"pcflow-analyze-ranges", "ModuleOp"> {
  let summary = "bound the words of a circuit";
  let description = [{
    Carries intervals through all rounds of a sample, from inputs and targets within
    `inputs` and the parameters that memories begin with, and writes into the graph
    how large a word can get before saturation, and the units (or inputs) of which one
    may be saturated. No other unit can saturate: that is proved, for predictions, errors
    and messages with these parameters. What parameters become as they learn is not
    bounded; the flag of the hardware tells. Needs a quantised graph; does nothing to
    one of floats, which have room.

    Example: test/Dialect/Dataflow/Transforms/analyze-ranges.mlir.
  }];
  let options = [Option<"inputs", "inputs", "double", "4", "The largest input or target">];
  let statistics = [Statistic<"numSaturating", "saturating", "units that may saturate a word">];
}

def GateLinks : Pass<"pcflow-gate-links", "ModuleOp"> {
  let summary = "make links places where a circuit can be cut";
  let description = [{
    Puts a `pcflow.gate` on the prediction and on the message of links, which are
    named "parent:child". `links` lists them, or vertices, which mean all links at
    them; without it every link is gated. Those of the loss are not: without it
    nothing learns. An unknown name is reported with the names that there are. Does
    nothing to a link that has its gates. Runs before pcflow-materialize-forks.

    Example: test/Dialect/Dataflow/Transforms/gate-links.mlir.
  }];
  let options = [
    ListOption<"links", "links", "std::string", "Links or vertices, empty: all links">
  ];
  let statistics = [Statistic<"numGates", "gates", "gates on links">];
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

def Fold : Pass<"pcflow-fold", "ModuleOp"> {
  let summary = "choose how many rows and columns a unit works on in a cycle";
  let description = [{
    Sets `pe` and `simd` of every `pcflow.linear`, which has `pe * simd` lanes: a
    word of memory and a multiplier each (and those of learning). A round of `M`
    rows and `N` columns takes `M / pe * max(pe, N / simd) + N + 4` cycles. A
    `pcflow.conv` has `pe` lanes, and for `P` positions of its window a round takes
    `(M + M / pe * max(N, 3)) P + 3` cycles and one for each word of its image. The
    slowest unit sets the pace of all, pools and messages that are rearranged
    included, which have no folding. With `target-cycles` each unit gets the fewest
    lanes that keep to it. With `max-lanes`, and with `max-dsp` for the multipliers
    of all units as pcflow-report counts them, the pace is the fastest for which all
    together keep to that, and no unit is faster than need be. A budget that nothing
    fits is reported with the least that would do. Does nothing without an option;
    `max-dsp` needs the words of pcflow-quantize.

    Example: test/Dialect/Dataflow/Transforms/fold.mlir.
  }];
  let options = [
    Option<"targetCycles", "target-cycles", "int64_t", "0", "Cycles of a round, 0: any">,
    Option<"maxLanes", "max-lanes", "int64_t", "0", "Lanes of all units together, 0: any">,
    Option<"maxDsp", "max-dsp", "int64_t", "0", "Multipliers of all units together, 0: any">
  ];
  let statistics = [Statistic<"numLanes", "lanes", "lanes of all units">];
}

def SizeBuffers : Pass<"pcflow-size-buffers", "ModuleOp"> {
  let summary = "put a queue on every stream, as short as its purpose allows";
  let description = [{
    A `pcflow.buffer` follows every unit that gives words to another, and every
    argument of the graph. Depths without a number are made as small as they can
    be, one after another: with `mode=live` so that the circuit does not deadlock
    (pcflow-verify-liveness), with `mode=throughput` so that a sample takes no cycle
    more than with queues that are never full (pcflow-schedule). Needs a wired
    graph.

    Example: test/Dialect/Dataflow/Transforms/size-buffers.mlir.
  }];
  let options = [Option<"mode", "mode", "std::string", "\"live\"", "live or throughput">];
  let statistics = [Statistic<"numBuffers", "buffers", "queues that were sized">];
}

def Schedule : Pass<"pcflow-schedule", "ModuleOp"> {
  let summary = "count the cycles of a circuit";
  let description = [{
    Clocks the control registers of all units, without data, with inputs that are
    always there, and writes into the graph how many cycles the first sample takes
    from reset to the last word that moves at the host or at a tap, each further sample, and each further iteration. Needs a wired graph
    whose buffers have depths.

    Example: test/Dialect/Dataflow/Transforms/schedule.mlir.
  }];
}

def Report : Pass<"pcflow-report", "ModuleOp"> {
  let summary = "print what a circuit is made of and how it runs";
  let description = [{
    Prints, as text or as JSON, for each graph: iterations, batch, format, cycles,
    and those of one backward sweep on the same units, which is what backpropagation
    would take; for each unit its kind, folding, memory and stages; for each queue
    its depth, the most words it holds and the cycles in which its producer waits
    for room, in the steady state of three samples. Of the graph and of each part
    says what it takes of a part of the Xilinx 7 series as Yosys maps it, flattened:
    multipliers and block memories by the rules of the mapping, look-up tables and
    registers as estimates. Changes nothing.

    Example: test/Dialect/Dataflow/Transforms/report.mlir.
  }];
  let options = [
    Option<"json", "json", "bool", "false", "JSON instead of text">,
    Option<"terms", "terms", "bool", "false",
           "JSON with what each estimate is computed from (benchmarks/dataflow/calibrate.py)">
  ];
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
