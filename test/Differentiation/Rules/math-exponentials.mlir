// RUN: pc-opt %s -split-input-file -pc-autodiff=wrt=all | FileCheck %s

// Derivatives of exponentials, logarithms, powers, roots and error functions, as reverse mode writes them for
// the cotangent one.

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.exp %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[CT]], %[[R]]
//       CHECK:   return %{{.+}}, %[[V1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.exp %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.exp2 %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.69314718055994529>
//       CHECK:   %[[V2:.+]] = arith.mulf %[[R]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.mulf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.exp2 %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.expm1 %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.addf %[[R]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.mulf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.expm1 %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.log %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.divf %[[CT]], %[[X]]
//       CHECK:   return %{{.+}}, %[[V1]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.log %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.log2 %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.69314718055994529>
//       CHECK:   %[[V2:.+]] = arith.mulf %[[X]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.divf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.log2 %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.log10 %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<2.3025850929940459>
//       CHECK:   %[[V2:.+]] = arith.mulf %[[X]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.divf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.log10 %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.log1p %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.addf %[[X]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.divf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.log1p %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// x^0 and 0^y have the derivative zero.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[Y:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.powf %[[X]], %[[Y]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[P2:.+]] = arith.cmpf oeq, %[[Y]], %[[C1]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V4:.+]] = arith.subf %[[Y]], %[[C3]]
//       CHECK:   %[[V5:.+]] = math.powf %[[X]], %[[V4]]
//       CHECK:   %[[V6:.+]] = arith.mulf %[[Y]], %[[V5]]
//       CHECK:   %[[V7:.+]] = arith.mulf %[[CT]], %[[V6]]
//       CHECK:   %[[C8:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V9:.+]] = arith.select %[[P2]], %[[C8]], %[[V7]]
//       CHECK:   %[[C10:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[P11:.+]] = arith.cmpf oeq, %[[X]], %[[C10]]
//       CHECK:   %[[V12:.+]] = math.log %[[X]]
//       CHECK:   %[[V13:.+]] = arith.mulf %[[R]], %[[V12]]
//       CHECK:   %[[V14:.+]] = arith.mulf %[[CT]], %[[V13]]
//       CHECK:   %[[C15:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V16:.+]] = arith.select %[[P11]], %[[C15]], %[[V14]]
//       CHECK:   return %{{.+}}, %[[V9]], %[[V16]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %y: tensor<f64> {pc.name = "y", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.powf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// -----

// x^0 has the derivative zero; the integer gets nothing.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//  CHECK-SAME:   %[[N:[^:]+]]: tensor<i32>
//       CHECK:   %[[R:.+]] = math.fpowi %[[X]], %[[N]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<0>
//       CHECK:   %[[P2:.+]] = arith.cmpi eq, %[[N]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.sitofp %[[N]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<1>
//       CHECK:   %[[V5:.+]] = arith.subi %[[N]], %[[C4]]
//       CHECK:   %[[V6:.+]] = math.fpowi %[[X]], %[[V5]]
//       CHECK:   %[[V7:.+]] = arith.mulf %[[V3]], %[[V6]]
//       CHECK:   %[[V8:.+]] = arith.mulf %[[CT]], %[[V7]]
//       CHECK:   %[[C9:.+]] = arith.constant dense<0.000000e+00>
//       CHECK:   %[[V10:.+]] = arith.select %[[P2]], %[[C9]], %[[V8]]
//       CHECK:   return %{{.+}}, %[[V10]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}, %n: tensor<i32> {pc.name = "n", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.fpowi %x, %n : tensor<f64>, tensor<i32>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.sqrt %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[C1:.+]] = arith.constant dense<2.000000e+00>
//       CHECK:   %[[V2:.+]] = arith.mulf %[[R]], %[[C1]]
//       CHECK:   %[[V3:.+]] = arith.divf %[[CT]], %[[V2]]
//       CHECK:   return %{{.+}}, %[[V3]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.sqrt %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.rsqrt %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[R]], %[[R]]
//       CHECK:   %[[V2:.+]] = arith.mulf %[[R]], %[[V1]]
//       CHECK:   %[[C3:.+]] = arith.constant dense<-5.000000e-01>
//       CHECK:   %[[V4:.+]] = arith.mulf %[[C3]], %[[V2]]
//       CHECK:   %[[V5:.+]] = arith.mulf %[[CT]], %[[V4]]
//       CHECK:   return %{{.+}}, %[[V5]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.rsqrt %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.cbrt %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[R]], %[[R]]
//       CHECK:   %[[C2:.+]] = arith.constant dense<3.000000e+00>
//       CHECK:   %[[V3:.+]] = arith.mulf %[[C2]], %[[V1]]
//       CHECK:   %[[V4:.+]] = arith.divf %[[CT]], %[[V3]]
//       CHECK:   return %{{.+}}, %[[V4]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.cbrt %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.erf %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[V2:.+]] = arith.negf %[[V1]]
//       CHECK:   %[[V3:.+]] = math.exp %[[V2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<1.1283791670955126>
//       CHECK:   %[[V5:.+]] = arith.mulf %[[C4]], %[[V3]]
//       CHECK:   %[[V6:.+]] = arith.mulf %[[CT]], %[[V5]]
//       CHECK:   return %{{.+}}, %[[V6]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.erf %x : tensor<f64>
  return %r : tensor<f64>
}

// -----

// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<f64>
//       CHECK:   %[[R:.+]] = math.erfc %[[X]]
//       CHECK:   %[[CT:.+]] = arith.constant dense<1.000000e+00>
//       CHECK:   %[[V1:.+]] = arith.mulf %[[X]], %[[X]]
//       CHECK:   %[[V2:.+]] = arith.negf %[[V1]]
//       CHECK:   %[[V3:.+]] = math.exp %[[V2]]
//       CHECK:   %[[C4:.+]] = arith.constant dense<1.1283791670955126>
//       CHECK:   %[[V5:.+]] = arith.mulf %[[C4]], %[[V3]]
//       CHECK:   %[[V6:.+]] = arith.mulf %[[CT]], %[[V5]]
//       CHECK:   %[[V7:.+]] = arith.negf %[[V6]]
//       CHECK:   return %{{.+}}, %[[V7]] :
func.func @model_objective(%x: tensor<f64> {pc.name = "x", pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %r = math.erfc %x : tensor<f64>
  return %r : tensor<f64>
}
