// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s

// Derivatives of trigonometric functions, as reverse mode writes them for
// the cotangent one.

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.sin %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = math.cos %[[X]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[V1]]
//       CHECK:   return %{{.+}}, %[[V2]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.sin %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.cos %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = math.sin %[[X]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[V1]]
//       CHECK:   %[[V3:.+]] = arith.negf %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.cos %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]], %[[S:.+]] = math.sincos %[[X]]
//       CHECK:   %[[V1:.+]] = arith.addf %[[R]], %[[S]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = math.cos %[[X]]
//       CHECK:   %[[V3:.+]] = arith.mulf %[[CT]], %[[V2]]
//       CHECK:   %[[V4:.+]] = math.sin %[[X]]
//       CHECK:   %[[V5:.+]] = arith.mulf %[[CT]], %[[V4]]
//       CHECK:   %[[V6:.+]] = arith.negf %[[V5]]
//       CHECK:   %[[V7:.+]] = arith.addf %[[V3]], %[[V6]]
//       CHECK:   return %{{.+}}, %[[V7]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r:2 = math.sincos %x : tensor<f64>
  %l = arith.addf %r#0, %r#1 : tensor<f64>
  return %l : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.tan %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[R]], %[[R]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.addf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = arith.mulf %[[CT]], %[[V3]]
//       CHECK:   return %{{.+}}, %[[V4]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.tan %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.asin %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.subf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = math.sqrt %[[V3]]
//       CHECK:   %[[V5:.+]] = arith.divf %[[CT]], %[[V4]]
//       CHECK:   return %{{.+}}, %[[V5]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.asin %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.acos %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.subf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = math.sqrt %[[V3]]
//       CHECK:   %[[V5:.+]] = arith.divf %[[CT]], %[[V4]]
//       CHECK:   %[[V6:.+]] = arith.negf %[[V5]]
//       CHECK:   return %{{.+}}, %[[V6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.acos %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.atan %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.addf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = arith.divf %[[CT]], %[[V3]]
//       CHECK:   return %{{.+}}, %[[V4]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.atan %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.atan2 %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[CT]], %[[Y]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[Y]], %[[Y]]
//       CHECK:   %[[V3:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[V4:.+]] = arith.addf %[[V2]], %[[V3]]
//       CHECK:   %[[V5:.+]] = arith.divf %[[V1]], %[[V4]]
//       CHECK:   %[[V6:.+]] = arith.mulf %[[CT]], %[[X]]
//       CHECK:   %[[V7:.+]] = arith.mulf %[[Y]], %[[Y]]
//       CHECK:   %[[V8:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[V9:.+]] = arith.addf %[[V7]], %[[V8]]
//       CHECK:   %[[V10:.+]] = arith.divf %[[V6]], %[[V9]]
//       CHECK:   %[[V11:.+]] = arith.negf %[[V10]]
//       CHECK:   return %{{.+}}, %[[V5]], %[[V11]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.atan2 %x, %y : tensor<f64>
  return %r : tensor<f64>
}
