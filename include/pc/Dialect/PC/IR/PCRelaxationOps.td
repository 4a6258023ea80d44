// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The relaxation level: what happens in each iteration, message by message.

#ifndef PC_DIALECT_PC_IR_PCRELAXATIONOPS
#define PC_DIALECT_PC_IR_PCRELAXATIONOPS

include "pc/Dialect/PC/IR/PCAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// An operation that speaks of one vertex, `@graph::@vertex`.
class PC_RelaxationOp<string mnemonic, list<Trait> traits = []>
    : PC_Op<mnemonic, !listconcat(
        [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>], traits)>;

def PC_PredictOp : PC_RelaxationOp<"predict", [AttrSizedOperandSegments]> {
  let summary = "the prediction of a vertex";
  let description = [{
    `mu = f(v_parents; theta)`. Operands and results are those of the vertex (or
    loss) that `vertex` names.

    R1: operand and result types are those of the vertex.

    ```mlir
    %mu = pc.predict @mlp::@h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex,
                   Variadic<AnyType>:$parents, Variadic<AnyType>:$parameters);
  let results = (outs Variadic<AnyType>:$predictions);
  let assemblyFormat = [{
    $vertex `(` ($parents^ `:` type($parents))? `)`
    (`params` `(` $parameters^ `:` type($parameters) `)`)? attr-dict `->` type($predictions)
  }];
}

def PC_VJPOp : PC_RelaxationOp<"vjp", [AttrSizedOperandSegments]> {
  let summary = "errors of a vertex, seen by what it was predicted from";
  let description = [{
    `J^T d`: for each operand `k` of the vertex in `wrt` (parents are counted
    first, then parameters) the product of the transposed Jacobian
    `d f / d operand_k`, at the given parents and parameters, with the errors of
    the results in `of`; other results have error zero. For a parent this is the
    message to it, the only thing that travels up an edge; for a parameter it is
    the local gradient `(df/dtheta)^T d`.

    R1: operand types are those of the vertex.
    R2: there is one error for each result in `of`, of its type.
    R3: result `k` has the type of operand `wrt[k]`, which has a derivative.

    ```mlir
    %m = pc.vjp @mlp::@o wrt [0] at(%mu : tensor<2xf64>) params(%w : tensor<2xf64>)
        of [0] (%d : tensor<2xf64>) -> tensor<2xf64>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex, DenseI64ArrayAttr:$wrt, DenseI64ArrayAttr:$of,
                   Variadic<AnyType>:$parents, Variadic<AnyType>:$parameters,
                   Variadic<AnyType>:$errors);
  let results = (outs Variadic<AnyType>:$cotangents);
  let assemblyFormat = [{
    $vertex `wrt` $wrt `at` `(` ($parents^ `:` type($parents))? `)`
    (`params` `(` $parameters^ `:` type($parameters) `)`)?
    `of` $of `(` $errors `:` type($errors) `)` attr-dict `->` type($cotangents)
  }];
  let hasVerifier = 1;
}

def PC_UpdateOp : PC_RelaxationOp<"update", [SameOperandsAndResultType]> {
  let summary = "one fixed-prediction step of a vertex's error";
  let description = [{
    `next = (1 - step) * error + step * sum(messages)`. Messages come from the
    children of the vertex, and from the loss if it reads the vertex (L1, L3).

    ```mlir
    %d1 = pc.update @mlp::@h step(1.0) %d0, %m : tensor<4xf32>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex, F64Attr:$step,
                   AnyType:$error, Variadic<AnyType>:$messages);
  let results = (outs AnyType:$next);
  let assemblyFormat = [{
    $vertex `step` `(` $step `)` $error (`,` $messages^)? attr-dict `:` type($error)
  }];
}

def PC_ActivityOp : PC_RelaxationOp<"activity", [SameOperandsAndResultType]> {
  let summary = "the activity of a vertex from its displacement";
  let description = [{
    `v = base + displacement`, where `base` is the feed-forward prediction.
    Loops carry the displacement, not `v`: in short floats `mu - v` cancels.

    ```mlir
    %v = pc.activity @mlp::@h %mu0, %e : tensor<4xf32>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex, AnyType:$base, AnyType:$displacement);
  let results = (outs AnyType:$value);
  let assemblyFormat = "$vertex $base `,` $displacement attr-dict `:` type($base)";
}

def PC_ErrorOp : PC_RelaxationOp<"error", [SameOperandsAndResultType]> {
  let summary = "the precision-weighted error of a vertex";
  let description = [{
    `precision * ((prediction - base) - displacement)`, that is
    `pi (mu - v)` without forming `v` (see `pc.activity`).

    ```mlir
    %d = pc.error @mlp::@h precision(1.0) %mu, %mu0, %e : tensor<4xf32>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex, F64Attr:$precision, AnyType:$prediction,
                   AnyType:$base, AnyType:$displacement);
  let results = (outs AnyType:$error);
  let assemblyFormat = [{
    $vertex `precision` `(` $precision `)` $prediction `,` $base `,` $displacement
    attr-dict `:` type($base)
  }];
}

def PC_AdvanceOp : PC_RelaxationOp<"advance", [SameOperandsAndResultType]> {
  let summary = "one step of a vertex's activity down its energy";
  let description = [{
    `next = displacement + step * (error - sum(messages))`, which is
    `v - step * dF/dv` for the displacement of `v`: the strict rule.

    ```mlir
    %e1 = pc.advance @mlp::@h step(0.1) %e0, %d, %m : tensor<4xf32>
    ```
  }];
  let arguments = (ins SymbolRefAttr:$vertex, F64Attr:$step, AnyType:$displacement,
                   AnyType:$error, Variadic<AnyType>:$messages);
  let results = (outs AnyType:$next);
  let assemblyFormat = [{
    $vertex `step` `(` $step `)` $displacement `,` $error (`,` $messages^)?
    attr-dict `:` type($displacement)
  }];
}

def PC_AccumulateOp : PC_Op<"accumulate", [Pure, SameOperandsAndResultType]> {
  let summary = "the sum of what several vertices say of one value";
  let description = [{
    A parameter of several vertices gets one contribution from each (L6), and
    this one explicit accumulation of them.

    ```mlir
    %g = pc.accumulate %g1, %g2 : tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$terms);
  let results = (outs AnyType:$sum);
  let assemblyFormat = "$terms attr-dict `:` type($sum)";
  let hasFolder = 1;
}

def PC_ScaleOp : PC_Op<"scale", [Pure, SameOperandsAndResultType]> {
  let summary = "a value times a constant";
  let description = [{
    Used for the strength of a nudge, and to divide an error by its known bias.

    ```mlir
    %g = pc.scale 0.5 * %d : tensor<4xf32>
    ```
  }];
  let arguments = (ins F64Attr:$factor, AnyType:$operand);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$factor `*` $operand attr-dict `:` type($operand)";
  let hasFolder = 1;
}

def PC_RelaxOp : PC_Op<"relax", [
    RecursiveMemoryEffects, SingleBlock,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "iterations in which all vertices read old states and write new ones";
  let description = [{
    Repeats the body `iterations` times. Each state belongs to the vertex that
    `states` names at its position; the block arguments are the old states, the
    operands of `pc.yield` the new ones. Values from outside are frozen. A
    parameter may be a state as well (`incremental`): it belongs to the vertices
    that learn it, and is named by the first of them.

    With a `tolerance`, `iterations` are the most there are: the first one ends
    the loop in which no slope of the energy along an element of a state,
    `|error - sum(messages)|` of its `pc.advance`, exceeds the tolerance. A
    slope that is no number does not end it.

    X1: there is one initial state, one block argument, one yielded value and
    one result for each entry of `states`, of one type.
    X2: a tolerance is above 0 and finite, and each next state is that of a
    `pc.advance` of the old one in the body.

    ```mlir
    %d = pc.relax iterations(2) states [@mlp::@h] init(%zero) : (tensor<4xf32>) {
    ^bb0(%dh: tensor<4xf32>):
      %m = pc.vjp @mlp::@o wrt [0] at(%mu : tensor<4xf32>) of [0] (%b : tensor<4xf32>) -> tensor<4xf32>
      %dh1 = pc.update @mlp::@h step(1.0) %dh, %m : tensor<4xf32>
      pc.yield %dh1 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$iterations,
                   ArrayAttr:$states, Variadic<AnyType>:$init,
                   OptionalAttr<F64Attr>:$tolerance);
  let results = (outs Variadic<AnyType>:$final);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `iterations` `(` $iterations `)` (`tolerance` `(` $tolerance^ `)`)? `states` $states
    `init` `(` $init `)` `:` custom<StateTypes>(type($init), type($final)) $body attr-dict
  }];
  let hasRegionVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = [{
    YieldOp getYield();
    /// Whether the values decide after which iteration it ends.
    bool stopsEarly() { return getToleranceAttr() != nullptr; }
    /// The vertex that state `index` belongs to.
    ::mlir::SymbolRefAttr getOwner(unsigned index) {
      return ::llvm::cast<::mlir::SymbolRefAttr>(getStates()[index]);
    }
  }];
}

def PC_YieldOp : PC_Op<"yield", [Pure, Terminator, HasParent<"RelaxOp">]> {
  let summary = "the new states of an iteration";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def PC_Optimizer : I32EnumAttr<"Optimizer", "how a parameter follows its gradient", [
    I32EnumAttrCase<"SGD", 0, "sgd">,
    I32EnumAttrCase<"Momentum", 1, "momentum">,
    I32EnumAttrCase<"Adam", 2, "adam">,
  ]> {
  let cppNamespace = "::mlir::pc";
}

def PC_LearnOp : PC_Op<"learn", [Pure]> {
  let summary = "one step of a parameter down its gradient";
  let description = [{
    Reads one parameter, its gradient and its own optimiser state; so learning
    stays local (L4). States are: none for `sgd`; the velocity for `momentum`;
    first moment, second moment and the number of steps taken, a rank-0 tensor,
    for `adam`. Results are the next parameter, then the next states.

    sgd:      theta' = theta - rate * g
    momentum: u' = momentum * u + g, theta' = theta - rate * u'
    adam:     Kingma & Ba 2015, Algorithm 1, with bias correction

    O1: the number of states is that of the optimiser, and their types are the
    parameter's, but for the step count.

    ```mlir
    %w1 = pc.learn sgd rate(0.1) %w, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins PC_Optimizer:$optimizer, F64Attr:$rate,
    DefaultValuedAttr<F64Attr, "0.9">:$momentum,
    DefaultValuedAttr<F64Attr, "0.999">:$decay,
    DefaultValuedAttr<F64Attr, "1e-8">:$epsilon,
    AnyRankedTensor:$parameter, AnyRankedTensor:$gradient,
    Variadic<AnyRankedTensor>:$states);
  let results = (outs Variadic<AnyRankedTensor>:$next);
  let assemblyFormat = [{
    $optimizer `rate` `(` $rate `)` $parameter `,` $gradient (`,` $states^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// How many states an optimiser keeps for each parameter.
    static unsigned getNumStates(Optimizer optimizer);
  }];
}

#endif // PC_DIALECT_PC_IR_PCRELAXATIONOPS
