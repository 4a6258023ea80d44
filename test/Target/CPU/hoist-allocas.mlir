// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-hoist-allocas))' | FileCheck %s

// Taken in every iteration, stack memory is given back when the function returns: it is taken before.
// CHECK-LABEL: func @alone
//       CHECK:   memref.alloca() : memref<64xf32>
//       CHECK:   scf.for
//   CHECK-NOT:   memref.alloca
//       CHECK:   return
func.func @alone(%x: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %panel = memref.alloca() : memref<64xf32>
    %v = memref.load %x[%i] : memref<8xf32>
    memref.store %v, %panel[%i] : memref<64xf32>
  }
  return
}

// Each thread has its own.
// CHECK-LABEL: func @shared
//   CHECK-NOT:   memref.alloca()
//       CHECK:   omp.parallel
//  CHECK-NEXT:     memref.alloca() : memref<64xf32>
//       CHECK:     omp.wsloop
//   CHECK-NOT:     memref.alloca()
//       CHECK:   return
func.func @shared(%x: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  omp.parallel {
    omp.wsloop {
      omp.loop_nest (%i) : index = (%c0) to (%c8) step (%c1) {
        memref.alloca_scope {
          %panel = memref.alloca() : memref<64xf32>
          %v = memref.load %x[%i] : memref<8xf32>
          memref.store %v, %panel[%i] : memref<64xf32>
        }
        omp.yield
      }
    }
    omp.terminator
  }
  return
}

// A scope without memory of its own holds nothing.
// CHECK-LABEL: func @scope
//   CHECK-NOT:   memref.alloca_scope
//       CHECK:   memref.store
//       CHECK:   return
func.func @scope(%x: memref<8xf32>, %value: f32) {
  %c0 = arith.constant 0 : index
  memref.alloca_scope {
    memref.store %value, %x[%c0] : memref<8xf32>
  }
  return
}
