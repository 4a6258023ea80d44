// RUN: pc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(func.func(pc-cpu-plan-memory))' | FileCheck %s

func.func private @use(memref<16xf32>)

// Two buffers that are never alive at the same time share their bytes; the
// third overlaps both.
// CHECK-LABEL: func @share(
//  CHECK-SAME:   %[[ARENA:.+]]: memref<128xi8> {llvm.noalias, pc.arena}
//       CHECK:   memref.view %[[ARENA]][%c0{{.*}}][] : memref<128xi8> to memref<16xf32>
//       CHECK:   memref.view %[[ARENA]][%c64{{.*}}][]
//       CHECK:   memref.view %[[ARENA]][%c0{{.*}}][]
func.func @share() {
  %a = memref.alloc() : memref<16xf32>
  call @use(%a) : (memref<16xf32>) -> ()
  %b = memref.alloc() : memref<16xf32>
  memref.copy %a, %b : memref<16xf32> to memref<16xf32>
  %c = memref.alloc() : memref<16xf32>
  memref.copy %b, %c : memref<16xf32> to memref<16xf32>
  call @use(%c) : (memref<16xf32>) -> ()
  return
}

// -----

func.func private @use(memref<16xf32>)

// A view keeps its buffer alive.
// CHECK-LABEL: func @view(
//  CHECK-SAME:   memref<128xi8>
func.func @view() {
  %a = memref.alloc() : memref<4x4xf32>
  %v = memref.collapse_shape %a [[0, 1]] : memref<4x4xf32> into memref<16xf32>
  %b = memref.alloc() : memref<16xf32>
  call @use(%b) : (memref<16xf32>) -> ()
  call @use(%v) : (memref<16xf32>) -> ()
  return
}

// -----

func.func private @use(memref<16xf32>)

// A buffer from before a loop that uses it is alive in all iterations, one that
// is born in the loop only between its uses.
// CHECK-LABEL: func @loop(
//  CHECK-SAME:   memref<128xi8>
func.func @loop(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<16xf32>
  scf.for %i = %c0 to %n step %c1 {
    %b = memref.alloc() : memref<16xf32>
    func.call @use(%b) : (memref<16xf32>) -> ()
    func.call @use(%a) : (memref<16xf32>) -> ()
    %c = memref.alloc() : memref<16xf32>
    func.call @use(%c) : (memref<16xf32>) -> ()
  }
  return
}

// -----

// A buffer that leaves a branch is alive as long as its other name.
// CHECK-LABEL: func @branch(
//  CHECK-SAME:   memref<128xi8>
func.func @branch(%p: i1, %x: memref<16xf32>, %y: memref<16xf32>) {
  %r = scf.if %p -> memref<16xf32> {
    %a = memref.alloc() : memref<16xf32>
    memref.copy %x, %a : memref<16xf32> to memref<16xf32>
    scf.yield %a : memref<16xf32>
  } else {
    scf.yield %x : memref<16xf32>
  }
  %b = memref.alloc() : memref<16xf32>
  memref.copy %y, %b : memref<16xf32> to memref<16xf32>
  memref.copy %r, %y : memref<16xf32> to memref<16xf32>
  memref.copy %b, %x : memref<16xf32> to memref<16xf32>
  return
}

// -----

// Booleans take a byte each; nothing at all is needed without buffers.
// CHECK-LABEL: func @booleans(
//  CHECK-SAME:   memref<9xi8>
func.func @booleans() {
  %a = memref.alloc() : memref<9xi1>
  return
}
// CHECK-LABEL: func @nothing(
//  CHECK-SAME:   memref<0xi8>
func.func @nothing() {
  return
}

// -----

func.func @dynamic(%n: index) {
  // expected-error @below {{expected a buffer of static shape, but got 'memref<?xf32>'}}
  %a = memref.alloc(%n) : memref<?xf32>
  return
}
