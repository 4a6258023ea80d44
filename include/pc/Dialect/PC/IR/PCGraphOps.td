// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph level: what a model is.

#ifndef PC_DIALECT_PC_IR_PCGRAPHOPS
#define PC_DIALECT_PC_IR_PCGRAPHOPS

include "pc/Dialect/PC/IR/PCAttributes.td"
include "pc/Dialect/PC/IR/PCInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Graph
//===----------------------------------------------------------------------===//

def PC_GraphOp : PC_Op<"graph", [
    FunctionOpInterface, IsolatedFromAbove,
    SingleBlockImplicitTerminator<"ReturnOp">,
    HasParent<"::mlir::ModuleOp">]> {
  let summary = "a model as vertices with predictions and energies";
  let description = [{
    The energy of a graph is `F = sum_i pi_i / 2 |v_i - mu_i|^2 + L`, over its
    vertices `i` with precision `pi_i` and its loss `L`. Arguments carry the
    roles of a forward function (`pc.role`); results are the outputs of the
    model and then the loss.

    G1: the body holds vertices, losses and the terminator, nothing else.
    G2: there is exactly one `pc.loss`, and the last result is its value.
    G3: a parameter operand of a vertex is an argument with role `parameter`.
    G4: no two vertices have one name. (They are not symbols in MLIR's sense,
    which have no results; `lookupVertex` resolves `@graph::@vertex`.)

    ```mlir
    pc.graph @chain(%x: tensor<2xf64> {pc.role = "input"},
                    %w: tensor<2xf64> {pc.role = "parameter"})
        -> (tensor<2xf64>, tensor<f64>) {
      %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64> {
      ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
        %y = arith.mulf %p, %q : tensor<2xf64>
        pc.prediction %y : tensor<2xf64>
      }
      %l = pc.loss @l(%h : tensor<2xf64>) -> tensor<f64> {
      ^bb0(%o: tensor<2xf64>):
        %c0 = arith.constant 0 : index
        %e = tensor.extract %o[%c0] : tensor<2xf64>
        %t = tensor.from_elements %e : tensor<f64>
        pc.prediction %t : tensor<f64>
      }
      pc.return %h, %l : tensor<2xf64>, tensor<f64>
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<PC_ScheduleAttr>:$schedule,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1; // the syntax of functions
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::FunctionType":$type)>];
  let extraClassDeclaration = [{
    /// FunctionOpInterface.
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }

    LossOp getLoss();
  }];
}

def PC_ReturnOp : PC_Op<"return", [Pure, Terminator, HasParent<"GraphOp">]> {
  let summary = "the outputs of a graph, and its loss";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{}]>];
}

//===----------------------------------------------------------------------===//
// Vertices
//===----------------------------------------------------------------------===//

class PC_VertexBase<string mnemonic, list<Trait> traits = []>
    : PC_Op<mnemonic, !listconcat([
        AttrSizedOperandSegments, DeclareOpInterfaceMethods<PC_VertexOpInterface>,
        HasParent<"GraphOp">, IsolatedFromAbove,
        SingleBlock, RecursiveMemoryEffects], traits)> {
  let regions = (region SizedRegion<1>:$body);
  let hasRegionVerifier = 1;
}

def PC_VertexOp : PC_VertexBase<"vertex"> {
  let summary = "an activity, and the prediction of it";
  let description = [{
    A vertex `i` has an activity `v_i` (the results; what its children read) and
    a prediction `mu_i = f_i(v_P(i); theta_i)`, made by the body from the
    activities of the parents and the parameters. Its error is
    `d_i = mu_i - v_i`, for the results that have a derivative.

    `step` scales the step of inference of this vertex, `iterations` ends its
    updates before those of the others.

    V1: the body has one argument for each operand, of its type.
    V2: `pc.prediction` gives one value for each result, of its type.
    V3: the energy of a vertex is gaussian.
    V5: a step is above 0.

    ```mlir
    %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>)
        energy(<gaussian, precision = 2.0>) -> tensor<2xf64> {
    ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
      %y = arith.mulf %p, %q : tensor<2xf64>
      pc.prediction %y : tensor<2xf64>
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    Variadic<AnyType>:$parents,
    Variadic<AnyType>:$parameters,
    OptionalAttr<PC_EnergyAttr>:$energy,
    OptionalAttr<ConfinedAttr<F64Attr, []>>:$step,
    OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$iterations);
  let results = (outs Variadic<AnyType>:$activities);
  let assemblyFormat = [{
    $sym_name `(` ($parents^ `:` type($parents))? `)`
    (`params` `(` $parameters^ `:` type($parameters) `)`)?
    (`energy` `(` $energy^ `)`)? (`step` `(` $step^ `)`)? (`iterations` `(` $iterations^ `)`)?
    `->` type($activities) $body attr-dict
  }];
  let extraClassDeclaration = [{
    /// pi_i, 1 unless the energy says otherwise.
    double getPrecision() {
      return getEnergy() ? getEnergy()->getPrecision() : 1.0;
    }
  }];
}

def PC_LossOp : PC_VertexBase<"loss"> {
  let summary = "the energy of the clamped output";
  let description = [{
    The scalar `L(mu_out, target)` that learning makes smaller. The vertices it
    reads are the clamped outputs: they have no quadratic energy of their own,
    their error is `b = dL/dmu_out`.

    V4: the only result is a rank-0 tensor of floats.

    ```mlir
    %l = pc.loss @l(%o, %t : tensor<2x3xf32>, tensor<2xi64>)
        energy(<categorical>) -> tensor<f32> { ... }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    Variadic<AnyType>:$parents,
    Variadic<AnyType>:$parameters,
    OptionalAttr<PC_EnergyAttr>:$energy);
  let results = (outs AnyRankedTensor:$value);
  let assemblyFormat = [{
    $sym_name `(` ($parents^ `:` type($parents))? `)`
    (`params` `(` $parameters^ `:` type($parameters) `)`)?
    (`energy` `(` $energy^ `)`)? `->` type($value) $body attr-dict
  }];
}

def PC_PredictionOp : PC_Op<"prediction", [Pure, Terminator,
    ParentOneOf<["VertexOp", "LossOp"]>]> {
  let summary = "what a vertex expects its activity to be";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // PC_DIALECT_PC_IR_PCGRAPHOPS
