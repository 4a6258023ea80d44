// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-cpu-outline-nests)' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-cpu-outline-nests{fewest=3})' | FileCheck %s --check-prefix=THREE

#map = affine_map<(d0) -> (d0)>

// Two products with a fill each: one function, of which the fill is a part.
// CHECK-LABEL: func @products(
//  CHECK-SAME:   %[[A:.+]]: memref<4x8xf32>, %[[B:.+]]: memref<8x8xf32>, %[[C:.+]]: memref<4x8xf32>
//       CHECK:   %[[T:.+]] = memref.alloc
//   CHECK-NOT:   linalg
//       CHECK:   call @nest(%[[A]], %[[B]], %[[T]])
//       CHECK:   call @nest(%[[T]], %[[B]], %[[C]])
//       CHECK: func private @nest(
//  CHECK-SAME:   %{{.+}}: memref<4x8xf32> {llvm.noalias}, %{{.+}}: memref<8x8xf32> {llvm.noalias}, %[[OUT:.+]]: memref<4x8xf32> {llvm.noalias})
//  CHECK-SAME:   llvm.linkage = #llvm.linkage<internal>
//       CHECK:   linalg.fill {{.*}} outs(%[[OUT]]
//       CHECK:   linalg.matmul {{.*}} outs(%[[OUT]]
// THREE-LABEL: func @products(
//   THREE-NOT:   call
func.func @products(%a: memref<4x8xf32>, %b: memref<8x8xf32>, %c: memref<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc() : memref<4x8xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<4x8xf32>)
  linalg.matmul ins(%a, %b : memref<4x8xf32>, memref<8x8xf32>) outs(%t : memref<4x8xf32>)
  linalg.fill ins(%zero : f32) outs(%c : memref<4x8xf32>)
  linalg.matmul ins(%t, %b : memref<4x8xf32>, memref<8x8xf32>) outs(%c : memref<4x8xf32>)
  return
}

// -----

#map = affine_map<(d0) -> (d0)>

// Parts of a buffer differ in where they begin. A buffer that is read and
// written is passed once.
// CHECK-LABEL: func @parts(
//  CHECK-SAME:   %[[X:.+]]: memref<3x8xf32>
//       CHECK:   call @nest(%[[X]], %c0{{.*}}, %c8{{.*}}) : (memref<3x8xf32>, index, index) -> ()
//       CHECK:   call @nest(%[[X]], %c8{{.*}}, %c16{{.*}})
//       CHECK: func private @nest(%[[Y:.+]]: memref<3x8xf32> {llvm.noalias}, %[[FROM:.+]]: index, %[[TO:.+]]: index)
//       CHECK:   memref.reinterpret_cast %[[Y]] to offset: [%[[FROM]]], sizes: [8], strides: [1]
//       CHECK:   memref.reinterpret_cast %[[Y]] to offset: [%[[TO]]]
//       CHECK:   arith.constant 2.000000e+00
//       CHECK:   linalg.generic
func.func @parts(%x: memref<3x8xf32>) {
  %two = arith.constant 2.0 : f32
  %0 = memref.subview %x[0, 0] [1, 8] [1, 1] : memref<3x8xf32> to memref<8xf32, strided<[1]>>
  %1 = memref.subview %x[1, 0] [1, 8] [1, 1] : memref<3x8xf32> to memref<8xf32, strided<[1], offset: 8>>
  %2 = memref.subview %x[2, 0] [1, 8] [1, 1] : memref<3x8xf32> to memref<8xf32, strided<[1], offset: 16>>
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%0 : memref<8xf32, strided<[1]>>) outs(%1 : memref<8xf32, strided<[1], offset: 8>>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %two : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%1 : memref<8xf32, strided<[1], offset: 8>>) outs(%2 : memref<8xf32, strided<[1], offset: 16>>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %two : f32
    linalg.yield %s : f32
  }
  return
}

// -----

#map = affine_map<(d0) -> (d0)>

// Not the same: another constant, another op, one buffer in place of two, a
// value that is no constant.
// CHECK-LABEL: func @different(
//   CHECK-NOT:   call
func.func @different(%x: memref<8xf32>, %y: memref<8xf32>, %s: f32) {
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %two : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %three : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %two : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%x : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %two : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %s : f32
    linalg.yield %r : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %s : f32
    linalg.yield %r : f32
  }
  return
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A product and the op that ends its tiles are one function; a product without
// one is another.
// CHECK-LABEL: func @epilogues(
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<4x4xf32>, %[[B:[a-z0-9]+]]: memref<4x4xf32>, %[[C:[a-z0-9]+]]: memref<4x4xf32>)
//       CHECK:   %[[S:.+]] = memref.alloc
//  CHECK-NEXT:   call @nest(%[[A]], %[[B]], %[[S]], %[[C]])
//  CHECK-NEXT:   %[[T:.+]] = memref.alloc
//  CHECK-NEXT:   call @nest(%[[B]], %[[A]], %[[T]], %[[C]])
//  CHECK-NEXT:   linalg.matmul
//       CHECK: func private @nest(
//  CHECK-SAME:   %{{.+}}: memref<4x4xf32> {{.*}}, %{{.+}}: memref<4x4xf32> {{.*}}, %[[SUMS:.+]]: memref<4x4xf32> {{.*}}, %[[OUT:.+]]: memref<4x4xf32>
//       CHECK:   linalg.fill {{.*}} outs(%[[SUMS]]
//       CHECK:   linalg.matmul {{.*}} outs(%[[SUMS]]
//  CHECK-NEXT:   linalg.generic {{.*}} ins(%[[SUMS]] {{.*}} outs(%[[OUT]] {{.*}} attrs = {pc.epilogue = true}
// THREE-LABEL: func @epilogues(
//   THREE-NOT:   call
func.func @epilogues(%a: memref<4x4xf32>, %b: memref<4x4xf32>, %c: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %s = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%s : memref<4x4xf32>)
  linalg.matmul ins(%a, %b : memref<4x4xf32>, memref<4x4xf32>) outs(%s : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%s : memref<4x4xf32>) outs(%c : memref<4x4xf32>) attrs = {pc.epilogue = true} {
  ^bb0(%p: f32, %r: f32):
    %m = arith.subf %r, %p : f32
    linalg.yield %m : f32
  }
  %t = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<4x4xf32>)
  linalg.matmul ins(%b, %a : memref<4x4xf32>, memref<4x4xf32>) outs(%t : memref<4x4xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%t : memref<4x4xf32>) outs(%c : memref<4x4xf32>) attrs = {pc.epilogue = true} {
  ^bb0(%p: f32, %r: f32):
    %m = arith.subf %r, %p : f32
    linalg.yield %m : f32
  }
  linalg.matmul ins(%a, %b : memref<4x4xf32>, memref<4x4xf32>) outs(%c : memref<4x4xf32>)
  return
}
