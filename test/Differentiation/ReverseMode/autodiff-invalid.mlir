// RUN: pc-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics -pc-autodiff

// All operations without a rule are reported at once; the one off the path to
// the loss is none of them.
func.func @model_objective(%w: tensor<2xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'test.first' op has no derivative rule}}
  %a = "test.first"(%w) : (tensor<2xf32>) -> tensor<2xf32>
  %b = "test.aside"(%w) : (tensor<2xf32>) -> tensor<2xf32>
  %c = math.exp %a : tensor<2xf32>
  // expected-error @below {{'test.second' op has no derivative rule}}
  %l = "test.second"(%c) : (tensor<2xf32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

func.func @model_objective(%w: tensor<f32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'test.unranked' op has no derivative: expected static shapes}}
  %a = "test.unranked"(%w) : (tensor<f32>) -> tensor<?xf32>
  // expected-error @below {{'test.ranked' op has no derivative: expected static shapes}}
  %l = "test.ranked"(%a) : (tensor<?xf32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

// expected-error @below {{expected an objective '@model_objective' or a function with a result of role loss '@model', but found neither; does pc-attach-loss come first?}}
module {
  func.func @model(%x: tensor<f32>) -> tensor<f32> {
    return %x : tensor<f32>
  }
}

// -----

// expected-error @below {{expected one result of role loss, but got 2}}
func.func @model_objective(%x: tensor<f32>)
    -> (tensor<f32> {pc.role = "loss"}, tensor<f32> {pc.role = "loss"}) {
  return %x, %x : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{expected a loss that is a float tensor of rank 0, but got 'tensor<1xf32>'}}
func.func @model_objective(%x: tensor<1xf32>) -> (tensor<1xf32> {pc.role = "loss"}) {
  return %x : tensor<1xf32>
}

// -----

// expected-error @below {{expected one block, but the body has 2}}
func.func @model_objective(%x: tensor<f32>) -> (tensor<f32> {pc.role = "loss"}) {
  cf.br ^bb1
^bb1:
  return %x : tensor<f32>
}

// -----

// expected-error @below {{expected no function '@model_autodiff' yet, but there is one}}
func.func @model_objective(%x: tensor<f32>) -> (tensor<f32> {pc.role = "loss"}) {
  return %x : tensor<f32>
}
func.func private @model_autodiff()
