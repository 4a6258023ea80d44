// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s

// Derivatives of the arith dialect, as reverse mode writes them for
// the cotangent one.

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.addf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   return %{{.+}}, %[[CT]], %[[CT]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.addf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.subf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.negf %[[CT]]
//       CHECK:   return %{{.+}}, %[[CT]], %[[V1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.subf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.mulf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[CT]], %[[Y]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[X]]
//       CHECK:   return %{{.+}}, %[[V1]], %[[V2]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.mulf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.divf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.divf %[[CT]], %[[Y]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[CT]], %[[R]]
//       CHECK:   %[[V3:.+]] = arith.divf %[[V2]], %[[Y]]
//       CHECK:   %[[V4:.+]] = arith.negf %[[V3]]
//       CHECK:   return %{{.+}}, %[[V1]], %[[V4]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.divf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.negf %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.negf %[[CT]]
//       CHECK:   return %{{.+}}, %[[V1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.negf %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// The quotient is what the result leaves of x, over y.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.remf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.subf %[[R]], %[[X]]
//       CHECK:   %[[V2:.+]] = arith.divf %[[V1]], %[[Y]]
//       CHECK:   %[[V3:.+]] = arith.mulf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[CT]], %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.remf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// At a tie the derivative belongs to the first operand.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.maximumf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[P1:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.select %[[P1]], %[[CT]], %[[C2]]
//       CHECK:   %[[P4:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[C5:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V6:.+]] = arith.select %[[P4]], %[[C5]], %[[CT]]
//       CHECK:   return %{{.+}}, %[[V3]], %[[V6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.maximumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// At a tie the derivative belongs to the first operand.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.minimumf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[P1:.+]] = arith.cmpf ole, %[[X]], %[[Y]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.select %[[P1]], %[[CT]], %[[C2]]
//       CHECK:   %[[P4:.+]] = arith.cmpf ole, %[[X]], %[[Y]]
//       CHECK:   %[[C5:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V6:.+]] = arith.select %[[P4]], %[[C5]], %[[CT]]
//       CHECK:   return %{{.+}}, %[[V3]], %[[V6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.minimumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A NaN in the second operand gives the derivative to the first.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.maxnumf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[P1:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[P2:.+]] = arith.cmpf uno, %[[Y]], %[[Y]]
//       CHECK:   %[[P3:.+]] = arith.ori %[[P1]], %[[P2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V5:.+]] = arith.select %[[P3]], %[[CT]], %[[C4]]
//       CHECK:   %[[P6:.+]] = arith.cmpf oge, %[[X]], %[[Y]]
//       CHECK:   %[[P7:.+]] = arith.cmpf uno, %[[Y]], %[[Y]]
//       CHECK:   %[[P8:.+]] = arith.ori %[[P6]], %[[P7]]
//       CHECK:   %[[C9:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V10:.+]] = arith.select %[[P8]], %[[C9]], %[[CT]]
//       CHECK:   return %{{.+}}, %[[V5]], %[[V10]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.maxnumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// A NaN in the second operand gives the derivative to the first.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.minnumf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[P1:.+]] = arith.cmpf ole, %[[X]], %[[Y]]
//       CHECK:   %[[P2:.+]] = arith.cmpf uno, %[[Y]], %[[Y]]
//       CHECK:   %[[P3:.+]] = arith.ori %[[P1]], %[[P2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V5:.+]] = arith.select %[[P3]], %[[CT]], %[[C4]]
//       CHECK:   %[[P6:.+]] = arith.cmpf ole, %[[X]], %[[Y]]
//       CHECK:   %[[P7:.+]] = arith.cmpf uno, %[[Y]], %[[Y]]
//       CHECK:   %[[P8:.+]] = arith.ori %[[P6]], %[[P7]]
//       CHECK:   %[[C9:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V10:.+]] = arith.select %[[P8]], %[[C9]], %[[CT]]
//       CHECK:   return %{{.+}}, %[[V5]], %[[V10]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.minnumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// The condition gets nothing.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Z:[^:]+]]: tensor<f64>
//       CHECK:   %[[P1:.+]] = arith.cmpf olt, %[[Z]], %[[X]]
//       CHECK:   %[[R:.+]] = arith.select %[[P1]], %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C2:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.select %[[P1]], %[[CT]], %[[C2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V5:.+]] = arith.select %[[P1]], %[[C4]], %[[CT]]
//       CHECK:   %[[C6:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   return %{{.+}}, %[[V3]], %[[V5]], %[[C6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}, %z: tensor<f64> {pc.name = "z", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %c = arith.cmpf olt, %z, %x : tensor<f64>
  %r = arith.select %c, %x, %y : tensor<i1>, tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[V1:.+]] = arith.truncf %[[X]]
//       CHECK:   %[[R:.+]] = arith.extf %[[V1]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.truncf %[[CT]]
//       CHECK:   %[[V3:.+]] = arith.extf %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %n = arith.truncf %x : tensor<f64> to tensor<f32>
  %r = arith.extf %n : tensor<f32> to tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = arith.truncf %[[X]]
//       CHECK:   %[[V1:.+]] = arith.extf %[[R]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.truncf %[[CT]]
//       CHECK:   %[[V3:.+]] = arith.extf %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = arith.truncf %x : tensor<f64> to tensor<f32>
  %w = arith.extf %r : tensor<f32> to tensor<f64>
  return %w : tensor<f64>
}
