// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-bound-loops,canonicalize))' | FileCheck %s

// At most nine iterations, each of which asks first. The count is not asked any more.
// CHECK-LABEL: func @both
//  CHECK-SAME:   %[[A:.+]]: memref<4xf32>, %[[R:.+]]: memref<f32>
//   CHECK-DAG:   %[[FIRST:.+]] = arith.constant 2 : index
//   CHECK-DAG:   %[[END:.+]] = arith.constant 11 : index
//   CHECK-DAG:   %[[STEP:.+]] = arith.constant 1 : index
//   CHECK-NOT:   scf.while
//       CHECK:   scf.for %[[I:.+]] = %[[FIRST]] to %[[END]] step %[[STEP]] {
//  CHECK-NEXT:     %[[X:.+]] = memref.load %[[R]][] : memref<f32>
//  CHECK-NEXT:     %[[GO:.+]] = arith.cmpf ugt, %[[X]], %{{.+}} : f32
//  CHECK-NEXT:     scf.if %[[GO]] {
//  CHECK-NEXT:       %[[V:.+]] = memref.load %[[R]][]
//  CHECK-NEXT:       memref.store %[[V]], %[[A]][%[[I]]]
//  CHECK-NEXT:     }
//  CHECK-NEXT:   }
func.func @both(%a: memref<4xf32>, %r: memref<f32>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c11 = arith.constant 11 : index
  %tau = arith.constant 0.5 : f32
  scf.while (%i = %c2) : (index) -> index {
    %x = memref.load %r[] : memref<f32>
    %steep = arith.cmpf ugt, %x, %tau : f32
    %left = arith.cmpi ult, %i, %c11 : index
    %go = arith.andi %steep, %left : i1
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    %x = memref.load %r[] : memref<f32>
    memref.store %x, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %j : index
  }
  return
}

// One that only counts is a loop as it is.
// CHECK-LABEL: func @count
//   CHECK-NOT:   scf.while
//       CHECK:   scf.for
//   CHECK-NOT:   scf.if
//       CHECK:   return
func.func @count(%a: memref<4xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.while (%i = %c0) : (index) -> index {
    %left = arith.cmpi slt, %i, %c4 : index
    scf.condition(%left) %i : index
  } do {
  ^bb0(%i: index):
    memref.store %v, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %j : index
  }
  return
}

// The rest stays: what steps by two, what is asked about its number as well, what has
// no end, and what writes while it is asked.
// CHECK-LABEL: func @twos
//       CHECK:   scf.while
func.func @twos(%a: memref<4xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.while (%i = %c0) : (index) -> index {
    %left = arith.cmpi slt, %i, %c4 : index
    scf.condition(%left) %i : index
  } do {
  ^bb0(%i: index):
    memref.store %v, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c2 : index
    scf.yield %j : index
  }
  return
}

// CHECK-LABEL: func @number
//       CHECK:   scf.while
func.func @number(%a: memref<4xf32>, %n: memref<4xi1>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.while (%i = %c0) : (index) -> index {
    %left = arith.cmpi slt, %i, %c4 : index
    %x = memref.load %n[%i] : memref<4xi1>
    %go = arith.andi %left, %x : i1
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    memref.store %v, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %j : index
  }
  return
}

// CHECK-LABEL: func @endless
//       CHECK:   scf.while
func.func @endless(%a: memref<4xf32>, %n: memref<i1>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.while (%i = %c0) : (index) -> index {
    %x = memref.load %n[] : memref<i1>
    scf.condition(%x) %i : index
  } do {
  ^bb0(%i: index):
    memref.store %v, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %j : index
  }
  return
}

// CHECK-LABEL: func @writes
//       CHECK:   scf.while
func.func @writes(%a: memref<4xf32>, %n: memref<i1>, %no: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.while (%i = %c0) : (index) -> index {
    %left = arith.cmpi slt, %i, %c4 : index
    %x = memref.load %n[] : memref<i1>
    memref.store %no, %n[] : memref<i1>
    %go = arith.andi %left, %x : i1
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    %v = memref.load %a[%c0] : memref<4xf32>
    memref.store %v, %a[%i] : memref<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %j : index
  }
  return
}
