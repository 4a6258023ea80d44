// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s

// Derivatives of piecewise linear functions and steps, as reverse mode writes them for
// the cotangent one.

// Zero at zero.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.absf %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[P2:.+]] = arith.cmpf ogt, %[[X]], %[[C1]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[P4:.+]] = arith.cmpf olt, %[[X]], %[[C3]]
//       CHECK:   %[[V5:.+]] = arith.negf %[[CT]]
//       CHECK:   %[[C6:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V7:.+]] = arith.select %[[P4]], %[[V5]], %[[C6]]
//       CHECK:   %[[V8:.+]] = arith.select %[[P2]], %[[CT]], %[[V7]]
//       CHECK:   return %{{.+}}, %[[V8]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.absf %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// The sign operand gets nothing.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.copysign %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[P2:.+]] = arith.cmpf oeq, %[[X]], %[[C1]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V4:.+]] = math.copysign %[[C3]], %[[X]]
//       CHECK:   %[[C5:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V6:.+]] = math.copysign %[[C5]], %[[Y]]
//       CHECK:   %[[V7:.+]] = arith.mulf %[[V4]], %[[V6]]
//       CHECK:   %[[V8:.+]] = arith.mulf %[[CT]], %[[V7]]
//       CHECK:   %[[C9:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V10:.+]] = arith.select %[[P2]], %[[C9]], %[[V8]]
//       CHECK:   %[[C11:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[V10]], %[[C11]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.copysign %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// min(max(x, lo), hi), with ties to the first operand.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Z:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.clampf %[[X]] to [%[[Y]], %[[Z]]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[P1:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[P2:.+]] = arith.cmpf ole, %[[X]], %[[Z]]
//       CHECK:   %[[P3:.+]] = arith.andi %[[P1]], %[[P2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V5:.+]] = arith.select %[[P3]], %[[CT]], %[[C4]]
//       CHECK:   %[[P6:.+]] = arith.cmpf olt, %[[X]], %[[Y]]
//       CHECK:   %[[P7:.+]] = arith.cmpf ole, %[[Y]], %[[Z]]
//       CHECK:   %[[P8:.+]] = arith.andi %[[P6]], %[[P7]]
//       CHECK:   %[[C9:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V10:.+]] = arith.select %[[P8]], %[[CT]], %[[C9]]
//       CHECK:   %[[P11:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[V12:.+]] = arith.select %[[P11]], %[[X]], %[[Y]]
//       CHECK:   %[[P13:.+]] = arith.cmpf ogt, %[[V12]], %[[Z]]
//       CHECK:   %[[C14:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V15:.+]] = arith.select %[[P13]], %[[CT]], %[[C14]]
//       CHECK:   return %{{.+}}, %[[V5]], %[[V10]], %[[V15]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}, %z: tensor<f64> {pc.name = "z", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.clampf %x to [%y, %z] : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Z:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.fma %[[X]], %[[Y]], %[[Z]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[CT]], %[[Y]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[X]]
//       CHECK:   return %{{.+}}, %[[V1]], %[[V2]], %[[CT]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}, %z: tensor<f64> {pc.name = "z", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.fma %x, %y, %z : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A step: zero wherever it has a derivative.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.floor %[[X]]
//       CHECK:   %{{.+}} = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[C1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.floor %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A step: zero wherever it has a derivative.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.ceil %[[X]]
//       CHECK:   %{{.+}} = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[C1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.ceil %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A step: zero wherever it has a derivative.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.round %[[X]]
//       CHECK:   %{{.+}} = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[C1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.round %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A step: zero wherever it has a derivative.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.roundeven %[[X]]
//       CHECK:   %{{.+}} = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[C1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.roundeven %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A step: zero wherever it has a derivative.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.trunc %[[X]]
//       CHECK:   %{{.+}} = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[C1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.trunc %x : tensor<f64>
  return %r : tensor<f64>
}
