// RUN: pc-opt %s -split-input-file -verify-diagnostics -pc-autodiff=wrt=all
// RUN: pc-opt %s -split-input-file -verify-diagnostics -pc-jvp=wrt=all

// A derivative of another type than its result has no place.
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}) -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error @below {{'arith.extf' op expected 'pc.straight_through' on an elementwise operation whose last operand is a float of the type of its result}}
  %r = arith.extf %x {pc.straight_through} : tensor<f32> to tensor<f64>
  return %r : tensor<f64>
}

// -----

// The last operand of a structured operation is no input.
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}) -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'linalg.exp' op expected 'pc.straight_through' on an elementwise operation}}
  %r = linalg.exp {pc.straight_through} ins(%x : tensor<f32>) outs(%x : tensor<f32>) -> tensor<f32>
  return %r : tensor<f32>
}
