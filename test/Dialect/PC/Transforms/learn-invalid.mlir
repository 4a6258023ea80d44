// RUN: pc-opt %s -split-input-file -pc-learn -verify-diagnostics

// expected-error@+1 {{no parameter to learn}}
func.func @model_gradient(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  return %x : tensor<f64>
}

// -----

// expected-error@+1 {{expected a gradient of parameter 'w' among the results}}
func.func @model_gradient(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  return %w : tensor<f64>
}
