// RUN: pc-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(func.func(pc-gpu-unroll-loops{limit=50}))' | FileCheck %s

// Three iterations, each on a slice of its own.
// CHECK-LABEL: func @known
//   CHECK-NOT:   scf.for
// CHECK-COUNT-3: memref.subview
//   CHECK-NOT:   memref.subview
//       CHECK:   return
func.func @known(%a: memref<3x4xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %row = memref.subview %a[%i, 0] [1, 4] [1, 1] : memref<3x4xf32> to memref<4xf32, strided<[1], offset: ?>>
    linalg.fill ins(%v : f32) outs(%row : memref<4xf32, strided<[1], offset: ?>>)
  }
  return
}

// How often this one runs is known to the device alone: it stays.
// CHECK-LABEL: func @unknown
//       CHECK:   scf.for
func.func @unknown(%a: memref<4xf32>, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.store %v, %a[%i] : memref<4xf32>
  }
  return
}

// -----

func.func @too_many(%a: memref<4xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c99 = arith.constant 99 : index
  // expected-error @below {{expected at most 50 operations in a command buffer, but got 99 iterations of 3 operations in this loop}}
  scf.for %i = %c0 to %c99 step %c1 {
    memref.store %v, %a[%c0] : memref<4xf32>
  }
  return
}
