// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -pc-jvp=wrt=all | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -pc-jvp | FileCheck %s --check-prefixes=CHECK,PARAMETERS

// One tangent for each wanted argument, behind the arguments of the objective;
// the tangent of the loss behind its results.
// CHECK-LABEL: func.func @model_jvp(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f32> {pc.name = "x", pc.role = "input"}
//  CHECK-SAME:   %[[W:[^:]+]]: tensor<f32> {pc.name = "w", pc.role = "parameter"}
//  CHECK-SAME:   pc.role = "target"}
//    ALL-SAME:   %[[TX:[^:]+]]: tensor<f32> {pc.name = "x", pc.role = "tangent"}
//  CHECK-SAME:   %[[TW:[^:]+]]: tensor<f32> {pc.name = "w", pc.role = "tangent"}
//  CHECK-SAME:   -> (tensor<f32> {pc.name = "y", pc.role = "output"}, tensor<f32> {pc.name = "loss", pc.role = "loss"}, tensor<f32> {pc.name = "loss", pc.role = "tangent"}) {
//       CHECK:   %[[E:.+]] = math.exp %[[X]]
//       CHECK:   %[[L:.+]] = arith.mulf %[[E]], %[[W]]
//         ALL:   %[[E2:.+]] = math.exp %[[X]]
//         ALL:   %[[TE:.+]] = arith.mulf %[[E2]], %[[TX]]
//         ALL:   %[[A:.+]] = arith.mulf %[[TE]], %[[W]]
//       CHECK:   %[[B:.+]] = arith.mulf %[[E]], %[[TW]]
//         ALL:   %[[T:.+]] = arith.addf %[[A]], %[[B]]
//         ALL:   return %[[E]], %[[L]], %[[T]]
//  PARAMETERS:   return %[[E]], %[[L]], %[[B]]
func.func @model_objective(%x: tensor<f32> {pc.name = "x", pc.role = "input"},
                           %w: tensor<f32> {pc.name = "w", pc.role = "parameter"},
                           %t: tensor<f32> {pc.name = "t", pc.role = "target"})
    -> (tensor<f32> {pc.name = "y", pc.role = "output"}, tensor<f32> {pc.name = "loss", pc.role = "loss"}) {
  %y = math.exp %x : tensor<f32>
  %l = arith.mulf %y, %w : tensor<f32>
  return %y, %l : tensor<f32>, tensor<f32>
}

// -----

// What the loss does not depend on needs no rule, and a loss that depends on no
// wanted argument has the tangent zero.
// CHECK-LABEL: func.func @model_jvp(
//       CHECK:   "test.unknown"
//       CHECK:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<f32>
//       CHECK:   return %{{.+}}, %[[ZERO]]
func.func @model_objective(%w: tensor<f32> {pc.name = "w", pc.role = "parameter"},
                           %t: tensor<f32> {pc.name = "t", pc.role = "target"})
    -> (tensor<f32> {pc.name = "loss", pc.role = "loss"}) {
  %a = "test.unknown"(%w) : (tensor<f32>) -> tensor<f32>
  %l = math.sin %t : tensor<f32>
  return %l : tensor<f32>
}
