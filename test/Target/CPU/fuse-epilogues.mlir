// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-fuse-epilogues))' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-fuse-epilogues,pc-cpu-vectorize-nests{vector-bits=128 registers=16}))' | FileCheck %s --check-prefix=TILES

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>

// Bias and activation: the sums are in registers only.
// CHECK-LABEL: func @layer(
//       CHECK:   linalg.matmul
//  CHECK-NEXT:   linalg.generic {{.*}} attrs = {pc.epilogue = true}
// TILES-LABEL: func @layer(
//  TILES-SAME:   %{{.+}}: memref<4x8xf32>, %{{.+}}: memref<8x4xf32>, %[[BIAS:[a-z0-9]+]]: memref<4xf32>, %[[Y:[a-z0-9]+]]: memref<4x4xf32>
//       TILES:   %[[B:.+]] = memref.reinterpret_cast %[[BIAS]]
//       TILES:   %[[OUT:.+]] = memref.reinterpret_cast %[[Y]]
//       TILES:   %[[SUMS:.+]]:4 = scf.for
//   TILES-NOT:   vector.store
//       TILES:   %[[V:.+]] = vector.load %[[B]]
//       TILES:   %[[A:.+]] = arith.addf %[[SUMS]]#0, %[[V]]
//       TILES:   %[[M:.+]] = arith.maximumf %[[A]]
//       TILES:   vector.store %[[M]], %[[OUT]]
func.func @layer(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %b: memref<4xf32>, %y: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%s : memref<4x4xf32>)
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%s : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%s, %b : memref<4x4xf32>, memref<4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %a = arith.addf %p, %q : f32
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Others read the sums: they are stored too.
// CHECK-LABEL: func @read_again(
//       CHECK:   attrs = {pc.epilogue = false}
// TILES-LABEL: func @read_again(
//       TILES:   memref.reinterpret_cast
//       TILES:   memref.reinterpret_cast
//       TILES:   %[[S:.+]] = memref.reinterpret_cast
//       TILES:   %[[SUMS:.+]]:4 = scf.for
//       TILES:   vector.store %[[SUMS]]#0, %[[S]]
//       TILES:   vector.store %[[SUMS]]#3, %[[S]]
//       TILES:   arith.mulf %[[SUMS]]#0, %[[SUMS]]#0
func.func @read_again(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %s: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%s : memref<4x4xf32>)
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%s : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%s : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A long sum is one of blocks, which memory holds in between; the weight is
// updated after the last one.
// CHECK-LABEL: func @update(
//       CHECK:   attrs = {pc.epilogue = true}
// TILES-LABEL: func @update(
//  TILES-SAME:   %[[W:[a-z0-9]+]]: memref<64x64xf32>
//       TILES:   %[[WEIGHT:.+]] = memref.reinterpret_cast %[[W]]
//       TILES:   arith.cmpi eq, %{{.+}}, %c0
//       TILES:   %[[ENDS:.+]] = arith.cmpi eq, %{{.+}}, %c4096
//       TILES:   scf.if %[[ENDS]] {
//       TILES:     vector.load %[[WEIGHT]]
//       TILES:     vector.store %{{.+}}, %[[WEIGHT]]
//       TILES:   } else {
//   TILES-NOT:     %[[WEIGHT]]
//       TILES:   }
func.func @update(%w: memref<64x64xf32>, %x: memref<4096x64xf32>, %d: memref<4096x64xf32>) {
  %zero = arith.constant 0.0 : f32
  %rate = arith.constant 0.1 : f32
  %g = memref.alloc() : memref<64x64xf32>
  linalg.fill ins(%zero : f32) outs(%g : memref<64x64xf32>)
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %d : memref<4096x64xf32>, memref<4096x64xf32>) outs(%g : memref<64x64xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%g : memref<64x64xf32>) outs(%w : memref<64x64xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %rate : f32
    %s = arith.subf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// What lies between writes what the product reads: the elementwise op goes up
// to it, with the buffer that it is given. It is never said to write over sums
// that it does not.
// CHECK-LABEL: func @up(
//       CHECK:   linalg.matmul
//  CHECK-NEXT:   %[[O:.+]] = memref.alloc
//  CHECK-NEXT:   linalg.generic {{.*}} outs(%[[O]] : {{.*}} attrs = {pc.epilogue = false}
//       CHECK:   linalg.fill
func.func @up(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %y: memref<4x4xf32>) -> memref<4x4xf32> {
  %zero = arith.constant 0.0 : f32
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.fill ins(%zero : f32) outs(%x : memref<4x8xf32>)
  %o = memref.alloc() : memref<4x4xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%y : memref<4x4xf32>) outs(%o : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return %o : memref<4x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Another op computes in between and reads what is updated: the product goes
// down, since its factors are smaller than its sums, which need no memory then.
// It stays where they are not.
// CHECK-LABEL: func @down(
//       CHECK:   memref.copy
//       CHECK:   linalg.matmul ins(%{{.+}}, %{{.+}} : memref<4x1xf32>
//  CHECK-NEXT:   linalg.generic {{.*}} attrs = {pc.epilogue = true}
//       CHECK:   linalg.matmul ins(%{{.+}}, %{{.+}} : memref<4x8xf32>
//       CHECK:   memref.copy
//   CHECK-NOT:   pc.epilogue
func.func @down(%x: memref<4x1xf32>, %d: memref<1x4xf32>, %w: memref<4x4xf32>, %p: memref<4x8xf32>, %q: memref<8x4xf32>, %c: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %g = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%g : memref<4x4xf32>)
  linalg.matmul ins(%x, %d : memref<4x1xf32>, memref<1x4xf32>) outs(%g : memref<4x4xf32>)
  memref.copy %w, %c : memref<4x4xf32> to memref<4x4xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%g : memref<4x4xf32>) outs(%w : memref<4x4xf32>) {
  ^bb0(%a: f32, %r: f32):
    %m = arith.subf %r, %a : f32
    linalg.yield %m : f32
  }
  %h = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%h : memref<4x4xf32>)
  linalg.matmul ins(%p, %q : memref<4x8xf32>, memref<8x4xf32>) outs(%h : memref<4x4xf32>)
  memref.copy %w, %c : memref<4x4xf32> to memref<4x4xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%h : memref<4x4xf32>) outs(%w : memref<4x4xf32>) {
  ^bb0(%a: f32, %r: f32):
    %m = arith.subf %r, %a : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// It goes nowhere where both would read something else: here the other operand
// comes about in between.
// CHECK-LABEL: func @apart(
//   CHECK-NOT:   pc.epilogue
func.func @apart(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %y: memref<4x4xf32>, %z: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.fill ins(%zero : f32) outs(%x : memref<4x8xf32>)
  linalg.fill ins(%zero : f32) outs(%z : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%y, %z : memref<4x4xf32>, memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// What a branch results in may be any buffer, the factor of the product too.
// CHECK-LABEL: func @branch(
//   CHECK-NOT:   pc.epilogue
func.func @branch(%c: i1, %x: memref<4x4xf32>, %w: memref<4x4xf32>, %y: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %z = scf.if %c -> (memref<4x4xf32>) {
    scf.yield %x : memref<4x4xf32>
  } else {
    scf.yield %w : memref<4x4xf32>
  }
  linalg.matmul ins(%x, %w : memref<4x4xf32>, memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.fill ins(%zero : f32) outs(%z : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%y : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Tiles that are written would be read again by others.
// CHECK-LABEL: func @over_factor(
//   CHECK-NOT:   pc.epilogue
func.func @over_factor(%x: memref<4x4xf32>, %w: memref<4x4xf32>, %y: memref<4x4xf32>) {
  linalg.matmul ins(%x, %w : memref<4x4xf32>, memref<4x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%y : memref<4x4xf32>) outs(%x : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// The next op that has to do with the buffer reads another part of it, of the
// same shape: those are not the sums.
// CHECK-LABEL: func @other_part(
//   CHECK-NOT:   pc.epilogue
// CHECK-LABEL: func @same_part(
//       CHECK:   pc.epilogue = false
func.func @other_part(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %b: memref<8x4xf32>, %y: memref<4x4xf32>) {
  %0 = memref.subview %b[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  %1 = memref.subview %b[4, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 16>>
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%1 : memref<4x4xf32, strided<[4, 1], offset: 16>>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : memref<4x4xf32, strided<[4, 1]>>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}
func.func @same_part(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %b: memref<8x4xf32>, %y: memref<4x4xf32>) {
  %0 = memref.subview %b[4, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 16>>
  %1 = memref.subview %b[4, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 16>>
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%1 : memref<4x4xf32, strided<[4, 1], offset: 16>>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : memref<4x4xf32, strided<[4, 1], offset: 16>>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A function is many instructions, which are written out for a row of the tile alone: the sums are on the stack.
// CHECK-LABEL: func @function(
//       CHECK:   attrs = {pc.epilogue = true}
// TILES-LABEL: func @function(
//  TILES-SAME:   memref<4x4xf32>)
//       TILES:   %[[SUMS:.+]] = memref.alloca() {alignment = 64 : i64} : memref<16xf32>
//       TILES:   vector.store %{{.+}}, %[[SUMS]][%c0
//       TILES:   scf.for %[[ROW:.+]] = %c0{{.*}} to %c4
//       TILES:     %[[AT:.+]] = arith.muli %[[ROW]], %c4
//       TILES:     %[[SUM:.+]] = vector.load %[[SUMS]][%[[AT]]]
//       TILES:     %[[DONE:.+]] = math.tanh %[[SUM]]
//       TILES:     vector.store %[[DONE]]
//   TILES-NOT:   math.tanh
//       TILES:   return
func.func @function(%x: memref<4x8xf32>, %w: memref<8x4xf32>, %y: memref<4x4xf32>) {
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x4xf32>) outs(%y : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%y : memref<4x4xf32>) outs(%y : memref<4x4xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = math.tanh %p : f32
    linalg.yield %m : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// Read across: each is better alone, and the sums are stored.
// CHECK-LABEL: func @across(
//       CHECK:   pc.epilogue = false
// TILES-LABEL: func @across(
//  TILES-SAME:   %[[S:[a-z0-9]+]]: memref<64x64xf32>, %[[Y:[a-z0-9]+]]: memref<64x64xf32>
//       TILES:   %[[SUMS:.+]] = memref.reinterpret_cast %[[S]]
//       TILES:   vector.store %{{.+}}, %[[SUMS]]
//       TILES:   %[[AGAIN:.+]] = memref.reinterpret_cast %[[S]]
//       TILES:   vector.load %[[AGAIN]]
func.func @across(%s: memref<64x64xf32>, %y: memref<64x64xf32>, %x: memref<64x256xf32>, %w: memref<256x64xf32>) {
  linalg.matmul ins(%x, %w : memref<64x256xf32>, memref<256x64xf32>) outs(%s : memref<64x64xf32>)
  linalg.generic {indexing_maps = [#turned, #id], iterator_types = ["parallel", "parallel"]} ins(%s : memref<64x64xf32>) outs(%y : memref<64x64xf32>) {
  ^bb0(%p: f32, %r: f32):
    %m = arith.mulf %p, %p : f32
    linalg.yield %m : f32
  }
  return
}
