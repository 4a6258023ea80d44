// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that know no dialect of pc.

#ifndef PC_TRANSFORMS_PASSES
#define PC_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def ChangeFloatType : Pass<"pc-change-float-type"> {
  let summary = "compute everything in one float type";
  let description = [{
    Replaces every float type by the given one: types of values and functions,
    bodies of `linalg` operations, constants, initial values of parameters
    (`pc.value`), also where they are resources. Values are rounded to nearest,
    ties to even. `arith.extf` and `arith.truncf` between types that are now the
    same vanish. Numbers that are no values of the program, such as the step of
    a schedule, stay.

    Verification runs a model in f64 to see the algorithm apart from round-off.

    A bitcast between floats and integers has no meaning in another type and is
    an error, as is a resource whose data is not there; all of them are reported
    together.

    Example: `test/Transforms/change-float-type.mlir`.
  }];
  let options = [
    Option<"type", "type", "::mlir::pc::FloatKind",
           "::mlir::pc::FloatKind::F64", "The float type that is left.",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pc::FloatKind::F64, "f64", "64 bits"),
             clEnumValN(::mlir::pc::FloatKind::F32, "f32", "32 bits"),
             clEnumValN(::mlir::pc::FloatKind::F16, "f16", "16 bits, IEEE"),
             clEnumValN(::mlir::pc::FloatKind::BF16, "bf16",
                        "16 bits, with the exponent of f32"))}]>,
  ];
  let statistics = [
    Statistic<"numCastsErased", "num-casts-erased",
              "Conversions between floats that vanished">,
  ];
}

def PlantFault : Pass<"pc-plant-fault"> {
  let summary = "make the VJP rule of one operation wrong: a falsifier";
  let description = [{
    Marks the operation number `index` of the name `op`, in the order of the
    text and counted also inside of bodies, with `pc.planted_fault`: whoever
    calls its VJP rule then gets one contribution with the wrong sign. A check
    of gradients that passes on the result checks nothing. Bodies that have no
    text of their own, those of named `linalg` operations, are not counted.

    Example: `test/Transforms/plant-fault.mlir`.
  }];
  let options = [
    Option<"op", "op", "std::string", "\"\"",
           "Name of the operation, as in math.tanh.">,
    Option<"index", "index", "unsigned", "0",
           "Which operation of this name, from 0.">,
  ];
}

#endif // PC_TRANSFORMS_PASSES
