// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_TRANSFORMS_PASSES
#define PC_DIALECT_PC_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def AttachLoss : Pass<"pc-attach-loss", "ModuleOp"> {
  let summary = "give a forward function a loss, as its objective";
  let description = [{
    Makes `@f_objective` from `@f`: the same arguments, then the targets that
    the loss reads; the same results, then the loss, a float tensor of rank 0.
    `@f` is kept. Every operation of the loss has the location `"loss"`.
    Arguments and results of the objective without a role become inputs and
    outputs.

    - `model`: the loss is an output that has one element; no target.
    - `mse`: the sum or mean over all elements of `(output - target)^2`.
    - `cross-entropy`: the sum or mean over all label positions of
      `-log softmax(logits)[label]`, computed as
      `log sum exp(z) - z[label]` with `z = logits - max(logits)`. Logits are
      `[N, C, ...]`, labels are `i64` of shape `[N, ...]`. A label outside
      `[0, C)` reads nothing and makes the loss NaN.
    - `cotangent`: the sum over all float outputs of `<cotangent_k, output_k>`,
      where k is the number of the output among all results; the gradient of
      this loss is the vector-Jacobian product of the model.

    `model` and `cotangent` have no terms to average, so `reduction` says
    nothing about them. Example: `test/Dialect/PC/Transforms/attach-loss.mlir`.
  }];
  let options = [
    Option<"loss", "loss", "::mlir::pc::LossKind",
           "::mlir::pc::LossKind::Model",
           "Where the scalar that is differentiated comes from.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::LossKind::Model, "model",
                        "a scalar output of the model"),
             clEnumValN(::mlir::pc::LossKind::MeanSquaredError, "mse",
                        "squared error"),
             clEnumValN(::mlir::pc::LossKind::CrossEntropy, "cross-entropy",
                        "log softmax at integer labels, class axis 1"),
             clEnumValN(::mlir::pc::LossKind::Cotangent, "cotangent",
                        "inner product of all float outputs with cotangents"))}]>,
    Option<"reduction", "reduction", "::mlir::pc::Reduction",
           "::mlir::pc::Reduction::Mean",
           "How the terms of the loss become one number.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Reduction::Mean, "mean",
                        "their sum over their number"),
             clEnumValN(::mlir::pc::Reduction::Sum, "sum", "their sum"))}]>,
    Option<"output", "output", "std::string", "\"\"",
           "Name or number of the output that the loss reads; may be left out "
           "where only one output fits.">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CheckLocality : Pass<"pc-check-locality", "ModuleOp"> {
  let summary = "check that every update reads its neighbours alone";
  let description = [{
    Holds the functions of the relaxation level (and those named `_gradient`)
    against the rules of locality and names each edge that breaks one:

    - **L1** the next error of a vertex reads its own old error and those of its
      children; where predictions are recomputed, its Markov blanket.
    - **L2** within an iteration no new value of one vertex makes the new value
      of another. A gradient without any relaxation breaks this rule.
    - **L3** what crosses from vertex to vertex is an activity, or a VJP of a
      child with the child's own error.
    - **L4** the change of a parameter reads inputs, error and optimiser state of
      the vertices that learn it.
    - **L5** nothing joins the values of several vertices, but a monitor (a state
      that the loss owns), and nothing reads a monitor.

    Reported with `print`, never failed:

    - **L6** parameters of several vertices, loops inside a vertex, samples of a
      batch that a vertex couples.
    - **L7** the number of iterations, and the memory of what they hold fixed.
    - **L8** edges whose messages go through transposed weights.

    Changes nothing. Example: test/Dialect/PC/Transforms/check-locality.mlir.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"\"",
           "The one function to check.">,
    Option<"print", "print", "bool", "false",
           "Print what was found to the standard output.">,
    Option<"gate", "gate", "bool", "true",
           "Fail where a rule from L1 to L5 is broken.">,
  ];
  let statistics = [
    Statistic<"numViolations", "num-violations", "Number of broken rules">,
  ];
}

def CheckRounding : Pass<"pc-check-rounding", "ModuleOp"> {
  let summary = "check that no gradient ends at quantised numbers";
  let description = [{
    Looks in an objective for conversions of floats to quantised numbers
    (`pc.quantizes`) that lie between a wanted argument and the loss. The true
    derivative through them is zero, so that whoever wants to learn the argument
    learns nothing. Names the operator, the arguments and, where straight-through
    estimators were asked for, the operator that makes no use of them.

    Changes nothing. Example:
    `test/Dialect/PC/Transforms/check-rounding.mlir`.
  }];
  let options = [
    Option<"wrt", "wrt", "::mlir::pc::Wanted",
           "::mlir::pc::Wanted::Parameters",
           "The arguments to differentiate with respect to.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Wanted::Parameters, "parameters",
                        "float parameters that are not frozen"),
             clEnumValN(::mlir::pc::Wanted::All, "all",
                        "every float input and parameter"))}]>,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
    Option<"gate", "gate", "bool", "true",
           "Fail where a gradient ends; else warn.">,
  ];
  let statistics = [
    Statistic<"numEnds", "num-ends", "Conversions where a gradient ends">,
    Statistic<"numEstimators", "num-estimators",
              "Straight-through estimators that a gradient passes">,
  ];
}

def CheckStateAliasing : Pass<"pc-check-state-aliasing"> {
  let summary = "check that bufferization has kept iterations apart";
  let description = [{
    L2 where tensors have become memory. A buffer that a loop carries (one that
    an iteration reads before it writes it) must not be read again after the
    write, but by what goes on with that buffer alone: a state that is written
    too early makes a sweep of the iteration. Runs on structured ops on buffers;
    changes nothing.

    Example: test/Dialect/PC/Transforms/check-state-aliasing.mlir.
  }];
  let statistics = [
    Statistic<"numEarlyWrites", "num-early-writes",
              "Number of reads of new values">,
  ];
}

def ChooseParameters : Pass<"pc-choose-parameters", "ModuleOp"> {
  let summary = "choose by name what is learned";
  let description = [{
    With `learn`, the float inputs and parameters that it names get the role
    parameter, and all other parameters become `pc.frozen`. What `freeze` names
    becomes frozen as well. A word is a name, or a regular expression that
    matches whole names. Nothing changes in the body, and an input that is
    learned has no value. Without either option nothing changes.

    Example: test/Dialect/PC/Transforms/choose-parameters.mlir.
  }];
  let options = [
    ListOption<"learn", "learn", "std::string",
               "Inputs and parameters that are learned, and no others.">,
    ListOption<"freeze", "freeze", "std::string",
               "Parameters that are not learned.">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
}

def BuildGraph : Pass<"pc-build-graph", "ModuleOp"> {
  let summary = "cut an objective into vertices that predict each other";
  let description = [{
    Makes `pc.graph @f_graph` from the objective of `@f`, which is kept. With
    granularity `node` (the default) the operations that follow each other and
    carry the location name of one model node become one vertex; nodes that
    only view their operand differently (reshapes, transposes) join each of
    their readers, unless the model returns them. `op` makes a vertex of every
    operation, `block` one of everything up to each cut point. Operations that
    depend on no argument stand in every vertex that reads them. The operations
    that only the loss needs become the body of `pc.loss`; a loss that is read
    elsewhere too is a vertex, and the body of `pc.loss` is the identity.

    Does nothing to operations that no result needs: they have no vertex.
    Example: test/Dialect/PC/Transforms/build-graph.mlir.
  }];
  let options = [
    Option<"granularity", "granularity", "::mlir::pc::Granularity",
           "::mlir::pc::Granularity::Node", "How much is one vertex.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Granularity::Op, "op", "an operation"),
             clEnumValN(::mlir::pc::Granularity::Node, "node",
                        "a node of the model"),
             clEnumValN(::mlir::pc::Granularity::Block, "block",
                        "everything between two cut points"))}]>,
    ListOption<"cuts", "cuts", "std::string",
               "Names of model nodes that end a vertex (granularity block).">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let statistics = [
    Statistic<"numVertices", "vertices", "Vertices made, without the loss">];
  let dependentDialects = ["::mlir::pc::PCDialect"];
}

