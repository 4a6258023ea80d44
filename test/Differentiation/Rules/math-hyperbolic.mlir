// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s

// Derivatives of hyperbolic functions, as reverse mode writes them for
// the cotangent one.

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.sinh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = math.cosh %[[X]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[V1]]
//       CHECK:   return %{{.+}}, %[[V2]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.sinh %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.cosh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = math.sinh %[[X]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[V1]]
//       CHECK:   return %{{.+}}, %[[V2]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.cosh %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.tanh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[R]], %[[R]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.subf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = arith.mulf %[[CT]], %[[V3]]
//       CHECK:   return %{{.+}}, %[[V4]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.tanh %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.asinh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.addf %[[V1]], %[[C2]]
//       CHECK:   %[[V4:.+]] = math.sqrt %[[V3]]
//       CHECK:   %[[V5:.+]] = arith.divf %[[CT]], %[[V4]]
//       CHECK:   return %{{.+}}, %[[V5]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.asinh %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.acosh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.subf %[[X]], %[[C1]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V4:.+]] = arith.addf %[[X]], %[[C3]]
//       CHECK:   %[[V5:.+]] = arith.mulf %[[V2]], %[[V4]]
//       CHECK:   %[[V6:.+]] = math.sqrt %[[V5]]
//       CHECK:   %[[V7:.+]] = arith.divf %[[CT]], %[[V6]]
//       CHECK:   return %{{.+}}, %[[V7]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.acosh %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.atanh %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.subf %[[C1]], %[[X]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V4:.+]] = arith.addf %[[C3]], %[[X]]
//       CHECK:   %[[V5:.+]] = arith.mulf %[[V2]], %[[V4]]
//       CHECK:   %[[V6:.+]] = arith.divf %[[CT]], %[[V5]]
//       CHECK:   return %{{.+}}, %[[V6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.atanh %x : tensor<f64>
  return %r : tensor<f64>
}
