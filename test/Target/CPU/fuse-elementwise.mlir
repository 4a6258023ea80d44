// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-structure-ops,pc-cpu-fuse-elementwise))' | FileCheck %s

// CHECK-LABEL: func @chain
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     math.exp
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %m = arith.mulf %x, %x : tensor<4xf32>
  %y = math.exp %m : tensor<4xf32>
  return %y : tensor<4xf32>
}

// What is used twice and takes long is computed once.
// CHECK-LABEL: func @shared
// CHECK-COUNT-3: linalg.generic
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @shared(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %m = math.exp %x : tensor<4xf32>
  %y = arith.addf %m, %x : tensor<4xf32>
  %z = arith.mulf %m, %x : tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// A product would ask for each element many times.
// CHECK-LABEL: func @product
//       CHECK:   linalg.generic
//       CHECK:   linalg.matmul
func.func @product(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>, %o: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %h = math.exp %x : tensor<4x4xf32>
  %y = linalg.matmul ins(%h, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// What takes some short instructions is computed again instead of stored.
// CHECK-LABEL: func @cheap
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     math.exp
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     math.log
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @cheap(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c = arith.constant dense<3.0> : tensor<4xf32>
  %m = arith.mulf %x, %c : tensor<4xf32>
  %y = math.exp %m : tensor<4xf32>
  %z = math.log %m : tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// Two tensors would have to be kept instead of one.
// CHECK-LABEL: func @two
// CHECK-COUNT-3: linalg.generic
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
func.func @two(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %m = arith.mulf %x, %w : tensor<4xf32>
  %y = math.exp %m : tensor<4xf32>
  %z = math.log %m : tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// A product needs it in memory, so the other one may read it there.
// CHECK-LABEL: func @stored
// CHECK-COUNT-2: linalg.generic
//       CHECK:   linalg.matmul
//       CHECK:   return
func.func @stored(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>, %o: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %c = arith.constant dense<3.0> : tensor<4x4xf32>
  %m = arith.mulf %x, %c : tensor<4x4xf32>
  %y = math.exp %m : tensor<4x4xf32>
  %z = linalg.matmul ins(%m, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y, %z : tensor<4x4xf32>, tensor<4x4xf32>
}

// What a loop repeats with the same operands will leave it: it is stored once.
// CHECK-LABEL: func @frozen
//       CHECK:   scf.for
// CHECK-COUNT-3: linalg.generic
//       CHECK:   scf.yield
func.func @frozen(%x: tensor<4xf32>, %v: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %c = arith.constant dense<3.0> : tensor<4xf32>
  %r:2 = scf.for %i = %c0 to %c9 step %c1 iter_args(%a = %v, %b = %v) -> (tensor<4xf32>, tensor<4xf32>) {
    %m = arith.mulf %x, %c : tensor<4xf32>
    %y = arith.addf %m, %a : tensor<4xf32>
    %z = arith.divf %m, %b : tensor<4xf32>
    scf.yield %y, %z : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// What no cache keeps until it is read again: one function is computed again for each reader;
// of less than four MiB, and of f64, for which it is a call, it is stored.
// CHECK-LABEL: func @large
//       CHECK:   math.exp
//       CHECK:   math.exp
//   CHECK-NOT:   math.exp
//       CHECK:   return
func.func @large(%x: tensor<1024x1024xf32>) -> (tensor<1024x1024xf32>, tensor<1024x1024xf32>) {
  %y = math.exp %x : tensor<1024x1024xf32>
  %a = arith.addf %y, %x : tensor<1024x1024xf32>
  %b = arith.negf %y : tensor<1024x1024xf32>
  return %a, %b : tensor<1024x1024xf32>, tensor<1024x1024xf32>
}
// CHECK-LABEL: func @less
//       CHECK:   math.exp
//   CHECK-NOT:   math.exp
//       CHECK:   return
func.func @less(%x: tensor<1024x1023xf32>) -> (tensor<1024x1023xf32>, tensor<1024x1023xf32>) {
  %y = math.exp %x : tensor<1024x1023xf32>
  %a = arith.addf %y, %x : tensor<1024x1023xf32>
  %b = arith.negf %y : tensor<1024x1023xf32>
  return %a, %b : tensor<1024x1023xf32>, tensor<1024x1023xf32>
}
// CHECK-LABEL: func @called
//       CHECK:   math.exp
//   CHECK-NOT:   math.exp
//       CHECK:   return
func.func @called(%x: tensor<1024x1024xf64>) -> (tensor<1024x1024xf64>, tensor<1024x1024xf64>) {
  %y = math.exp %x : tensor<1024x1024xf64>
  %a = arith.addf %y, %x : tensor<1024x1024xf64>
  %b = arith.negf %y : tensor<1024x1024xf64>
  return %a, %b : tensor<1024x1024xf64>, tensor<1024x1024xf64>
}

// Each row is two in the op in front of a reshape: the one behind is computed in more dimensions
// too. Where the last dimension is split, vectors would become short: it is not.
// CHECK-LABEL: func @rows
//       CHECK:   tensor.expand_shape %arg1
//       CHECK:   %[[Y:.+]] = linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     arith.addf
//       CHECK:   tensor.collapse_shape %[[Y]]
//   CHECK-NOT:   linalg.generic
// CHECK-LABEL: func @columns
//       CHECK:   arith.mulf
//       CHECK:   linalg.yield
//       CHECK:   tensor.collapse_shape
//       CHECK:   arith.addf
func.func @rows(%x: tensor<4x16xf32>, %y: tensor<8x16xf32>, %s: f32) -> tensor<8x16xf32> {
  %e = tensor.empty() : tensor<4x2x16xf32>
  %a = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<4x16xf32>) outs(%e : tensor<4x2x16xf32>) {
  ^bb0(%p: f32, %o: f32):
    %m = arith.mulf %p, %s : f32
    linalg.yield %m : f32
  } -> tensor<4x2x16xf32>
  %b = tensor.collapse_shape %a [[0, 1], [2]] : tensor<4x2x16xf32> into tensor<8x16xf32>
  %c = arith.addf %b, %y : tensor<8x16xf32>
  return %c : tensor<8x16xf32>
}
func.func @columns(%x: tensor<4x16xf32>, %y: tensor<4x32xf32>, %s: f32) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x16x2xf32>
  %a = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<4x16xf32>) outs(%e : tensor<4x16x2xf32>) {
  ^bb0(%p: f32, %o: f32):
    %m = arith.mulf %p, %s : f32
    linalg.yield %m : f32
  } -> tensor<4x16x2xf32>
  %b = tensor.collapse_shape %a [[0], [1, 2]] : tensor<4x16x2xf32> into tensor<4x32xf32>
  %c = arith.addf %b, %y : tensor<4x32xf32>
  return %c : tensor<4x32xf32>
}

// A gate of 64 KiB whose last use comes after 8 MiB of something else is computed again there; if that
// comes after both of its uses it is kept.
// CHECK-LABEL: func @later
//       CHECK:   math.exp
//       CHECK:   arith.mulf
//       CHECK:   math.exp
//       CHECK:   arith.subf
// CHECK-LABEL: func @soon
//       CHECK:   math.exp
//   CHECK-NOT:   math.exp
//       CHECK:   return
func.func @later(%x: tensor<64x256xf32>, %y: tensor<64x256xf32>, %w: tensor<1024x2048xf32>, %v: tensor<1024x2048xf32>)
    -> (tensor<64x256xf32>, tensor<1024x2048xf32>, tensor<64x256xf32>) {
  %gate = math.exp %x : tensor<64x256xf32>
  %first = arith.mulf %gate, %y : tensor<64x256xf32>
  %long = arith.mulf %w, %v : tensor<1024x2048xf32>
  %last = arith.subf %gate, %y : tensor<64x256xf32>
  return %first, %long, %last : tensor<64x256xf32>, tensor<1024x2048xf32>, tensor<64x256xf32>
}
func.func @soon(%x: tensor<64x256xf32>, %y: tensor<64x256xf32>, %w: tensor<1024x2048xf32>, %v: tensor<1024x2048xf32>)
    -> (tensor<64x256xf32>, tensor<1024x2048xf32>, tensor<64x256xf32>) {
  %gate = math.exp %x : tensor<64x256xf32>
  %first = arith.mulf %gate, %y : tensor<64x256xf32>
  %last = arith.subf %gate, %y : tensor<64x256xf32>
  %long = arith.mulf %w, %v : tensor<1024x2048xf32>
  return %first, %long, %last : tensor<64x256xf32>, tensor<1024x2048xf32>, tensor<64x256xf32>
}

// A pool whose windows do not overlap asks for each element once: its activity is computed there.
// Windows that overlap ask for some of them again.
// CHECK-LABEL: func @pools
//  CHECK-SAME:   (%[[X:.+]]: tensor<16x8xf32>, %[[Y:.+]]: tensor<16x8xf32>, %[[W:.+]]: tensor<2xf32>)
//       CHECK:   linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]], %[[Y]], %[[W]]
//       CHECK:     arith.addf
//       CHECK:     arith.maximumf
// CHECK-LABEL: func @overlap
//       CHECK:   %[[SUM:.+]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]}
//       CHECK:   linalg.generic {{.*}} ins(%[[SUM]], %{{.+}}
#window = affine_map<(y, n, i) -> (y * 2 + i, n)>
#inside = affine_map<(y, n, i) -> (i)>
#best = affine_map<(y, n, i) -> (y, n)>
#whole = affine_map<(y, n) -> (y, n)>
func.func @pools(%x: tensor<16x8xf32>, %y: tensor<16x8xf32>, %w: tensor<2xf32>) -> tensor<8x8xf32> {
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<16x8xf32>
  %s = linalg.generic {indexing_maps = [#whole, #whole, #whole], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<16x8xf32>, tensor<16x8xf32>) outs(%e : tensor<16x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %1 = arith.addf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<16x8xf32>
  %e1 = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%low : f32) outs(%e1 : tensor<8x8xf32>) -> tensor<8x8xf32>
  %m = linalg.generic {indexing_maps = [#window, #inside, #best], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s, %w : tensor<16x8xf32>, tensor<2xf32>) outs(%f : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %1 = arith.maximumf %o, %a : f32
    linalg.yield %1 : f32
  } -> tensor<8x8xf32>
  return %m : tensor<8x8xf32>
}
func.func @overlap(%x: tensor<17x8xf32>, %y: tensor<17x8xf32>, %w: tensor<3xf32>) -> tensor<8x8xf32> {
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<17x8xf32>
  %s = linalg.generic {indexing_maps = [#whole, #whole, #whole], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<17x8xf32>, tensor<17x8xf32>) outs(%e : tensor<17x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %1 = arith.addf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<17x8xf32>
  %e1 = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%low : f32) outs(%e1 : tensor<8x8xf32>) -> tensor<8x8xf32>
  %m = linalg.generic {indexing_maps = [#window, #inside, #best], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s, %w : tensor<17x8xf32>, tensor<3xf32>) outs(%f : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %1 = arith.maximumf %o, %a : f32
    linalg.yield %1 : f32
  } -> tensor<8x8xf32>
  return %m : tensor<8x8xf32>
}
