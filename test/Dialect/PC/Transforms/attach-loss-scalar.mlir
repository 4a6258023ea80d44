// RUN: pc-opt %s -pc-attach-loss=loss=mse | FileCheck %s
// RUN: pc-opt %s -pc-attach-loss=loss=cotangent | FileCheck %s

// The sum over the one element of a scalar starts at zero too.
// CHECK-LABEL: func.func @model_objective(
//       CHECK:   %[[ZERO:.+]] = linalg.fill
//       CHECK:   linalg.generic {{.*}} outs(%[[ZERO]] : tensor<f32>)
func.func @model(%x: tensor<f32>) -> tensor<f32> {
  return %x : tensor<f32>
}
