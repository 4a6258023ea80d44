// RUN: split-file %s %t
// RUN: pc-opt %t/cut.mlir -pc-build-graph="granularity=block cuts=nowhere" -verify-diagnostics
// RUN: pc-opt %t/node.mlir -pc-build-graph=cuts=somewhere -verify-diagnostics

//--- cut.mlir
// expected-error@+1 {{no node is called 'nowhere', which was given as a cut point}}
func.func @model_objective(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %y = math.sin %x : tensor<f64> loc("somewhere")
  return %y : tensor<f64>
}

//--- node.mlir
// expected-error@+1 {{cut points need granularity block}}
func.func @model_objective(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64> {pc.role = "loss"}) {
  %y = math.sin %x : tensor<f64> loc("somewhere")
  return %y : tensor<f64>
}
