// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_INTERFACES_DIFFERENTIABLEOPINTERFACE
#define PC_INTERFACES_DIFFERENTIABLEOPINTERFACE

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::mlir::pc";
  let description = [{
    The derivative of an operation, `y = f(x)` with Jacobian `J = df/dx`.

    The operation is a piece of IR that computes its primal values; the builder
    stands at a place that its operands, its captured values and its results
    dominate. An implementation creates operations with the builder given and
    with nothing else; it erases nothing, makes no symbols, and is stateless.

    Differentiable values are floats and tensors of floats (see
    `isDifferentiable`). The cotangent and the tangent of a value have the type
    of the value. Values captured by regions count like operands. The JVP is
    written apart from the VJP, never derived from it: each is a witness
    against the other.
  }];
  let methods = [
    InterfaceMethod<[{
        Sends `J^T ct` to the sink, one term for each operand or captured value
        that `sink.wants(value)`. `cotangents` has one entry per result; null
        stands for zero, and at least one is not null. Fails with a diagnostic
        on the operation where no rule covers it.
      }],
      "::mlir::LogicalResult", "buildVJP",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ArrayRef<::mlir::Value>":$cotangents,
           "::mlir::pc::CotangentSink &":$sink)>,
    InterfaceMethod<[{
        Returns `J t`, one entry per result; null stands for zero. `tangents`
        gives the tangent of an operand or a captured value, null for zero.
      }],
      "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "buildJVP",
      (ins "::mlir::OpBuilder &":$builder,
           "::mlir::function_ref<::mlir::Value(::mlir::Value)>":$tangents)>,
  ];
}

#endif // PC_INTERFACES_DIFFERENTIABLEOPINTERFACE
