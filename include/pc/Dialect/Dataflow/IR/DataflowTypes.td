// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWTYPES
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWTYPES

include "pc/Dialect/Dataflow/IR/DataflowDialect.td"
include "mlir/IR/AttrTypeBase.td"

class PCFlow_Type<string name, string mnemonic_> : TypeDef<PCFlow_Dialect, name> {
  let mnemonic = mnemonic_;
}

def PCFlow_FixedType : PCFlow_Type<"Fixed", "fixed"> {
  let summary = "a two's complement number with a fixed point";
  let description = [{
    `width` bits, `fraction` of them behind the point. An operation on such
    numbers is exact, then rounded once to the nearest (ties to even), then
    saturated.

    ```mlir
    !pcflow.fixed<18, 14>
    ```
  }];
  let parameters = (ins "unsigned":$width, "unsigned":$fraction);
  let assemblyFormat = "`<` $width `,` $fraction `>`";
  let genVerifyDecl = 1;
}

def PCFlow_SingleType : PCFlow_Type<"Single", "single"> {
  let summary = "an IEEE binary32 number, as units compute it";
  let description = [{
    A product or a sum of two such numbers is rounded to the nearest (ties to
    even). Subnormal operands and results are zero, and a result that is no number
    is the one NaN, 7fc00000. Longer sums have an order, which their units say.

    ```mlir
    !pcflow.single
    ```
  }];
}

def PCFlow_StreamType : PCFlow_Type<"Stream", "stream"> {
  let summary = "a channel that carries vectors, one word a token";
  let description = [{
    Vectors of `size` words of `element` follow one another. Elements are floats
    until pcflow-quantize has run; class labels are integers.

    ```mlir
    !pcflow.stream<8 x !pcflow.fixed<18, 14>>
    ```
  }];
  let parameters = (ins "int64_t":$size, "::mlir::Type":$element);
  let hasCustomAssemblyFormat = 1; // `8 x f32` would be lexed as one word `x`
  let genVerifyDecl = 1;
}

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWTYPES
