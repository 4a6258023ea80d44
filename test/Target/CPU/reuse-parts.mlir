// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-reuse-parts))' -split-input-file | FileCheck %s

#same = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// Two steps add to their halves of what was projected for both, and are read as parts of it,
// the first one after the second step, too.
// CHECK-LABEL: func @steps
//       CHECK:   %[[ALL:.+]] = memref.alloc() : memref<8x8xf32>
//   CHECK-NOT:   memref.alloc
//       CHECK:   linalg.fill {{.*}} outs(%[[ALL]]
//       CHECK:   %[[FIRST:.+]] = memref.subview %[[ALL]][0, 0] [4, 8]
//       CHECK:   linalg.generic {{.*}} ins(%[[FIRST]], %{{.+}} :{{.*}} outs(%[[FIRST]] :
//       CHECK:   %[[SECOND:.+]] = memref.subview %[[ALL]][4, 0] [4, 8]
//       CHECK:   linalg.generic {{.*}} ins(%[[SECOND]], %[[FIRST]] :{{.*}} outs(%[[SECOND]] :
//       CHECK:   %[[GATE:.+]] = memref.subview %[[FIRST]][0, 4] [4, 4]
//       CHECK:   linalg.copy ins(%[[GATE]]
//       CHECK:   memref.copy %[[SECOND]]
func.func @steps(%h: memref<4x8xf32>, %y: memref<4x4xf32>, %z: memref<4x8xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x8xf32>
  %a = memref.alloc() : memref<4x8xf32>
  %b = memref.alloc() : memref<4x8xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x8xf32>)
  %first = memref.subview %all[0, 0] [4, 8] [1, 1] : memref<8x8xf32> to memref<4x8xf32, strided<[8, 1]>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %h : memref<4x8xf32, strided<[8, 1]>>, memref<4x8xf32>) outs(%a : memref<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  %second = memref.subview %all[4, 0] [4, 8] [1, 1] : memref<8x8xf32> to memref<4x8xf32, strided<[8, 1], offset: 32>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%second, %a : memref<4x8xf32, strided<[8, 1], offset: 32>>, memref<4x8xf32>) outs(%b : memref<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  %gate = memref.subview %a[0, 4] [4, 4] [1, 1] : memref<4x8xf32> to memref<4x4xf32, strided<[8, 1], offset: 4>>
  linalg.copy ins(%gate : memref<4x4xf32, strided<[8, 1], offset: 4>>) outs(%y : memref<4x4xf32>)
  memref.copy %b, %z : memref<4x8xf32> to memref<4x8xf32>
  return
}

// -----

#same = affine_map<(i, j) -> (i, j)>
#turned = affine_map<(i, j) -> (j, i)>

// What is read again, as a whole, as a part that overlaps or by the op itself in another order, stays.
// CHECK-LABEL: func @again
// CHECK-COUNT-2: memref.alloc()
// CHECK-LABEL: func @overlap
// CHECK-COUNT-2: memref.alloc()
// CHECK-LABEL: func @other_order
// CHECK-COUNT-2: memref.alloc()
// CHECK-LABEL: func @viewed
// CHECK-COUNT-2: memref.alloc()
// CHECK-LABEL: func @carried
// CHECK-COUNT-2: memref.alloc()
func.func @again(%h: memref<4x4xf32>, %y: memref<8x4xf32>, %z: memref<4x4xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %h : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  memref.copy %all, %y : memref<8x4xf32> to memref<8x4xf32>
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}
func.func @overlap(%h: memref<4x4xf32>, %y: memref<4x4xf32>, %z: memref<4x4xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  %next = memref.subview %all[3, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1], offset: 12>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %h : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  linalg.copy ins(%next : memref<4x4xf32, strided<[4, 1], offset: 12>>) outs(%y : memref<4x4xf32>)
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}
func.func @other_order(%z: memref<4x4xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  linalg.generic {indexing_maps = [#same, #turned, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %first : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32, strided<[4, 1]>>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}
func.func @viewed(%h: memref<4x4xf32>, %y: memref<2x4xf32>, %z: memref<4x4xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  %half = memref.subview %a[0, 0] [2, 4] [1, 1] : memref<4x4xf32> to memref<2x4xf32, strided<[4, 1]>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %h : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  linalg.copy ins(%half : memref<2x4xf32, strided<[4, 1]>>) outs(%y : memref<2x4xf32>)
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}

// Here a loop has given the buffer another name, which is read later.
func.func @carried(%h: memref<4x4xf32>, %y: memref<8x4xf32>, %z: memref<4x4xf32>, %c: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  %other = scf.for %i = %c0 to %n step %c1 iter_args(%m = %all) -> (memref<8x4xf32>) {
    linalg.fill ins(%c : f32) outs(%m : memref<8x4xf32>)
    scf.yield %m : memref<8x4xf32>
  }
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %h : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  memref.copy %other, %y : memref<8x4xf32> to memref<8x4xf32>
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}

// -----

#same = affine_map<(i, j) -> (i, j)>

// What was added to in place is free again: the product of the state is read last where the part is.
// CHECK-LABEL: func @product
//       CHECK:   %[[ALL:.+]] = memref.alloc() : memref<8x4xf32>
//       CHECK:   %[[A:.+]] = memref.alloc() : memref<4x4xf32>
//       CHECK:   linalg.matmul {{.*}} outs(%[[A]]
//       CHECK:   %[[FIRST:.+]] = memref.subview %[[ALL]][0, 0]
//       CHECK:   linalg.generic {{.*}} ins(%[[FIRST]], %[[A]] : {{.*}} outs(%[[FIRST]]
//       CHECK:   memref.copy %[[FIRST]]
func.func @product(%h: memref<4x4xf32>, %w: memref<4x4xf32>, %z: memref<4x4xf32>, %c: f32) {
  %all = memref.alloc() : memref<8x4xf32>
  %a = memref.alloc() : memref<4x4xf32>
  linalg.fill ins(%c : f32) outs(%all : memref<8x4xf32>)
  linalg.fill ins(%c : f32) outs(%a : memref<4x4xf32>)
  linalg.matmul ins(%h, %w : memref<4x4xf32>, memref<4x4xf32>) outs(%a : memref<4x4xf32>)
  %first = memref.subview %all[0, 0] [4, 4] [1, 1] : memref<8x4xf32> to memref<4x4xf32, strided<[4, 1]>>
  linalg.generic {indexing_maps = [#same, #same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%first, %a : memref<4x4xf32, strided<[4, 1]>>, memref<4x4xf32>) outs(%a : memref<4x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  }
  memref.copy %a, %z : memref<4x4xf32> to memref<4x4xf32>
  return
}
