// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_IR_PCATTRIBUTES
#define PC_DIALECT_PC_IR_PCATTRIBUTES

include "pc/Dialect/PC/IR/PCDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class PC_Attr<string name, string mnemonic_> : AttrDef<PC_Dialect, name> {
  let mnemonic = mnemonic_;
}

//===----------------------------------------------------------------------===//
// Energy
//===----------------------------------------------------------------------===//

def PC_EnergyKind : I32EnumAttr<"EnergyKind", "what a vertex's error costs", [
    I32EnumAttrCase<"Gaussian", 0, "gaussian">,
    I32EnumAttrCase<"Categorical", 1, "categorical">,
    I32EnumAttrCase<"Bernoulli", 2, "bernoulli">,
    I32EnumAttrCase<"Objective", 3, "objective">,
  ]> {
  let cppNamespace = "::mlir::pc";
  let genSpecializedAttr = 0;
}

def PC_EnergyAttr : PC_Attr<"Energy", "energy"> {
  let summary = "the energy of a vertex";
  let description = [{
    `gaussian` is `precision / 2 * |v - mu|^2`, the energy of hidden vertices.
    `categorical` (cross-entropy of class labels), `bernoulli` (cross-entropy of
    probabilities) and `objective` (a scalar of the model's own) are energies of
    a clamped output: they stand on `pc.loss` and name what its body computes.

    ```mlir
    #pc.energy<gaussian, precision = 2.0>
    ```
  }];
  let parameters = (ins "EnergyKind":$kind, APFloatParameter<"pi">:$precision);
  let hasCustomAssemblyFormat = 1; // a precision of 1 is not printed
  let genAccessors = 0;            // numbers as double
  let builders = [AttrBuilder<(ins "EnergyKind":$kind, "double":$precision), [{
    return $_get($_ctxt, kind, ::llvm::APFloat(precision));
  }]>];
  let extraClassDeclaration = [{
    EnergyKind getKind() const;
    double getPrecision() const;
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def PC_ScheduleKind : I32EnumAttr<"ScheduleKind", "an inference schedule", [
    I32EnumAttrCase<"Fixed", 0, "fixed">,
    I32EnumAttrCase<"FixedExact", 1, "fixed-exact">,
    I32EnumAttrCase<"ZIL", 2, "z-il">,
    I32EnumAttrCase<"Strict", 3, "strict">,
    I32EnumAttrCase<"Nudged", 4, "nudged">,
    I32EnumAttrCase<"CentredNudged", 5, "centred-nudged">,
    I32EnumAttrCase<"Incremental", 6, "incremental">,
    I32EnumAttrCase<"Sweep", 7, "sweep">,
  ]> {
  let cppNamespace = "::mlir::pc";
  let genSpecializedAttr = 0;
}

def PC_ScheduleAttr : PC_Attr<"Schedule", "schedule"> {
  let summary = "how the activities of a graph relax";
  let description = [{
    `step` is the step size of inference (eta), `iterations` the number of
    updates (0: derived from the graph), `tolerance` what a derived number of
    updates has to reach (`fixed`) or the largest slope with which activities are
    at rest (`strict` and the nudged ones; 0: they are not asked), `beta` the
    strength of a nudge and `rate` the learning rate inside `incremental`.
    docs/Schedules.md says what each kind claims.

    ```mlir
    #pc.schedule<"fixed", step = 0.1, iterations = 20>
    ```
  }];
  let parameters = (ins
    "ScheduleKind":$kind,
    APFloatParameter<"eta">:$step,
    "int64_t":$iterations,
    APFloatParameter<"tau">:$tolerance,
    APFloatParameter<"beta">:$beta,
    APFloatParameter<"alpha">:$rate);
  let genAccessors = 0; // numbers as double
  let builders = [AttrBuilder<(ins "ScheduleKind":$kind, "double":$step,
                                   "int64_t":$iterations, "double":$tolerance,
                                   "double":$beta, "double":$rate), [{
    using ::llvm::APFloat;
    return $_get($_ctxt, kind, APFloat(step), iterations, APFloat(tolerance),
                 APFloat(beta), APFloat(rate));
  }]>];
  let extraClassDeclaration = [{
    ScheduleKind getKind() const;
    double getStep() const;
    int64_t getIterations() const;
    double getTolerance() const;
    double getBeta() const;
    double getRate() const;
  }];
  let hasCustomAssemblyFormat = 1; // names with a dash; defaults are not printed
  let genVerifyDecl = 1;
}

#endif // PC_DIALECT_PC_IR_PCATTRIBUTES
