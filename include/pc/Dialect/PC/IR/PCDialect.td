// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCDIALECT
#define PC_DIALECT_PC_IR_PCDIALECT

include "mlir/IR/OpBase.td"

def PC_Dialect : Dialect {
  let name = "pc";
  let cppNamespace = "::mlir::pc";
  let summary = "predictive coding over arbitrary computation graphs";
  let description = [{
    Two levels. The *graph level* says what a model is: a `pc.graph` of vertices
    with predictions, parameters and energies. The *relaxation level* says what
    happens in each iteration of inference, message by message, inside an
    ordinary function: `pc.relax` loops over `pc.predict`, `pc.vjp` and
    `pc.update`. Nothing of either is left at the tensor level below.

    State convention: the error of vertex `i` is `d_i = mu_i - v_i`, prediction
    minus activity, so that `d_i = dL/dv_i` at the fixed point of the
    fixed-prediction schedules. All signs follow from this.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

class PC_Op<string mnemonic, list<Trait> traits = []>
    : Op<PC_Dialect, mnemonic, traits>;

#endif // PC_DIALECT_PC_IR_PCDIALECT
