// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-structure-ops,pc-cpu-fuse-elementwise))' | FileCheck %s

// CHECK-LABEL: func @chain
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     math.exp
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %m = arith.mulf %x, %x : tensor<4xf32>
  %y = math.exp %m : tensor<4xf32>
  return %y : tensor<4xf32>
}

// What is used twice is computed once.
// CHECK-LABEL: func @shared
// CHECK-COUNT-3: linalg.generic
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @shared(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %m = math.exp %x : tensor<4xf32>
  %y = arith.addf %m, %x : tensor<4xf32>
  %z = arith.mulf %m, %x : tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// A product would ask for each element many times.
// CHECK-LABEL: func @product
//       CHECK:   linalg.generic
//       CHECK:   linalg.matmul
func.func @product(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>, %o: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %h = math.exp %x : tensor<4x4xf32>
  %y = linalg.matmul ins(%h, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