def ExpandInference : Pass<"pc-expand-inference", "ModuleOp"> {
  let summary = "write out the iterations of a schedule, message by message";
  let description = [{
    Makes `@f_gradient` from `pc.graph @f_graph`, which is kept: the same
    arguments; the outputs, the loss, and the gradient of each wanted argument.
    What a schedule does and what it claims is in docs/Schedules.md, which also
    numbers the preconditions S1 to S6. Without `schedule` the attribute of the
    graph decides, and without that `fixed-exact`.

    Example: test/Dialect/PC/Transforms/expand-inference.mlir.
  }];
  let options = [
    Option<"schedule", "schedule", "std::string", "\"\"",
           "fixed, fixed-exact, z-il, strict, nudged, centred-nudged, "
           "incremental or sweep.">,
    Option<"step", "step", "double", "0.0",
           "Step size of inference; 0 means 1 for fixed-exact, z-il and sweep, "
           "and 0.1 for the others.">,
    Option<"iterations", "iterations", "int64_t", "0",
           "Number of updates; 0 means: from the depth (fixed-exact), from the "
           "tolerance (fixed), 100 (strict and its relatives).">,
    Option<"tolerance", "tolerance", "double", "0.0",
           "With fixed and no iterations: the part of a gradient that may be "
           "missing; 0 means 1e-3. With strict and the nudged ones: the largest "
           "slope with which the relaxation ends; 0 means that none does.">,
    Option<"beta", "beta", "double", "0.01", "Strength of a nudge.">,
    Option<"rate", "rate", "double", "0.01",
           "Learning rate inside the iterations of incremental.">,
    Option<"wrt", "wrt", "::mlir::pc::Wanted", "::mlir::pc::Wanted::Parameters",
           "Which arguments get a gradient.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Wanted::Parameters, "parameters",
                        "parameters that are learned"),
             clEnumValN(::mlir::pc::Wanted::All, "all",
                        "every float input and parameter"))}]>,
    Option<"debias", "debias", "bool", "false",
           "Divide the error of each vertex by the part that has arrived "
           "(fixed; all paths of a vertex must have one length).">,
    Option<"exposeStates", "expose-states", "bool", "false",
           "Initial states as further arguments, final states as further "
           "results, both with role state and the name of their vertex; "
           "centred-nudged, which relaxes twice, has two of each.">,
    Option<"allowUnstable", "allow-unstable", "bool", "false",
           "Expand fixed prediction with steps of 2 and above; it does not "
           "converge then.">,
    Option<"allowUnlevelled", "allow-unlevelled", "bool", "false",
           "Expand z-il on a graph that is not levelled; it is not exact then.">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let statistics = [Statistic<"numStates", "states", "Activities with an error">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect"];
}

def Learn : Pass<"pc-learn", "ModuleOp"> {
  let summary = "let parameters follow their gradients";
  let description = [{
    Makes `@f_step` from `@f_gradient` (or `@f_autodiff`, with `source`), which
    is kept: its arguments, then the states of the optimiser; its outputs and
    the loss, then the next parameters and the next states, each with
    `pc.updates`, the number of the argument it is the next value of. One
    `pc.learn` a parameter, so learning stays local (L4). Gradients of inputs
    and of frozen parameters are left out.

    Example: test/Dialect/PC/Transforms/learn.mlir.
  }];
  let options = [
    Option<"optimizer", "optimizer", "::mlir::pc::Optimizer",
           "::mlir::pc::Optimizer::SGD", "The rule of descent.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::Optimizer::SGD, "sgd", "w - rate g"),
             clEnumValN(::mlir::pc::Optimizer::Momentum, "momentum",
                        "with a velocity"),
             clEnumValN(::mlir::pc::Optimizer::Adam, "adam",
                        "Kingma and Ba 2015"))}]>,
    Option<"rate", "rate", "double", "0.01", "Learning rate.">,
    Option<"momentum", "momentum", "double", "0.9",
           "What is kept of the velocity, or of the first moment.">,
    Option<"decay", "decay", "double", "0.999",
           "What is kept of the second moment.">,
    Option<"source", "source", "std::string", "\"gradient\"",
           "Suffix of the function that has the gradients: gradient or "
           "autodiff.">,
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let statistics = [Statistic<"numLearned", "parameters", "Parameters learned">];
  let dependentDialects = ["::mlir::pc::PCDialect"];
}

