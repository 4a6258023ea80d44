// RUN: pc-opt %s -split-input-file -pc-check-state-aliasing -verify-diagnostics | FileCheck %s

// Two states, each made from the old value of the other one.

// A copy keeps the old value: the check has nothing to say.
// CHECK-LABEL: func @l2_kept
func.func @l2_kept(%a: memref<4xf32>, %b: memref<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %old = memref.alloc() : memref<4xf32>
  scf.for %i = %c0 to %n step %c1 {
    memref.copy %a, %old : memref<4xf32> to memref<4xf32>
    linalg.exp ins(%b : memref<4xf32>) outs(%a : memref<4xf32>)
    linalg.tanh ins(%old : memref<4xf32>) outs(%b : memref<4xf32>)
  }
  return
}

// -----

// The same without the copy: the planted fault.
func.func @l2_reads_what_is_new(%a: memref<4xf32>, %b: memref<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %m = memref.alloc() : memref<4xf32>
    linalg.abs ins(%a : memref<4xf32>) outs(%m : memref<4xf32>)
    // expected-note @below {{it is written here}}
    linalg.exp ins(%b : memref<4xf32>) outs(%a : memref<4xf32>)
    // expected-error @below {{L2: expected the state of the last iteration, but this reads what was written in this one}}
    linalg.tanh ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
  }
  return
}

// -----

// Through a view it is the same memory.
func.func @l2_reads_through_a_view(%a: memref<4xf32>, %b: memref<2xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = memref.subview %a[2] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1], offset: 2>>
  scf.for %i = %c0 to %n step %c1 {
    // expected-note @below {{it is written here}}
    linalg.abs ins(%a : memref<4xf32>) outs(%a : memref<4xf32>)
    // expected-error @below {{L2: expected the state of the last iteration}}
    memref.copy %v, %b : memref<2xf32, strided<[1], offset: 2>> to memref<2xf32>
  }
  return
}

// -----

// What goes on with its own state, and scratch memory, may read what is new.
// CHECK-LABEL: func @l2_own_state
func.func @l2_own_state(%a: memref<4xf32>, %b: memref<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = memref.alloc() : memref<4xf32>
  scf.for %i = %c0 to %n step %c1 {
    linalg.exp ins(%a : memref<4xf32>) outs(%m : memref<4xf32>)
    linalg.tanh ins(%m : memref<4xf32>) outs(%b : memref<4xf32>)
    linalg.abs ins(%a : memref<4xf32>) outs(%a : memref<4xf32>)
    linalg.exp ins(%a : memref<4xf32>) outs(%a : memref<4xf32>)
  }
  return
}
