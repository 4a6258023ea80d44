// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-reshape-loop-state,canonicalize))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pc-cpu-to-loops -split-input-file | FileCheck %s --check-prefix=LOOPS

// Computed in pairs, carried in pairs: the old state is read as it is, and written over.
// CHECK-LABEL: func @pairs
//  CHECK-SAME:   (%[[X:.+]]: tensor<32xf32>)
//       CHECK:   %[[START:.+]] = tensor.expand_shape %[[X]] {{.*}} tensor<32xf32> into tensor<2x16xf32>
//       CHECK:   %[[R:.+]] = scf.for {{.*}} iter_args(%[[S:.+]] = %[[START]]) -> (tensor<2x16xf32>)
//       CHECK:     %[[Y:.+]] = linalg.exp ins(%[[S]] : tensor<2x16xf32>)
//       CHECK:     scf.yield %[[Y]]
//       CHECK:   %[[FLAT:.+]] = tensor.collapse_shape %[[R]] {{.*}} tensor<2x16xf32> into tensor<32xf32>
//       CHECK:   return %[[FLAT]]
// LOOPS-LABEL: func @pairs
//       LOOPS:   scf.for
//   LOOPS-NOT:     memref.copy
//       LOOPS:   memref.copy %{{.+}}, %arg1
func.func @pairs(%x: tensor<32xf32>) -> tensor<32xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r = scf.for %i = %c0 to %c9 step %c1 iter_args(%a = %x) -> tensor<32xf32> {
    %p = tensor.expand_shape %a [[0, 1]] output_shape [2, 16] : tensor<32xf32> into tensor<2x16xf32>
    %e = tensor.empty() : tensor<2x16xf32>
    %y = linalg.exp ins(%p : tensor<2x16xf32>) outs(%e : tensor<2x16xf32>) -> tensor<2x16xf32>
    %f = tensor.collapse_shape %y [[0, 1]] : tensor<2x16xf32> into tensor<32xf32>
    scf.yield %f : tensor<32xf32>
  }
  return %r : tensor<32xf32>
}

// -----

// The other way round; another reader of the old state sees it as before.
// CHECK-LABEL: func @rows
//       CHECK:   scf.for {{.*}} iter_args(%[[S:.+]] = %{{.+}}) -> (tensor<32xf32>)
//   CHECK-DAG:     %[[OLD:.+]] = tensor.expand_shape %[[S]]
//   CHECK-DAG:     linalg.exp ins(%[[S]] : tensor<32xf32>)
//       CHECK:   tensor.expand_shape
func.func @rows(%x: tensor<2x16xf32>, %m: tensor<16x16xf32>) -> tensor<2x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %i = %c0 to %c9 step %c1 iter_args(%a = %x) -> tensor<2x16xf32> {
    %e0 = tensor.empty() : tensor<2x16xf32>
    %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<2x16xf32>) -> tensor<2x16xf32>
    %q = linalg.matmul ins(%a, %m : tensor<2x16xf32>, tensor<16x16xf32>) outs(%f0 : tensor<2x16xf32>) -> tensor<2x16xf32>
    %p = tensor.collapse_shape %a [[0, 1]] : tensor<2x16xf32> into tensor<32xf32>
    %k = tensor.collapse_shape %q [[0, 1]] : tensor<2x16xf32> into tensor<32xf32>
    %e = tensor.empty() : tensor<32xf32>
    %y = linalg.exp ins(%p : tensor<32xf32>) outs(%e : tensor<32xf32>) -> tensor<32xf32>
    %e1 = tensor.empty() : tensor<32xf32>
    %s = linalg.add ins(%y, %k : tensor<32xf32>, tensor<32xf32>) outs(%e1 : tensor<32xf32>) -> tensor<32xf32>
    %f = tensor.expand_shape %s [[0, 1]] output_shape [2, 16] : tensor<32xf32> into tensor<2x16xf32>
    scf.yield %f : tensor<2x16xf32>
  }
  return %r : tensor<2x16xf32>
}
