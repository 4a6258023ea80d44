// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-skip-borders))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-skip-borders),pc-cpu-to-loops)' -split-input-file | FileCheck %s --check-prefix=LOOPS

#image = affine_map<(n, c, y, x, k, i, j) -> (n, k, y + i, x + j)>
#filter = affine_map<(n, c, y, x, k, i, j) -> (k, c, i, j)>
#out = affine_map<(n, c, y, x, k, i, j) -> (n, c, y, x)>

// The gradient of an image: rows and columns of its border are told to the sum, whose
// rows of taps are then only those that meet the inside, three to nine. Lanes
// run along the columns: all of their taps meet it.
// CHECK-LABEL: func @gradient
//       CHECK:   linalg.generic
//  CHECK-SAME:     pc.bounds = [array<i64: 0, 2, 4, 14>, array<i64: 0, 3, 4, 14>]
//   LOOPS-DAG: #[[$FIRST:.+]] = affine_map<(d0) -> (-d0 + 4, 0)>
//   LOOPS-DAG: #[[$END:.+]] = affine_map<(d0) -> (-d0 + 14, 5)>
// LOOPS-LABEL: func @gradient
//       LOOPS:   scf.for %[[ROW:.+]] = %c0{{.*}} to %c14
//       LOOPS:     %[[FROM:.+]] = affine.max #[[$FIRST]](%[[ROW]])
//       LOOPS:     %[[TO:.+]] = affine.min #[[$END]](%[[ROW]])
//       LOOPS:     scf.for %{{.+}} = %[[FROM]] to %[[TO]] step %c1
//       LOOPS:       scf.for %{{.+}} = %c0{{.*}} to %c5
func.func @gradient(%e: tensor<2x16x10x10xf32>, %w: tensor<16x6x5x5xf32>) -> tensor<2x6x14x14xf32> {
  %z = arith.constant 0.0 : f32
  %n = tensor.empty() : tensor<2x16x18x18xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%n : tensor<2x16x18x18xf32>) -> tensor<2x16x18x18xf32>
  %padded = tensor.insert_slice %e into %zeros[0, 0, 4, 4] [2, 16, 10, 10] [1, 1, 1, 1] : tensor<2x16x10x10xf32> into tensor<2x16x18x18xf32>
  %n0 = tensor.empty() : tensor<2x6x14x14xf32>
  %start = linalg.fill ins(%z : f32) outs(%n0 : tensor<2x6x14x14xf32>) -> tensor<2x6x14x14xf32>
  %g = linalg.generic {indexing_maps = [#image, #filter, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%padded, %w : tensor<2x16x18x18xf32>, tensor<16x6x5x5xf32>) outs(%start : tensor<2x6x14x14xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<2x6x14x14xf32>
  return %g : tensor<2x6x14x14xf32>
}

// -----

#window = affine_map<(y, i) -> (y + i)>
#place = affine_map<(y, i) -> (y)>
#tap = affine_map<(y, i) -> (i)>

// A border of ones, a sum of other things than products and a greatest product keep all
// of their steps.
// CHECK-LABEL: func @others
//   CHECK-NOT:   pc.bounds
//       CHECK:   return
func.func @others(%e: tensor<10xf32>, %w: tensor<5xf32>) -> (tensor<14xf32>, tensor<14xf32>, tensor<14xf32>) {
  %z = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = tensor.empty() : tensor<18xf32>
  %ones = linalg.fill ins(%one : f32) outs(%n : tensor<18xf32>) -> tensor<18xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%n : tensor<18xf32>) -> tensor<18xf32>
  %in_ones = tensor.insert_slice %e into %ones[4] [10] [1] : tensor<10xf32> into tensor<18xf32>
  %in_zeros = tensor.insert_slice %e into %zeros[4] [10] [1] : tensor<10xf32> into tensor<18xf32>
  %n0 = tensor.empty() : tensor<14xf32>
  %start = linalg.fill ins(%z : f32) outs(%n0 : tensor<14xf32>) -> tensor<14xf32>
  %a = linalg.generic {indexing_maps = [#window, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%in_ones, %w : tensor<18xf32>, tensor<5xf32>) outs(%start : tensor<14xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<14xf32>
  %b = linalg.generic {indexing_maps = [#window, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%in_zeros, %w : tensor<18xf32>, tensor<5xf32>) outs(%start : tensor<14xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.subf %x, %y : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<14xf32>
  %c = linalg.generic {indexing_maps = [#window, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%in_zeros, %w : tensor<18xf32>, tensor<5xf32>) outs(%start : tensor<14xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %t = arith.maximumf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<14xf32>
  return %a, %b, %c : tensor<14xf32>, tensor<14xf32>, tensor<14xf32>
}
