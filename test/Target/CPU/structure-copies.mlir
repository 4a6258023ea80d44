// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-structure-copies))' | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-structure-copies{all=true}))' | FileCheck %s --check-prefix=ALL
// ALL-NOT: memref.copy

// CHECK-LABEL: func @part
//   CHECK-NOT:   memref.copy
//       CHECK:   linalg.generic
func.func @part(%a: memref<2x3xf32>, %b: memref<4x5xf32>) {
  %s = memref.subview %b[1, 1] [2, 3] [1, 1] : memref<4x5xf32> to memref<2x3xf32, strided<[5, 1], offset: 6>>
  memref.copy %a, %s : memref<2x3xf32> to memref<2x3xf32, strided<[5, 1], offset: 6>>
  return
}

// Whole blocks, rows of a matrix among them.
// CHECK-LABEL: func @whole
// CHECK-COUNT-2: memref.copy
func.func @whole(%a: memref<2x5xf32>, %b: memref<4x5xf32>, %c: memref<2x5xf32>) {
  memref.copy %a, %c : memref<2x5xf32> to memref<2x5xf32>
  %s = memref.subview %b[1, 0] [2, 5] [1, 1] : memref<4x5xf32> to memref<2x5xf32, strided<[5, 1], offset: 5>>
  memref.copy %a, %s : memref<2x5xf32> to memref<2x5xf32, strided<[5, 1], offset: 5>>
  return
}

// The one element of the last dimension is taken by steps of two: one block to
// look at, but not to the lowering of copies, which would call for a library.
// CHECK-LABEL: func @step
//   CHECK-NOT:   memref.copy
//       CHECK:   linalg.generic
func.func @step(%a: memref<1x2x1xf32>, %b: memref<1x2x1xf32>) {
  %s = memref.subview %b[0, 0, 0] [1, 2, 1] [1, 1, 2] : memref<1x2x1xf32> to memref<1x2x1xf32, strided<[2, 1, 2]>>
  memref.copy %a, %s : memref<1x2x1xf32> to memref<1x2x1xf32, strided<[2, 1, 2]>>
  return
}
