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

// Each iteration fills its own.
// CHECK-LABEL: func @loop
//       CHECK:   scf.for
//       CHECK:     %[[F:.+]] = linalg.fill
//       CHECK:     linalg.matmul {{.*}} outs(%[[F]]
func.func @loop(%a: tensor<4x4xf32>, %n: index) -> tensor<4x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a) -> tensor<4x4xf32> {
    %y = linalg.matmul ins(%x, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4x4xf32>) -> tensor<4x4xf32>
    scf.yield %y : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// Parts of one empty tensor that are filled and put back: each result has an empty
// tensor of its own, and takes its part from where it puts it back.
// CHECK-LABEL: func @parts
//       CHECK:   %[[P2:.+]] = tensor.extract_slice %[[E2:.+]][0] [4] [2]
//       CHECK:   %[[F2:.+]] = linalg.fill {{.*}} outs(%[[P2]]
//       CHECK:   %[[P1:.+]] = tensor.extract_slice %[[E1:.+]][0] [4] [2]
//       CHECK:   %[[F1:.+]] = linalg.fill {{.*}} outs(%[[P1]]
//       CHECK:   %[[X:.+]] = linalg.exp {{.*}} outs(%[[F1]]
//       CHECK:   tensor.insert_slice %[[X]] into %[[E1]][0] [4] [2]
//       CHECK:   %[[Y:.+]] = linalg.log {{.*}} outs(%[[F2]]
//       CHECK:   tensor.insert_slice %[[Y]] into %[[E2]][0] [4] [2]
func.func @parts(%a: tensor<4xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %p = tensor.extract_slice %e[0] [4] [2] : tensor<8xf32> to tensor<4xf32>
  %f = linalg.fill ins(%z : f32) outs(%p : tensor<4xf32>) -> tensor<4xf32>
  %x = linalg.exp ins(%a : tensor<4xf32>) outs(%f : tensor<4xf32>) -> tensor<4xf32>
  %r = tensor.insert_slice %x into %e[0] [4] [2] : tensor<4xf32> into tensor<8xf32>
  %y = linalg.log ins(%a : tensor<4xf32>) outs(%f : tensor<4xf32>) -> tensor<4xf32>
  %s = tensor.insert_slice %y into %e[0] [4] [2] : tensor<4xf32> into tensor<8xf32>
  return %r, %s : tensor<8xf32>, tensor<8xf32>
}
