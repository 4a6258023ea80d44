// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-own-destinations))' | FileCheck %s

// CHECK-LABEL: func @shared
//       CHECK:   %[[E1:.+]] = tensor.empty
//       CHECK:   linalg.fill {{.*}} outs(%[[E1]]
//       CHECK:   %[[E2:.+]] = tensor.empty
//       CHECK:   %[[OWN:.+]] = linalg.fill {{.*}} outs(%[[E2]]
//       CHECK:   linalg.matmul {{.*}} outs(%[[OWN]]
//   CHECK-NOT:   outs(%[[OWN]]
//       CHECK:   return
func.func @shared(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %x = linalg.matmul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4x4xf32>) -> tensor<4x4xf32>
  %y = linalg.matmul ins(%b, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %x, %y : tensor<4x4xf32>, tensor<4x4xf32>
}

// A tensor that holds something is nobody's to repeat.
// CHECK-LABEL: func @argument(
//  CHECK-SAME:   %{{.+}}: tensor<4xf32>, %[[O:.+]]: tensor<4xf32>
// CHECK-COUNT-2: outs(%[[O]]
func.func @argument(%a: tensor<4xf32>, %o: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %x = linalg.exp ins(%a : tensor<4xf32>) outs(%o : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.log ins(%a : tensor<4xf32>) outs(%o : tensor<4xf32>) -> tensor<4xf32>
  return %x, %y : tensor<4xf32>, tensor<4xf32>
}
