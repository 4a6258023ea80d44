// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-reuse-operands))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-reuse-operands,pc-cpu-pass-by-destination),one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map},canonicalize)' -split-input-file | FileCheck %s --check-prefix=MEMORY

#id = affine_map<(i, j) -> (i, j)>

// The activation over the product, in another shape, that nobody else reads; what leaves
// the function has a place of its own.
// CHECK-LABEL: func @activation
//       CHECK:   %[[FLAT:.+]] = tensor.expand_shape
//       CHECK:   %[[Y:.+]] = linalg.generic {{.*}} ins(%[[FLAT]] : {{.*}}) outs(%[[FLAT]] :
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]] : {{.*}}) outs(%{{.*}} :
//       CHECK-NOT: outs(%[[Y]]
//       CHECK:   return
// One buffer for both, and no copy.
// MEMORY-LABEL: func @activation
// MEMORY-COUNT-1: memref.alloc
//   MEMORY-NOT:   memref.alloc
//   MEMORY-NOT:   memref.copy
//       MEMORY:   return
func.func @activation(%a: tensor<32x8xf32>, %b: tensor<8x16xf32>) -> tensor<4x8x16xf32> {
  %z = arith.constant 0.0 : f32
  %n = tensor.empty() : tensor<32x16xf32>
  %f = linalg.fill ins(%z : f32) outs(%n : tensor<32x16xf32>) -> tensor<32x16xf32>
  %p = linalg.matmul ins(%a, %b : tensor<32x8xf32>, tensor<8x16xf32>) outs(%f : tensor<32x16xf32>) -> tensor<32x16xf32>
  %s = tensor.expand_shape %p [[0, 1], [2]] output_shape [4, 8, 16] : tensor<32x16xf32> into tensor<4x8x16xf32>
  %n0 = tensor.empty() : tensor<4x8x16xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s : tensor<4x8x16xf32>) outs(%n0 : tensor<4x8x16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = math.tanh %x : f32
    linalg.yield %t : f32
  } -> tensor<4x8x16xf32>
  %n1 = tensor.empty() : tensor<4x8x16xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y : tensor<4x8x16xf32>) outs(%n1 : tensor<4x8x16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = arith.negf %x : f32
    linalg.yield %t : f32
  } -> tensor<4x8x16xf32>
  return %w : tensor<4x8x16xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// Not over what is read later, perhaps under another name, what is read elsewhere in the
// same op, or what belongs to the caller.
// CHECK-LABEL: func @kept
//       CHECK:   tensor.collapse_shape
//       CHECK:   %[[N:.+]] = tensor.empty
//       CHECK:   linalg.generic {{.*}} outs(%[[N]] :
//       CHECK:   %[[M:.+]] = tensor.empty
//       CHECK:   linalg.generic {{.*}} outs(%[[M]] :
//       CHECK:   %[[K:.+]] = tensor.empty
//       CHECK:   linalg.generic {{.*}} outs(%[[K]] :
func.func @kept(%a: tensor<16x16xf32>, %b: tensor<16x16xf32>) -> tensor<f32> {
  %z = arith.constant 0.0 : f32
  %n = tensor.empty() : tensor<16x16xf32>
  %p = linalg.exp ins(%a : tensor<16x16xf32>) outs(%n : tensor<16x16xf32>) -> tensor<16x16xf32>
  %name = tensor.collapse_shape %p [[0, 1]] : tensor<16x16xf32> into tensor<256xf32>
  %n0 = tensor.empty() : tensor<16x16xf32>
  %later = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%p, %b : tensor<16x16xf32>, tensor<16x16xf32>) outs(%n0 : tensor<16x16xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %t = arith.mulf %x, %y : f32
    linalg.yield %t : f32
  } -> tensor<16x16xf32>
  %n1 = tensor.empty() : tensor<16x16xf32>
  %twice = linalg.generic {indexing_maps = [#id, #turned, #id], iterator_types = ["parallel", "parallel"]}
      ins(%later, %later : tensor<16x16xf32>, tensor<16x16xf32>) outs(%n1 : tensor<16x16xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %t = arith.subf %x, %y : f32
    linalg.yield %t : f32
  } -> tensor<16x16xf32>
  %n2 = tensor.empty() : tensor<16x16xf32>
  %callers = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<16x16xf32>) outs(%n2 : tensor<16x16xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = arith.negf %x : f32
    linalg.yield %t : f32
  } -> tensor<16x16xf32>
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %sum = linalg.generic {indexing_maps = [#id, #id, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%twice, %callers : tensor<16x16xf32>, tensor<16x16xf32>) outs(%f : tensor<f32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %t = arith.mulf %x, %y : f32
    %u = arith.addf %s, %t : f32
    linalg.yield %u : f32
  } -> tensor<f32>
  %all = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%name : tensor<256xf32>) outs(%sum : tensor<f32>) {
  ^bb0(%x: f32, %s: f32):
    %u = arith.addf %s, %x : f32
    linalg.yield %u : f32
  } -> tensor<f32>
  return %all : tensor<f32>
}
