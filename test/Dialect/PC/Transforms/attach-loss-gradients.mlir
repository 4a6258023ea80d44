// Losses and their gradients against finite differences, forward mode, f32 and
// a library that is not ours.
// RUN: pc-opt %s -allow-unregistered-dialect -pc-attach-loss="function=entropy_mean_rank2 loss=cross-entropy" -pc-attach-loss="function=entropy_sum_rank2 loss=cross-entropy reduction=sum" -pc-attach-loss="function=entropy_mean_rank4 loss=cross-entropy" -pc-attach-loss="function=squares_mean loss=mse" -pc-attach-loss="function=squares_sum loss=mse reduction=sum" -pc-attach-loss="function=squares_mean_scalar loss=mse" -o %t.mlir
// RUN: pc-gradient-test %t.mlir --single --dump=%t.json | FileCheck %s
// RUN: %python %S/Inputs/compare_losses.py %t.json | FileCheck %s --check-prefix=TORCH
// CHECK-NOT: FAIL
//     CHECK: 12 functions, 0 failures
//     TORCH: 6 losses, 0 failures

func.func @entropy_mean_rank2(%x: tensor<4x3xf64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<4x3xf64> {
  return %x : tensor<4x3xf64>
}
func.func @entropy_sum_rank2(%x: tensor<2x5xf64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<2x5xf64> {
  return %x : tensor<2x5xf64>
}
func.func @entropy_mean_rank4(%x: tensor<2x3x2x2xf64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<2x3x2x2xf64> {
  return %x : tensor<2x3x2x2xf64>
}
func.func @squares_mean(%x: tensor<2x3xf64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<2x3xf64> {
  return %x : tensor<2x3xf64>
}
func.func @squares_sum(%x: tensor<7xf64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<7xf64> {
  return %x : tensor<7xf64>
}
func.func @squares_mean_scalar(%x: tensor<f64> {pc.name = "x", test.range = [-2.0, 2.0]}) -> tensor<f64> {
  return %x : tensor<f64>
}
