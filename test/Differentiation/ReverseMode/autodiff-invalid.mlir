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

// -----

// An operation without a rule at the top, and one in the body of another, are
// reported together.
func.func @model(%x: tensor<4xf64> {pc.role = "parameter"}) -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error @below {{'test.top' op has no derivative rule}}
  %y = "test.top"(%x) : (tensor<4xf64>) -> tensor<4xf64>
  %e = tensor.empty() : tensor<4xf64>
  %g = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%y : tensor<4xf64>) outs(%e : tensor<4xf64>) {
  ^bb0(%in: f64, %out: f64):
    // expected-error @below {{'test.inner' op has no derivative rule}}
    %0 = "test.inner"(%in) : (f64) -> f64
    linalg.yield %0 : f64
  } -> tensor<4xf64>
  %z = arith.constant dense<0.0> : tensor<f64>
  %l = linalg.reduce { arith.addf } ins(%g : tensor<4xf64>) outs(%z : tensor<f64>) dimensions = [0]
  return %l : tensor<f64>
}
