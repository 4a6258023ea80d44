// RUN: pc-opt %s -split-input-file -verify-diagnostics -pc-check-rounding=wrt=all

// Whoever wants to learn asks for more than a warning.
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}) -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{QuantizeLinear: expected a derivative, but the gradient of `x` ends at rounded numbers, here; --straight-through lets it pass}}
  %i = arith.fptosi %x {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
  %f = arith.sitofp %i : tensor<i32> to tensor<f32>
  return %f : tensor<f32>
}

// -----

// expected-error @below {{expected an objective '@model_objective' or a function with a result of role loss '@model', but found neither; does pc-attach-loss come first?}}
module {
}
