// RUN: pc-opt %s -pc-build-graph -verify-diagnostics

// A loss that nothing computes has nothing to learn from.
// expected-error@+1 {{the loss depends on no input and no parameter}}
func.func @model_objective(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  return %x : tensor<f64>
}
