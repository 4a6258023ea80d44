// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-put-batch-last{vector-bits=512 registers=32},canonicalize,cse))' -split-input-file | FileCheck %s

#image = affine_map<(n, c, y, x, k, i, j) -> (n, k, y + i, x + j)>
#filter = affine_map<(n, c, y, x, k, i, j) -> (k, c, i, j)>
#out = affine_map<(n, c, y, x, k, i, j) -> (n, c, y, x)>
#same = affine_map<(n, c, y, x) -> (n, c, y, x)>
#channel = affine_map<(n, c, y, x) -> (c)>

// Rows of ten fill no vector, 32 samples fill two: the state, what is frozen and the zeros around
// are transposed outside of the loop, the filter and the bias, which have no samples, are not.
// Loops are in the order of the result.
//   CHECK-DAG: #[[$IMAGE:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d1 + d5, d2 + d6, d3)>
//   CHECK-DAG: #[[$FILTER:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d0, d5, d6)>
//   CHECK-DAG: #[[$OUT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
//   CHECK-DAG: #[[$SAME:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
//   CHECK-DAG: #[[$CHANNEL:.+]] = affine_map<(d0, d1, d2, d3) -> (d0)>
// CHECK-LABEL: func @images
//  CHECK-SAME:   (%[[START:.+]]: tensor<32x400xf32>, %[[FROZEN:.+]]: tensor<32x4x10x10xf32>, %[[W:.+]]: tensor<4x4x5x5xf32>, %[[B:.+]]: tensor<4xf32>)
//   CHECK-DAG:   %[[MOVED:.+]] = linalg.transpose ins(%[[START]] : tensor<32x400xf32>) outs(%{{.+}} : tensor<400x32xf32>) permutation = [1, 0]
//   CHECK-DAG:   %[[HELD:.+]] = linalg.transpose ins(%[[FROZEN]] : tensor<32x4x10x10xf32>) outs(%{{.+}} : tensor<4x10x10x32xf32>) permutation = [1, 2, 3, 0]
//   CHECK-DAG:   %[[ZEROS:.+]] = linalg.fill ins(%{{.+}} : f32) outs(%{{.+}} : tensor<4x14x14x32xf32>)
//       CHECK:   %[[R:.+]] = scf.for {{.*}} iter_args(%[[STATE:.+]] = %[[MOVED]]) -> (tensor<400x32xf32>)
//       CHECK:     %[[X:.+]] = tensor.expand_shape %[[STATE]] {{\[\[}}0, 1, 2], [3]] output_shape [4, 10, 10, 32]
//       CHECK:     %[[PADDED:.+]] = tensor.insert_slice %[[X]] into %[[ZEROS]][0, 2, 2, 0] [4, 10, 10, 32] [1, 1, 1, 1]
//       CHECK:     linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$FILTER]], #[[$OUT]]]
//  CHECK-SAME:       ins(%[[PADDED]], %[[W]] : tensor<4x14x14x32xf32>, tensor<4x4x5x5xf32>)
//       CHECK:     %[[Y:.+]] = linalg.generic {indexing_maps = [#[[$SAME]], #[[$SAME]], #[[$CHANNEL]], #[[$SAME]]]
//  CHECK-SAME:       ins(%{{.+}}, %[[HELD]], %[[B]] :
//       CHECK:     tensor.collapse_shape %[[Y]] {{\[\[}}0, 1, 2], [3]] : tensor<4x10x10x32xf32> into tensor<400x32xf32>
//       CHECK:   linalg.transpose ins(%[[R]] : tensor<400x32xf32>) outs(%{{.+}} : tensor<32x400xf32>) permutation = [1, 0]
func.func @images(%start: tensor<32x400xf32>, %frozen: tensor<32x4x10x10xf32>, %w: tensor<4x4x5x5xf32>, %b: tensor<4xf32>) -> tensor<32x400xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x4x14x14xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<32x4x14x14xf32>) -> tensor<32x4x14x14xf32>
  %e2 = tensor.empty() : tensor<32x4x10x10xf32>
  %zeros2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<32x4x10x10xf32>) -> tensor<32x4x10x10xf32>
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%s = %start) -> (tensor<32x400xf32>) {
    %x = tensor.expand_shape %s [[0], [1, 2, 3]] output_shape [32, 4, 10, 10] : tensor<32x400xf32> into tensor<32x4x10x10xf32>
    %padded = tensor.insert_slice %x into %zeros[0, 0, 2, 2] [32, 4, 10, 10] [1, 1, 1, 1] : tensor<32x4x10x10xf32> into tensor<32x4x14x14xf32>
    %g = linalg.generic {indexing_maps = [#image, #filter, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
        ins(%padded, %w : tensor<32x4x14x14xf32>, tensor<4x4x5x5xf32>) outs(%zeros2 : tensor<32x4x10x10xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %m = arith.mulf %p, %q : f32
      %u = arith.addf %o, %m : f32
      linalg.yield %u : f32
    } -> tensor<32x4x10x10xf32>
    %h = linalg.generic {indexing_maps = [#same, #same, #channel, #same], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%g, %frozen, %b : tensor<32x4x10x10xf32>, tensor<32x4x10x10xf32>, tensor<4xf32>) outs(%e2 : tensor<32x4x10x10xf32>) {
    ^bb0(%p: f32, %q: f32, %c: f32, %o: f32):
      %m = arith.mulf %p, %q : f32
      %u = arith.addf %c, %m : f32
      linalg.yield %u : f32
    } -> tensor<32x4x10x10xf32>
    %n = tensor.collapse_shape %h [[0], [1, 2, 3]] : tensor<32x4x10x10xf32> into tensor<32x400xf32>
    scf.yield %n : tensor<32x400xf32>
  }
  return %r : tensor<32x400xf32>
}

// -----

// The features of a dense layer fill vectors as well: nothing would be won.
// CHECK-LABEL: func @dense
//   CHECK-NOT:   linalg.transpose
#input = affine_map<(n, o, i) -> (n, i)>
#weight = affine_map<(n, o, i) -> (i, o)>
#output = affine_map<(n, o, i) -> (n, o)>
func.func @dense(%start: tensor<64x64xf32>, %w: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %p = linalg.generic {indexing_maps = [#input, #weight, #output], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %w : tensor<64x64xf32>, tensor<64x64xf32>) outs(%zeros : tensor<64x64xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %m = arith.mulf %a, %b : f32
      %u = arith.addf %s, %m : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %p : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
