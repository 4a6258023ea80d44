// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics -pc-jvp

func.func @model_objective(%w: tensor<2xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'test.first' op has no derivative rule}}
  %a = "test.first"(%w) : (tensor<2xf32>) -> tensor<2xf32>
  %c = math.exp %w : tensor<2xf32>
  // expected-error @below {{'test.second' op has no derivative rule}}
  %l = "test.second"(%a, %c) : (tensor<2xf32>, tensor<2xf32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

// expected-error @below {{expected an objective '@model_objective'}}
module {}
