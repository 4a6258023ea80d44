// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -pc-autodiff=wrt=all | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -pc-autodiff | FileCheck %s --check-prefixes=CHECK,PARAMETERS --implicit-check-not=arith.divf

// The gradients follow the objective in argument order: of all float inputs and
// parameters, or of the parameters that are not frozen, and then nothing is
// built for the others. The terms of a value that is read twice add up.
// CHECK-LABEL: func.func @model_objective(
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f32> {pc.name = "x"
//  CHECK-SAME:   %[[W:[^:]+]]: tensor<f32> {pc.name = "w"
//  CHECK-SAME:   %[[S:[^:]+]]: tensor<f32> {pc.frozen
//  CHECK-SAME:   -> (tensor<f32> {pc.name = "y", pc.role = "output"}, tensor<f32> {pc.name = "loss", pc.role = "loss"}
//    ALL-SAME:   , tensor<f32> {pc.name = "x", pc.role = "gradient"}
//  CHECK-SAME:   , tensor<f32> {pc.name = "w", pc.role = "gradient"}
//    ALL-SAME:   , tensor<f32> {pc.name = "s", pc.role = "gradient"}) {
//       CHECK:   %[[Y:.+]] = arith.mulf %[[W]], %[[W]]
//       CHECK:   %[[E:.+]] = math.exp %[[X]]
//       CHECK:   %[[L:.+]] = arith.mulf %[[Y]], %[[E]]
//       CHECK:   %[[ONE:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[DY:.+]] = arith.mulf %[[ONE]], %[[E]]
//         ALL:   %[[DE:.+]] = arith.mulf %[[ONE]], %[[Y]]
//         ALL:   %[[DX:.+]] = arith.mulf %[[DE]], %[[E]]
//  PARAMETERS-NOT: arith.mulf %[[ONE]], %[[Y]]
//       CHECK:   %[[W1:.+]] = arith.mulf %[[DY]], %[[W]]
//       CHECK:   %[[W2:.+]] = arith.mulf %[[DY]], %[[W]]
//       CHECK:   %[[DW:.+]] = arith.addf %[[W1]], %[[W2]]
//         ALL:   return %[[Y]], %[[L]], %[[DX]], %[[DW]], %{{.+}} :
//  PARAMETERS:   return %[[Y]], %[[L]], %[[DW]] :
func.func @model_objective(%x: tensor<f32> {pc.name = "x", pc.role = "input"},
                           %w: tensor<f32> {pc.name = "w", pc.role = "parameter"},
                           %s: tensor<f32> {pc.name = "s", pc.role = "parameter", pc.frozen},
                           %n: tensor<i64> {pc.name = "n", pc.role = "input"},
                           %t: tensor<f32> {pc.name = "t", pc.role = "target"})
    -> (tensor<f32> {pc.name = "y", pc.role = "output"}, tensor<f32> {pc.name = "loss", pc.role = "loss"}) {
  %y = arith.mulf %w, %w : tensor<f32>
  %e = math.exp %x : tensor<f32>
  %l = arith.mulf %y, %e : tensor<f32>
  return %y, %l : tensor<f32>, tensor<f32>
}

// -----

// The derivative of a node keeps the name of the node. An operation off the
// path, before or behind it, needs no rule; an argument that nothing depends on
// has the gradient zero.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   "test.unknown"(%{{.+}}) : (tensor<f32>)
//       CHECK:   "test.unknown"(%{{.+}}) : (tensor<i64>)
//       CHECK:   %[[L:.+]] = math.sin
//       CHECK:   %[[DW:.+]] = arith.mulf
//       CHECK:   %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
//       CHECK:   return %[[L]], %[[DW]], %[[ZERO]]
func.func @model_objective(%w: tensor<f32> {pc.name = "w", pc.role = "parameter"},
                           %u: tensor<2xf32> {pc.name = "u", pc.role = "parameter"},
                           %n: tensor<i64> {pc.name = "n", pc.role = "input"})
    -> (tensor<f32> {pc.name = "loss", pc.role = "loss"}) {
  %a = "test.unknown"(%w) : (tensor<f32>) -> tensor<f32>
  %b = "test.unknown"(%n) : (tensor<i64>) -> tensor<f32>
  %c = arith.addf %b, %w : tensor<f32>
  %l = math.sin %c : tensor<f32>
  return %l : tensor<f32>
}
