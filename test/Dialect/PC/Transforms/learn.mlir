// RUN: pc-opt %s -pc-learn="optimizer=adam rate=0.5" | FileCheck %s
// RUN: pc-opt %s -pc-learn="source=autodiff" | FileCheck %s --check-prefix=SGD
// RUN: not pc-opt %s -pc-learn="function=other" 2>&1 | FileCheck %s --check-prefix=NONE

// States come after the arguments, with their initial values; next parameters
// and states come after the loss, each with the argument it updates. The
// gradient of the input and of the frozen parameter are left out.
// CHECK-LABEL: func @model_step(
//  CHECK-SAME:   %[[X:.+]]: tensor<2xf64> {pc.name = "x", pc.role = "input"}, %[[W:.+]]: tensor<2xf64> {pc.name = "w", pc.role = "parameter"}, %{{.+}}: tensor<2xf64> {pc.frozen, pc.name = "f", pc.role = "parameter"},
//  CHECK-SAME:   %[[M:.+]]: tensor<2xf64> {pc.name = "w/first-moment", pc.role = "state", pc.value = dense<0.000000e+00> : tensor<2xf64>}, %[[V:.+]]: tensor<2xf64> {pc.name = "w/second-moment", {{[^}]+}}}, %[[N:.+]]: tensor<f64> {pc.name = "w/steps", {{[^}]+}}})
//  CHECK-SAME:   -> (tensor<f64> {pc.role = "loss"}, tensor<2xf64> {pc.name = "w", pc.role = "parameter", pc.updates = 1 : i64}, tensor<2xf64> {pc.name = "w/first-moment", pc.role = "state", pc.updates = 3 : i64}, {{.+}}pc.updates = 4 : i64}, {{.+}}pc.updates = 5 : i64})
//       CHECK:   %[[S:.+]]:4 = pc.learn adam rate(5.000000e-01) %[[W]], %{{.+}}, %[[M]], %[[V]], %[[N]]
//       CHECK:   return %{{.+}}, %[[S]]#0, %[[S]]#1, %[[S]]#2, %[[S]]#3

// SGD-LABEL: func @model_step(
//       SGD:   pc.learn sgd rate(1.000000e-02)

// NONE: error: expected @other_gradient; pc-expand-inference or pc-autodiff makes it
func.func @model_gradient(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                          %w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"},
                          %f: tensor<2xf64> {pc.frozen, pc.name = "f", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}, tensor<2xf64> {pc.name = "x", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "f", pc.role = "gradient"}) {
  %l = arith.constant dense<1.0> : tensor<f64>
  %g = arith.addf %x, %w : tensor<2xf64>
  return %l, %g, %g, %g : tensor<f64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}
func.func @model_autodiff(%w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}, tensor<2xf64> {pc.name = "w", pc.role = "gradient"}) {
  %l = arith.constant dense<1.0> : tensor<f64>
  return %l, %w : tensor<f64>, tensor<2xf64>
}
