// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-parallelize-loops{threads=2 start-cost=1000}))' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-parallelize-loops{threads=2 start-cost=1e9}))' | FileCheck %s --check-prefix=DEAR

// The outer loop starts the threads once.
// CHECK-LABEL: func @outer(
//       CHECK:   scf.parallel (%{{.*}}) = (%c0{{.*}}) to (%c8{{.*}}) step
//       CHECK:     scf.for
//   CHECK-NOT:   pc.parallel
//       CHECK:   return
// DEAR-LABEL: func @outer(
//   DEAR-NOT:   scf.parallel
//       DEAR:   return
func.func @outer(%m: memref<8x8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      memref.store %x, %m[%i, %j] : memref<8x8xf32>
    } {pc.parallel = 8.0e+03 : f64}
  } {pc.parallel = 6.4e+04 : f64}
  return
}

// -----

// Three iterations keep two threads busy for two, the twenty-four of both loops
// for twelve.
// CHECK-LABEL: func @even(
//       CHECK:   scf.parallel (%[[I:.*]], %[[J:.*]]) = (%c0{{.*}}, %c0{{.*}}) to (%c3{{.*}}, %c8{{.*}}) step
//   CHECK-NOT:     scf.for
//       CHECK:     memref.store %{{.*}}, %{{.*}}[%[[I]], %[[J]]]
func.func @even(%m: memref<3x8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c3 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      memref.store %x, %m[%i, %j] : memref<3x8xf32>
    } {pc.parallel = 1.0e+05 : f64}
  } {pc.parallel = 3.0e+05 : f64}
  return
}

// -----

// What a loop does beside the one in it keeps both apart, unless it is a number
// that every iteration can compute for itself.
// CHECK-LABEL: func @rest(
//       CHECK:   scf.for %{{.*}} = %c0 to %c3
//       CHECK:     scf.parallel (%{{.*}}) = (%c0{{.*}}) to (%c8{{.*}}) step
// CHECK-LABEL: func @number(
//       CHECK:   scf.parallel (%[[I:.*]], %{{.*}}) = (%c0{{.*}}, %c0{{.*}}) to (%c3{{.*}}, %c8{{.*}}) step
//       CHECK:     arith.muli %[[I]], %[[I]]
func.func @rest(%m: memref<3x8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c3 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      memref.store %x, %m[%i, %j] : memref<3x8xf32>
    } {pc.parallel = 1.0e+05 : f64}
    memref.store %x, %m[%i, %c0] : memref<3x8xf32>
  } {pc.parallel = 3.0e+05 : f64}
  return
}
func.func @number(%m: memref<9x8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %square = arith.muli %i, %i : index
    %c8 = arith.constant 8 : index
    scf.for %j = %c0 to %c8 step %c1 {
      memref.store %x, %m[%square, %j] : memref<9x8xf32>
    } {pc.parallel = 1.0e+05 : f64}
  } {pc.parallel = 3.0e+05 : f64}
  return
}

// -----

// Starting threads would take longer than the work; and what is not marked is
// not shared, however long it is.
// CHECK-LABEL: func @little(
//   CHECK-NOT:   scf.parallel
//       CHECK:   return
func.func @little(%m: memref<1024xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c1024 = arith.constant 1024 : index
  scf.for %i = %c0 to %c1024 step %c1 {
    memref.store %x, %m[%i] : memref<1024xf32>
  } {pc.parallel = 1024.0 : f64}
  scf.for %i = %c0 to %c1024 step %c1 {
    memref.store %x, %m[%i] : memref<1024xf32>
  }
  return
}

// -----

// A loop that carries sums stays in one thread, what it contains need not.
// CHECK-LABEL: func @carries(
//       CHECK:   scf.for {{.*}} iter_args
//       CHECK:     scf.parallel
func.func @carries(%m: memref<8xf32>, %x: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %sum = scf.for %i = %c0 to %c8 step %c1 iter_args(%s = %x) -> f32 {
    scf.for %j = %c0 to %c8 step %c1 {
      memref.store %s, %m[%j] : memref<8xf32>
    } {pc.parallel = 1.0e+05 : f64}
    %y = memref.load %m[%i] : memref<8xf32>
    %t = arith.addf %s, %y : f32
    scf.yield %t : f32
  }
  return %sum : f32
}
