// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-cpu-block-samples{samples=2},canonicalize)' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-cpu-block-samples{l2-bytes=128},canonicalize)' -split-input-file | FileCheck %s --check-prefix=CHOSEN
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-cpu-block-samples{l2-bytes=1048576},canonicalize)' -split-input-file | FileCheck %s --check-prefix=LARGE

#row = affine_map<(n, o, i) -> (n, i)>
#weight = affine_map<(n, o, i) -> (i, o)>
#output = affine_map<(n, o, i) -> (n, o)>
#input = affine_map<(n, o, i) -> (n, i)>
#same = affine_map<(n, o) -> (n, o)>
#bias = affine_map<(n, o) -> (o)>

// Two samples of three positions, which a product sees as six rows. What is computed from
// parameters is there once; the gradient goes on from block to block, and is scaled after the last.
// CHECK-LABEL: func @step
//  CHECK-SAME:   (%[[X:[a-z0-9]+]]: tensor<8x3x4xf32> {{.*}}, %[[W:[a-z0-9]+]]: tensor<4x5xf32> {{.*}}, %[[OLD:[a-z0-9]+]]: tensor<4x5xf32>
//   CHECK-DAG:   %[[DOUBLE:.+]] = linalg.generic {{.*}} ins(%[[W]] : tensor<4x5xf32>)
//   CHECK-DAG:   %[[ALL:.+]] = tensor.empty() : tensor<24x5xf32>
//       CHECK:   %[[DONE:.+]]:2 = scf.for %[[N:.+]] = %c0 to %c8 step %c2 iter_args(%[[SUM:.+]] = %[[OLD]], %[[BEFORE:.+]] = %[[ALL]])
//       CHECK:     %[[SOME:.+]] = tensor.extract_slice %[[X]][%[[N]], 0, 0] [2, 3, 4] [1, 1, 1]
//       CHECK:     %[[ROWS:.+]] = tensor.collapse_shape %[[SOME]] {{.*}} into tensor<6x4xf32>
//       CHECK:     %[[Y:.+]] = linalg.generic {{.*}} ins(%[[ROWS]], %[[DOUBLE]] : tensor<6x4xf32>, tensor<4x5xf32>) outs(%{{.+}} : tensor<6x5xf32>)
//       CHECK:     %[[NEXT:.+]] = linalg.generic {{.*}} ins(%[[ROWS]], %[[Y]] : {{.*}}) outs(%[[SUM]] : tensor<4x5xf32>)
//       CHECK:     %[[AT:.+]] = arith.muli %[[N]], %c3
//       CHECK:     %[[WHOLE:.+]] = tensor.insert_slice %[[Y]] into %[[BEFORE]][%[[AT]], 0] [6, 5] [1, 1]
//       CHECK:     scf.yield %[[NEXT]], %[[WHOLE]]
//       CHECK:   %[[SCALED:.+]] = linalg.generic {{.*}} ins(%[[DONE]]#0 : tensor<4x5xf32>)
//       CHECK:   return %[[DONE]]#1, %[[SCALED]]
// The product takes 60 bytes a sample, 480 in all: less than six times 128 bytes of cache.
// CHOSEN-LABEL: func @step
//   CHOSEN-NOT:   scf.for
//       CHOSEN:   return
// LARGE-LABEL: func @step
//   LARGE-NOT:   scf.for
//       LARGE:   return
func.func @step(%x: tensor<8x3x4xf32> {pc.role = "input"}, %w: tensor<4x5xf32> {pc.role = "parameter"}, %old: tensor<4x5xf32> {pc.role = "parameter"})
    -> (tensor<24x5xf32>, tensor<4x5xf32>) {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<24x5xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<24x5xf32>) -> tensor<24x5xf32>
  %we = tensor.empty() : tensor<4x5xf32>
  %double = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<4x5xf32>) outs(%we : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<4x5xf32>
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<8x3x4xf32> into tensor<24x4xf32>
  %y = linalg.generic {indexing_maps = [#row, #weight, #output], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%rows, %double : tensor<24x4xf32>, tensor<4x5xf32>) outs(%zeros : tensor<24x5xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %m = arith.mulf %a, %b : f32
    %u = arith.addf %s, %m : f32
    linalg.yield %u : f32
  } -> tensor<24x5xf32>
  %sum = linalg.generic {indexing_maps = [#row, #output, #weight], iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%rows, %y : tensor<24x4xf32>, tensor<24x5xf32>) outs(%old : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %m = arith.mulf %a, %b : f32
    %u = arith.addf %s, %m : f32
    linalg.yield %u : f32
  } -> tensor<4x5xf32>
  %scaled = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<4x5xf32>) outs(%we : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<4x5xf32>
  return %y, %scaled : tensor<24x5xf32>, tensor<4x5xf32>
}

// -----

#same = affine_map<(n, o) -> (n, o)>

// Without sums 24 samples, of 32 bytes each, are six times 128 bytes: 32 of them divide the batch. A
// border is put around features alone.
// CHECK-LABEL: func @forward
//       CHECK:   scf.for %{{.+}} = %c0 to %c64 step %c2
//       CHECK:     tensor.pad %{{.+}} low[0, 1] high[0, 1]
//       CHECK:     } : tensor<2x2xf32> to tensor<2x4xf32>
// CHOSEN-LABEL: func @forward
//       CHOSEN:   scf.for %{{.+}} = %c0 to %c64 step %c32
// LARGE-LABEL: func @forward
//   LARGE-NOT:   scf.for
//       LARGE:   return
func.func @forward(%x: tensor<64x2xf32> {pc.role = "input"}) -> tensor<64x4xf32> {
  %z = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : f32
  } : tensor<64x2xf32> to tensor<64x4xf32>
  %e = tensor.empty() : tensor<64x4xf32>
  %y = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<64x4xf32>) outs(%e : tensor<64x4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<64x4xf32>
  return %y : tensor<64x4xf32>
}

// -----

#same = affine_map<(n, o) -> (n, o)>
#column = affine_map<(n, o) -> (o)>

// Each sample less the sum of all: nothing is known for some of them.
// CHECK-LABEL: func @normalised
//   CHECK-NOT:   scf.for
//       CHECK:   return
func.func @normalised(%x: tensor<8x4xf32> {pc.role = "input"}) -> tensor<8x4xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.generic {indexing_maps = [#same, #column], iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<8x4xf32>) outs(%zeros : tensor<4xf32>) {
  ^bb0(%a: f32, %s: f32):
    %u = arith.addf %s, %a : f32
    linalg.yield %u : f32
  } -> tensor<4xf32>
  %ye = tensor.empty() : tensor<8x4xf32>
  %y = linalg.generic {indexing_maps = [#same, #column, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x, %sum : tensor<8x4xf32>, tensor<4xf32>) outs(%ye : tensor<8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// -----

#same = affine_map<(n, o) -> (n, o)>
#turned = affine_map<(n, o) -> (o, n)>

// The number of a sample, a product of all samples with all, and a reshape that takes samples apart.
// CHECK-LABEL: func @number
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @gram
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @apart
//   CHECK-NOT:   scf.for
//       CHECK:   return
func.func @number(%x: tensor<8x4xindex> {pc.role = "input"}) -> tensor<8x4xindex> {
  %e = tensor.empty() : tensor<8x4xindex>
  %y = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x4xindex>) outs(%e : tensor<8x4xindex>) {
  ^bb0(%a: index, %b: index):
    %n = linalg.index 0 : index
    %s = arith.addi %a, %n : index
    linalg.yield %s : index
  } -> tensor<8x4xindex>
  return %y : tensor<8x4xindex>
}
func.func @gram(%x: tensor<8x8xf32> {pc.role = "input"}) -> tensor<8x8xf32> {
  %e = tensor.empty() : tensor<8x8xf32>
  %y = linalg.generic {indexing_maps = [#same, #turned, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x, %x : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}
func.func @apart(%x: tensor<8x4xf32> {pc.role = "input"}) -> tensor<2x4x4xf32> {
  %e = tensor.empty() : tensor<2x4x4xf32>
  %v = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 4, 4] : tensor<8x4xf32> into tensor<2x4x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (a, b, c)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%v : tensor<2x4x4xf32>) outs(%e : tensor<2x4x4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// -----

#same = affine_map<(n, o) -> (n, o)>

// Alone the first would have blocks of 32 samples, the second of 16: what both compute is the same code only
// in blocks of one size.
// CHOSEN-LABEL: func @less
//       CHOSEN:   scf.for %{{.+}} = %c0 to %c64 step %c32
// CHOSEN-LABEL: func @more
//       CHOSEN:   scf.for %{{.+}} = %c0 to %c64 step %c32
func.func @less(%x: tensor<64x8xf32> {pc.role = "input"}) -> tensor<64x8xf32> {
  %e = tensor.empty() : tensor<64x8xf32>
  %y = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x8xf32>) outs(%e : tensor<64x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<64x8xf32>
  return %y : tensor<64x8xf32>
}
func.func @more(%x: tensor<64x8xf32> {pc.role = "input"}) -> tensor<64x8xf32> {
  %e = tensor.empty() : tensor<64x8xf32>
  %y = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x8xf32>) outs(%e : tensor<64x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<64x8xf32>
  %z = linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<64x8xf32>) outs(%e : tensor<64x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<64x8xf32>
  return %z : tensor<64x8xf32>
}
