// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s --check-prefix=VJP
// RUN: pc-opt %s -split-input-file -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP
// RUN: pc-opt %s -split-input-file -pc-plant-fault=op=math.roundeven -pc-autodiff=wrt=all | FileCheck %s --check-prefix=PLANTED

// What follows a rounding goes on unchanged to what was rounded, and not where
// the value is clipped.
//   VJP-LABEL: func.func @model_autodiff(
//         VJP:   %[[IN:.+]] = arith.cmpf oge
//         VJP:   %[[D:.+]] = arith.select %[[IN]], %{{.+}}, %{{.+}} :
//         VJP:   return %{{.+}}, %[[D]] : tensor<f32>, tensor<f32>
//   JVP-LABEL: func.func @model_jvp(
//    JVP-SAME:   %[[T:[^:]+]]: tensor<f32> {pc.name = "x", pc.role = "tangent"}
//         JVP:   %[[OUT:.+]] = arith.cmpf olt
//         JVP:   %[[D:.+]] = arith.select %[[OUT]], %{{.+}}, %[[T]] :
//         JVP:   return %{{.+}}, %[[D]] : tensor<f32>, tensor<f32>
// PLANTED-LABEL: func.func @model_autodiff(
//     PLANTED:   %[[D:.+]] = arith.select
//     PLANTED:   %[[WRONG:.+]] = arith.negf %[[D]]
//     PLANTED:   return %{{.+}}, %[[WRONG]]
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}) -> (tensor<f32> {pc.role = "loss"}) {
  %low = arith.constant dense<-128.0> : tensor<f32>
  %r = math.roundeven %x {pc.straight_through} : tensor<f32>
  %c = arith.maximumf %r, %low : tensor<f32>
  return %c : tensor<f32>
}

// -----

// Without the attribute a step has no derivative.
//   VJP-LABEL: func.func @model_autodiff(
//         VJP:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<f32>
//         VJP:   return %{{.+}}, %[[ZERO]]
//   JVP-LABEL: func.func @model_jvp(
//         JVP:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<f32>
//         JVP:   return %{{.+}}, %[[ZERO]]
// PLANTED-LABEL: func.func @model_autodiff(
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}) -> (tensor<f32> {pc.role = "loss"}) {
  %r = math.roundeven %x : tensor<f32>
  return %r : tensor<f32>
}

// -----

// Of several operands the last one has the derivative: %q is a number of few
// bits near %x.
//   VJP-LABEL: func.func @model_autodiff(
//    VJP-SAME:   %[[W:[^:]+]]: tensor<f32> {pc.name = "w"}
//         VJP:   arith.mulf %{{.+}}, %[[W]]
//     VJP-NOT:   math.copysign
//         VJP:   return
//   JVP-LABEL: func.func @model_jvp(
//    JVP-SAME:   %[[T:[^:]+]]: tensor<f32> {pc.name = "x", pc.role = "tangent"}
//         JVP:   arith.mulf %[[T]], %{{.+}}
//     JVP-NOT:   math.copysign
//         JVP:   return
// PLANTED-LABEL: func.func @model_autodiff(
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}, %w: tensor<f32> {pc.name = "w"})
    -> (tensor<f32> {pc.role = "loss"}) {
  %n = arith.truncf %x : tensor<f32> to tensor<f8E4M3FN>
  %q = arith.extf %n : tensor<f8E4M3FN> to tensor<f32>
  %s = math.copysign %q, %x {pc.straight_through} : tensor<f32>
  %p = arith.mulf %s, %w : tensor<f32>
  %r = math.roundeven %w : tensor<f32>
  %l = arith.addf %p, %r : tensor<f32>
  return %l : tensor<f32>
}
