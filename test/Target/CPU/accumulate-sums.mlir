// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-accumulate-sums))' | FileCheck %s

// The cotangent of a sequence that is read at each of three times: one tensor, in which
// each part is written once. No part is added to zeros.
// CHECK-LABEL: func @parts
//  CHECK-SAME:   %[[A:[^:]+]]: tensor<1x4xf32>, %[[B:[^:]+]]: tensor<1x4xf32>, %[[C:[^:]+]]: tensor<1x4xf32>
//   CHECK-NOT:   addf
//       CHECK:   %[[X:.+]] = tensor.insert_slice %[[A]] into %{{.+}}[2, 0]
//   CHECK-NOT:   addf
//       CHECK:   %[[Y:.+]] = tensor.insert_slice %[[B]] into %[[X]][1, 0]
//   CHECK-NOT:   addf
//       CHECK:   %[[Z:.+]] = tensor.insert_slice %[[C]] into %[[Y]][0, 0]
//       CHECK:   return %[[Z]]
func.func @parts(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %c: tensor<1x4xf32>) -> tensor<3x4xf32> {
  %z = arith.constant dense<0.0> : tensor<3x4xf32>
  %x = tensor.insert_slice %a into %z[2, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<3x4xf32>
  %y = tensor.insert_slice %b into %z[1, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<3x4xf32>
  %w = tensor.insert_slice %c into %z[0, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<3x4xf32>
  %s = arith.addf %x, %y : tensor<3x4xf32>
  %t = arith.addf %s, %w : tensor<3x4xf32>
  return %t : tensor<3x4xf32>
}

// Parts with elements in common are added, there alone.
// CHECK-LABEL: func @overlapping
//  CHECK-SAME:   %[[A:[^:]+]]: tensor<5xf32>, %[[B:[^:]+]]: tensor<2xf32>
//       CHECK:   %[[X:.+]] = tensor.insert_slice %[[A]] into %{{.+}}[0] [5] [1]
//       CHECK:   %[[P:.+]] = tensor.extract_slice %[[X]][1] [2] [3]
//       CHECK:   %[[S:.+]] = arith.addf %[[P]], %[[B]] : tensor<2xf32>
//       CHECK:   tensor.insert_slice %[[S]] into %[[X]][1] [2] [3]
func.func @overlapping(%a: tensor<5xf32>, %b: tensor<2xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %x = tensor.insert_slice %a into %z[0] [5] [1] : tensor<5xf32> into tensor<8xf32>
  %y = tensor.insert_slice %b into %z[1] [2] [3] : tensor<2xf32> into tensor<8xf32>
  %s = arith.addf %x, %y : tensor<8xf32>
  return %s : tensor<8xf32>
}

// What was put into ones is a tensor like others.
// CHECK-LABEL: func @ones
//       CHECK:   tensor.insert_slice
//       CHECK:   arith.addf {{.*}} : tensor<8xf32>
func.func @ones(%a: tensor<5xf32>, %b: tensor<8xf32>) -> tensor<8xf32> {
  %z = arith.constant dense<1.0> : tensor<8xf32>
  %x = tensor.insert_slice %a into %z[0] [5] [1] : tensor<5xf32> into tensor<8xf32>
  %s = arith.addf %b, %x : tensor<8xf32>
  return %s : tensor<8xf32>
}

#a = affine_map<(m, n, k) -> (k, m)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// The gradient of a weight that is used twice: the second product goes on from the first,
// and what both are transposed for is done once.
// CHECK-LABEL: func @weight
//       CHECK:   %[[FIRST:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<3x5xf32>)
//       CHECK:   %[[BOTH:.+]] = linalg.generic {{.*}} outs(%[[FIRST]] : tensor<3x5xf32>)
//   CHECK-NOT:   arith.addf {{.*}}tensor
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[BOTH]] : tensor<3x5xf32>) outs(%{{.+}} : tensor<5x3xf32>) permutation = [1, 0]
//       CHECK:   return %[[T]]
func.func @weight(%x: tensor<2x3xf32>, %d: tensor<2x5xf32>, %y: tensor<2x3xf32>, %e: tensor<2x5xf32>) -> tensor<5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3x5xf32>
  %turned = tensor.empty() : tensor<5x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%empty : tensor<3x5xf32>) -> tensor<3x5xf32>
  %p = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %d : tensor<2x3xf32>, tensor<2x5xf32>) outs(%z : tensor<3x5xf32>) {
  ^bb0(%f: f32, %g: f32, %h: f32):
    %m = arith.mulf %f, %g : f32
    %s = arith.addf %h, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x5xf32>
  %q = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%y, %e : tensor<2x3xf32>, tensor<2x5xf32>) outs(%z : tensor<3x5xf32>) {
  ^bb0(%f: f32, %g: f32, %h: f32):
    %m = arith.mulf %f, %g : f32
    %s = arith.addf %h, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x5xf32>
  %pt = linalg.transpose ins(%p : tensor<3x5xf32>) outs(%turned : tensor<5x3xf32>) permutation = [1, 0]
  %qt = linalg.transpose ins(%q : tensor<3x5xf32>) outs(%turned : tensor<5x3xf32>) permutation = [1, 0]
  %sum = arith.addf %pt, %qt : tensor<5x3xf32>
  return %sum : tensor<5x3xf32>
}

// A bias is better added where the product is read.
// CHECK-LABEL: func @bias
//       CHECK:   linalg.matmul
//       CHECK:   arith.addf {{.*}} : tensor<2x5xf32>
func.func @bias(%x: tensor<2x3xf32>, %w: tensor<3x5xf32>, %b: tensor<5xf32>) -> tensor<2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x5xf32>) -> tensor<2x5xf32>
  %p = linalg.matmul ins(%x, %w : tensor<2x3xf32>, tensor<3x5xf32>) outs(%z : tensor<2x5xf32>) -> tensor<2x5xf32>
  %all = linalg.broadcast ins(%b : tensor<5xf32>) outs(%empty : tensor<2x5xf32>) dimensions = [0]
  %s = arith.addf %p, %all : tensor<2x5xf32>
  return %s : tensor<2x5xf32>
}

// Sums over time in a loop go on in place.
// CHECK-LABEL: func @loop
//       CHECK:   scf.for {{.*}} iter_args(%[[SUM:.+]] = %{{.+}})
//       CHECK:     %[[NEXT:.+]] = linalg.generic {{.*}} outs(%[[SUM]] : tensor<5xf32>)
//       CHECK:     scf.yield %[[NEXT]]
func.func @loop(%x: tensor<2x5xf32>, %start: tensor<5xf32>, %n: index) -> tensor<5xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %empty = tensor.empty() : tensor<5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%empty : tensor<5xf32>) -> tensor<5xf32>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %start) -> tensor<5xf32> {
    %p = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<2x5xf32>) outs(%z : tensor<5xf32>) {
    ^bb0(%f: f32, %h: f32):
      %s = arith.addf %h, %f : f32
      linalg.yield %s : f32
    } -> tensor<5xf32>
    %next = arith.addf %sum, %p : tensor<5xf32>
    scf.yield %next : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}
