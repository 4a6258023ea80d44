// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-structure-ops))' | FileCheck %s

// A constant of one value becomes a scalar in the body; the destination is empty.
// CHECK-LABEL: func @elementwise(
//  CHECK-SAME:   %[[X:.+]]: tensor<4xf32>
//   CHECK-DAG:   %[[C:.+]] = arith.constant 2.000000e+00 : f32
//   CHECK-DAG:   %[[E:.+]] = tensor.empty() : tensor<4xf32>
//       CHECK:   linalg.generic {{.*}} ins(%[[X]] : tensor<4xf32>) outs(%[[E]] : tensor<4xf32>)
//       CHECK:     arith.mulf %{{.+}}, %[[C]] : f32
func.func @elementwise(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<2.0> : tensor<4xf32>
  %y = arith.mulf %x, %c : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @softmax
//   CHECK-NOT:   linalg.softmax
//       CHECK:   math.exp
func.func @softmax(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %e = tensor.empty() : tensor<2x3xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func @concat
// CHECK-COUNT-2: tensor.insert_slice
func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x2xf32>) -> tensor<2x5xf32> {
  %y = tensor.concat dim(1) %a, %b : (tensor<2x3xf32>, tensor<2x2xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// CHECK-LABEL: func @gather(
//  CHECK-SAME:   %[[A:.+]]: tensor<4x3xf32>, %[[I:.+]]: tensor<2x1xi32>
//       CHECK:   linalg.generic
//       CHECK:     %[[B:.+]] = linalg.index 0
//       CHECK:     %[[AT:.+]] = tensor.extract %[[I]][%[[B]], %c0
//       CHECK:     %[[ROW:.+]] = arith.index_cast %[[AT]]
//       CHECK:     %[[S:.+]] = linalg.index 1
//       CHECK:     tensor.extract %[[A]][%[[ROW]], %[[S]]]
func.func @gather(%a: tensor<4x3xf32>, %i: tensor<2x1xi32>) -> tensor<2x3xf32> {
  %y = tensor.gather %a[%i] gather_dims([0]) : (tensor<4x3xf32>, tensor<2x1xi32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CHECK-LABEL: func @destination
//       CHECK:   %[[F:.+]] = linalg.fill
//       CHECK:   linalg.matmul {{.*}} outs(%[[F]]
func.func @destination(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %c = arith.constant dense<1.0> : tensor<2x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x3xf32>, tensor<3x2xf32>) outs(%c : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// What a loop starts with is memory that it writes, not a constant.
// CHECK-LABEL: func @loop
//       CHECK:   %[[F:.+]] = linalg.fill
//       CHECK:   scf.for {{.*}} iter_args(%{{.+}} = %[[F]])
func.func @loop(%a: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant dense<0.0> : tensor<4xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%x = %z) -> tensor<4xf32> {
    %y = arith.addf %x, %a : tensor<4xf32>
    scf.yield %y : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// Scalars and tensors of unknown size are left alone.
// CHECK-LABEL: func @same
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @same(%a: f32, %b: tensor<?xf32>) -> (f32, tensor<?xf32>) {
  %x = arith.addf %a, %a : f32
  %y = arith.addf %b, %b : tensor<?xf32>
  return %x, %y : f32, tensor<?xf32>
}

// Tiles are padding, a reshape and a transposition, and back.
// CHECK-LABEL: func @tiles
//   CHECK-NOT:   linalg.pack
//       CHECK:   tensor.pad
//       CHECK:   tensor.expand_shape
//       CHECK:   linalg.transpose
//   CHECK-NOT:   linalg.unpack
//       CHECK:   return
func.func @tiles(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %p = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x2x2xf32>
  %t = linalg.pack %x padding_value(%p : f32) inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %e : tensor<4x5xf32> -> tensor<2x3x2x2xf32>
  %f = tensor.empty() : tensor<4x5xf32>
  %y = linalg.unpack %t inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %f : tensor<2x3x2x2xf32> -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}