def LevelGraph : Pass<"pc-level-graph", "ModuleOp"> {
  let summary = "make all paths from a vertex to the loss equally long";
  let description = [{
    The level of a vertex is its longest path to the loss, in edges to a clamped
    output. An edge that spans more than one level gets identity vertices, one
    for each level in between; so does the loss's own reading of a vertex that
    is not of level 0 (Salvatori et al. 2022). Outputs of the model are
    unchanged. This is what `z-il` needs to be exact; with fixed prediction it
    makes bounds sharp and `debias` possible everywhere.

    Does nothing to a graph whose paths agree already.
    Example: test/Dialect/PC/Transforms/level-graph.mlir.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"model\"",
           "Name of the forward function.">,
  ];
  let statistics = [
    Statistic<"numIdentities", "identities", "Identity vertices added">];
}

def FoldRelaxation : Pass<"pc-fold-relaxation", "ModuleOp"> {
  let summary = "replace iterations of fixed prediction by one sweep";
  let description = [{
    Under fixed prediction the error of a vertex after `T` iterations is a sum
    over its paths to the outputs, of which a path of `k` edges has arrived to
    the part `c_k(T) = P(Binomial(T, step) >= k)`. One sweep over the vertices,
    children first, computes for each vertex one partial error for each length
    that its paths have; where the error is used, it is the sum of these, each
    with its factor. The numbers are those of the loop, up to the order of
    sums. On a chain the sweep costs one gradient, whatever `T` is.

    Vertices may have steps of their own: then the factor depends on the steps
    along a path, and there is one partial error for each combination of them. A
    loop that starts from errors that are not zero has partial errors of those
    too. Paths longer than `T` have not arrived and are left out. Where all
    have arrived but for round-off (step 1 and `T` at least the depth, or many
    iterations), one partial error is enough: reverse mode.

    The sweep is as exact as the loop, and not local: a vertex waits for the new
    errors of its children. `pc-check-locality` rejects it, so it comes after
    that check, and the function gets the name of this pass in `pc.non_local`.

    Does nothing to loops in which activities move (`strict` and its relatives).
    A loop stays, with a remark that says why, where the sweep would take more
    vector-Jacobian products than the iterations, or where states feed each
    other in a circle.
    Example: test/Dialect/PC/Transforms/fold-relaxation.mlir.
  }];
  let statistics = [
    Statistic<"numFolded", "folded", "Loops replaced by a sweep">,
    Statistic<"numKept", "kept", "Loops of fixed prediction that stay">,
    Statistic<"numProducts", "products",
              "Vector-Jacobian products in the sweeps">];
}

def PruneWavefront : Pass<"pc-prune-wavefront", "ModuleOp"> {
  let summary = "leave out the updates that cannot change anything";
  let description = [{
    An error travels one edge an iteration. Before it arrives the errors of a
    vertex are zero and its activity is where the feed-forward pass has left it:
    its messages are zero, and what is predicted from it has been predicted before the
    loop. Writes such iterations out without all that, as `pc.relax` loops whose
    states are the vertices that errors have reached: as eight loops at most, fewer
    where the body that they copy is large. Then the loop goes on as it was.
    Works with all rules, unless a tolerance decides how many iterations there are.

    Under fixed prediction with step 1 a front has an end as well: once the last
    path of a vertex has arrived, its error stays as it is. A vertex is active
    only for shortest <= t <= longest; every iteration is written out, with the
    active vertices as states.

    In single iterations, those of `z-il` among them, updates whose results
    nothing reads are left out too. The numbers do not change, signs of zeros
    apart, and but for roundings of a prediction that was made again; a Jacobian that is
    not finite, times an error that is zero, is left out as well.
    Example: test/Dialect/PC/Transforms/prune-wavefront.mlir.
  }];
  let statistics = [
    Statistic<"numPruned", "pruned", "Updates left out">,
    Statistic<"numKept", "kept", "Updates written out">];
}

def DeferMessages : Pass<"pc-defer-messages", "ModuleOp"> {
  let summary = "send a message that nothing carries on once";
  let description = [{
    Where predictions stay fixed, messages are linear in errors, and the same ones
    each time. A vertex whose own error no message of the loop carries on, such as
    the first layer of a network whose input is not learned, need not be told in
    every iteration: each of its children keeps a trace of its errors,
    `s' = (1 - step) s + step d` with the step of the vertex, and after the loop
    sends one message with the trace in the place of the error. The error is that
    of the loop, up to the order of sums, and the loop has one vector-Jacobian
    product less. A trace is a state of the child, so that what is executed stays
    local.

    Vertices of whose children the errors are more numbers than their own keep
    their messages, unless four times as many multiplications are saved. Does
    nothing to loops in which activities move (strict and its relatives).
    Example: test/Dialect/PC/Transforms/defer-messages.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numDeferred", "deferred", "Vector-Jacobian products taken out of a loop">];
}

#endif // PC_DIALECT_PC_TRANSFORMS_PASSES
