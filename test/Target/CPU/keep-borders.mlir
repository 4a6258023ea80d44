// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-keep-borders))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pc-cpu-to-loops -split-input-file | FileCheck %s --check-prefix=LOOPS

// What is computed inside of a border of zeros: the zeros are there from the first iteration on.
// CHECK-LABEL: func @placed
//       CHECK:   %[[E:.+]] = tensor.empty() : tensor<18xf32>
//       CHECK:   %[[ZEROS:.+]] = linalg.fill ins(%{{.+}}) outs(%[[E]]
//       CHECK:   scf.for {{.*}} iter_args(%[[S:.+]] = %{{.+}}, %[[FRAME:.+]] = %[[ZEROS]])
//       CHECK:     %[[PLACE:.+]] = tensor.extract_slice %[[FRAME]][1] [16] [1]
//       CHECK:     %[[Y:.+]] = linalg.exp ins(%[[S]] {{.*}} outs(%[[PLACE]]
//       CHECK:     %[[W:.+]] = tensor.insert_slice %[[Y]] into %[[FRAME]][1] [16] [1]
//       CHECK:     tensor.extract_slice %[[W]][0] [16] [1]
//       CHECK:     scf.yield %{{.+}}, %[[W]]
// In memory: nothing is filled inside of the loop.
// LOOPS-LABEL: func @placed
//       LOOPS:   scf.for
//       LOOPS:   scf.for %{{.+}} = %c0 to %c9
//   LOOPS-NOT:     vector.store %cst
//   LOOPS-NOT:     memref.copy
//       LOOPS:   memref.copy %{{.+}}, %arg1
func.func @placed(%start: tensor<16xf32>) -> tensor<16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<16xf32>) {
    %e = tensor.empty() : tensor<18xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<18xf32>) -> tensor<18xf32>
    %p = tensor.extract_slice %f[1] [16] [1] : tensor<18xf32> to tensor<16xf32>
    %y = linalg.exp ins(%s : tensor<16xf32>) outs(%p : tensor<16xf32>) -> tensor<16xf32>
    %w = tensor.insert_slice %y into %f[1] [16] [1] : tensor<16xf32> into tensor<18xf32>
    %low = tensor.extract_slice %w[0] [16] [1] : tensor<18xf32> to tensor<16xf32>
    %high = tensor.extract_slice %w[2] [16] [1] : tensor<18xf32> to tensor<16xf32>
    %e2 = tensor.empty() : tensor<16xf32>
    %n = linalg.add ins(%low, %high : tensor<16xf32>, tensor<16xf32>) outs(%e2 : tensor<16xf32>) -> tensor<16xf32>
    scf.yield %n : tensor<16xf32>
  }
  return %r : tensor<16xf32>
}

// -----

// What is copied into zeros that are the same for all iterations: into its own, each of two.
// CHECK-LABEL: func @copied
//       CHECK:   scf.for {{.*}} iter_args(%[[S:.+]] = %{{.+}}, %[[A:.+]] = %{{.+}}, %[[B:.+]] = %{{.+}})
//       CHECK:     tensor.insert_slice %[[S]] into %[[A]][1]
//       CHECK:     tensor.insert_slice %[[S]] into %[[B]][2]
func.func @copied(%start: tensor<16xf32>) -> tensor<16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<18xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<18xf32>) -> tensor<18xf32>
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<16xf32>) {
    %w = tensor.insert_slice %s into %f[1] [16] [1] : tensor<16xf32> into tensor<18xf32>
    %v = tensor.insert_slice %s into %f[2] [16] [1] : tensor<16xf32> into tensor<18xf32>
    %e2 = tensor.empty() : tensor<18xf32>
    %a = linalg.add ins(%w, %v : tensor<18xf32>, tensor<18xf32>) outs(%e2 : tensor<18xf32>) -> tensor<18xf32>
    %n = tensor.extract_slice %a[0] [16] [1] : tensor<18xf32> to tensor<16xf32>
    scf.yield %n : tensor<16xf32>
  }
  return %r : tensor<16xf32>
}

// -----

// A sum that goes on from the zeros would go on from the iteration before.
// CHECK-LABEL: func @sum
//       CHECK:   scf.for {{.*}} iter_args(%{{[a-z0-9]+}} = %{{[a-z0-9]+}}) ->
func.func @sum(%start: tensor<16xf32>, %m: tensor<16x16xf32>) -> tensor<16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<16xf32>) {
    %e = tensor.empty() : tensor<18xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<18xf32>) -> tensor<18xf32>
    %p = tensor.extract_slice %f[1] [16] [1] : tensor<18xf32> to tensor<16xf32>
    %y = linalg.matvec ins(%m, %s : tensor<16x16xf32>, tensor<16xf32>) outs(%p : tensor<16xf32>) -> tensor<16xf32>
    %w = tensor.insert_slice %y into %f[1] [16] [1] : tensor<16xf32> into tensor<18xf32>
    %n = tensor.extract_slice %w[0] [16] [1] : tensor<18xf32> to tensor<16xf32>
    scf.yield %n : tensor<16xf32>
  }
  return %r : tensor<16xf32>
}

// -----

// A border that changes with the iterations, and a part that moves.
// CHECK-LABEL: func @changes
//       CHECK:   scf.for {{.*}} iter_args(%{{[a-z0-9]+}} = %{{[a-z0-9]+}}) ->
func.func @changes(%start: tensor<16xf32>) -> tensor<16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<16xf32>) {
    %first = tensor.extract %s[%c0] : tensor<16xf32>
    %e = tensor.empty() : tensor<18xf32>
    %f = linalg.fill ins(%first : f32) outs(%e : tensor<18xf32>) -> tensor<18xf32>
    %w = tensor.insert_slice %s into %f[1] [16] [1] : tensor<16xf32> into tensor<18xf32>
    %e1 = tensor.empty() : tensor<32xf32>
    %g = linalg.fill ins(%z : f32) outs(%e1 : tensor<32xf32>) -> tensor<32xf32>
    %v = tensor.insert_slice %s into %g[%t] [16] [1] : tensor<16xf32> into tensor<32xf32>
    %n = tensor.extract_slice %w[0] [16] [1] : tensor<18xf32> to tensor<16xf32>
    %k = tensor.extract_slice %v[4] [16] [1] : tensor<32xf32> to tensor<16xf32>
    %e2 = tensor.empty() : tensor<16xf32>
    %a = linalg.add ins(%n, %k : tensor<16xf32>, tensor<16xf32>) outs(%e2 : tensor<16xf32>) -> tensor<16xf32>
    scf.yield %a : tensor<16xf32>
  }
  return %r : tensor<16xf32>
}
