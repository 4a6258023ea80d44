// RUN: not pc-opt %s -convert-pc-to-linalg 2>&1 | FileCheck %s

// What pc-lower-vjp has to replace first is not passed over in silence.
// CHECK: error: failed to legalize operation 'pc.predict'
pc.graph @g(%x: tensor<f64>) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @f(%x: tensor<f64>) -> tensor<f64> {
  %m = pc.predict @g::@l(%x : tensor<f64>) -> tensor<f64>
  return %m : tensor<f64>
}
