// RUN: pc-opt %s -pc-lower-vjp -verify-diagnostics

// Every operation without a rule is reported, each vertex once.
pc.graph @g(%x: tensor<2xf64>) -> (tensor<f64>) {
  %h = pc.vertex @h(%x : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    // expected-error@+1 {{'tensor.bitcast' op has no derivative rule}}
    %i = tensor.bitcast %p : tensor<2xf64> to tensor<2xf64>
    // expected-error@+1 {{'tensor.bitcast' op has no derivative rule}}
    %y = tensor.bitcast %i : tensor<2xf64> to tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%h : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %z = arith.constant dense<0.0> : tensor<f64>
    pc.prediction %z : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @f(%x: tensor<2xf64>, %d: tensor<2xf64>) -> tensor<2xf64> {
  %m = pc.vjp @g::@h wrt [0] at(%x : tensor<2xf64>) of [0](%d : tensor<2xf64>) -> tensor<2xf64>
  %n = pc.vjp @g::@h wrt [0] at(%x : tensor<2xf64>) of [0](%m : tensor<2xf64>) -> tensor<2xf64>
  return %n : tensor<2xf64>
}
