// RUN: pc-opt %s -pass-pipeline='builtin.module(convert-scf-to-openmp{num-threads=2},pc-cpu-drop-barriers)' | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(convert-scf-to-openmp{num-threads=2})' | FileCheck %s --check-prefix=TWO

// The threads meet at the end of the region anyway.
// CHECK-LABEL: func @shared(
//       CHECK:   omp.parallel
//       CHECK:     omp.wsloop nowait
//   TWO-LABEL: func @shared(
//         TWO:     omp.wsloop {
func.func @shared(%m: memref<8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    memref.store %x, %m[%i] : memref<8xf32>
  }
  return
}

// What comes behind the loop may read what other threads have written.
// CHECK-LABEL: func @behind(
//       CHECK:   omp.parallel
//       CHECK:     omp.wsloop {
func.func @behind(%m: memref<8xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%c8) step (%c1) {
        memref.store %x, %m[%i] : memref<8xf32>
        omp.yield
      }
    }
    memref.store %x, %m[%c0] : memref<8xf32>
    omp.terminator
  }
  return
}
