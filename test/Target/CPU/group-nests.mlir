// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-cpu-group-nests{threads=2 start-cost=1000})' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-cpu-group-nests{threads=2 start-cost=1e9})' | FileCheck %s --check-prefix=DEAR
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-cpu-group-nests{threads=2 start-cost=1000},func.func(pc-cpu-parallelize-loops{threads=2 start-cost=1000}))' | FileCheck %s --check-prefix=SHARED

// Two vertices of an iteration: what the product of the first one reads is made
// from the old state of the second, and so is what the second one reads. Both
// are made before both products, which write over the old states.
// CHECK-LABEL: func @iteration(
//  CHECK-SAME:     %[[A:.+]]: memref<64xf32>, %[[B:.+]]: memref<64xf32>, %[[C:.+]]: memref<64xf32>)
//       CHECK:   %[[M:.+]] = memref.alloc
//       CHECK:   %[[N:.+]] = memref.alloc
//       CHECK:   scf.for %[[T:.+]] = %c0{{.*}} to %c2{{.*}} step %c1
//       CHECK:     scf.index_switch %[[T]]
//       CHECK:     case 0
//       CHECK:       call @nest(%[[B]], %[[M]])
//       CHECK:     default
//       CHECK:       call @nest(%[[C]], %[[N]])
//       CHECK:   } {pc.parallel = 3.000000e+03 : f64}
//       CHECK:   scf.for
//       CHECK:       call @nest(%[[M]], %[[A]])
//       CHECK:       call @nest(%[[N]], %[[B]])
//       CHECK:   } {pc.parallel = 3.000000e+03 : f64}
//  CHECK-NEXT:   return
// DEAR-LABEL: func @iteration(
//   DEAR-NOT:   scf.index_switch
//       DEAR:   return
// SHARED-LABEL: func @iteration(
//       SHARED:   scf.parallel
//       SHARED:     scf.index_switch
//       SHARED:   scf.parallel
//       SHARED:     scf.index_switch
//       SHARED:   return
func.func private @nest(%from: memref<64xf32>, %to: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %c64 step %c1 {
    %x = memref.load %from[%i] : memref<64xf32>
    memref.store %x, %to[%i] : memref<64xf32>
  } {pc.parallel = 1.5e+03 : f64}
  return
}
func.func @iteration(%a: memref<64xf32>, %b: memref<64xf32>, %c: memref<64xf32>) {
  %m = memref.alloc() : memref<64xf32>
  func.call @nest(%b, %m) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%m, %a) : (memref<64xf32>, memref<64xf32>) -> ()
  %n = memref.alloc() : memref<64xf32>
  func.call @nest(%c, %n) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%n, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}

// One after the other: reads what was written, writes what was read, writes what
// was written.
// CHECK-LABEL: func @chain(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
func.func @chain(%a: memref<64xf32>, %b: memref<64xf32>, %c: memref<64xf32>) {
  func.call @nest(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%b, %c) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%c, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}

// Parts of one buffer count as the whole, and a memory that may be either of two
// as all.
// CHECK-LABEL: func @parts(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
func.func @parts(%a: memref<64xf32>, %b: memref<128xf32>, %which: i1) {
  %c64 = arith.constant 64 : index
  %low = memref.reinterpret_cast %b to offset: [0], sizes: [64], strides: [1] : memref<128xf32> to memref<64xf32>
  %m = memref.alloc() : memref<64xf32>
  %n = memref.alloc() : memref<64xf32>
  func.call @nest(%a, %low) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%low, %m) : (memref<64xf32>, memref<64xf32>) -> ()
  %either = scf.if %which -> memref<64xf32> {
    scf.yield %a : memref<64xf32>
  } else {
    scf.yield %m : memref<64xf32>
  }
  func.call @nest(%n, %either) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}

// Buffers that would be alive together are small.
// CHECK-LABEL: func @much_memory(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
func.func @much_memory(%a: memref<64xf32>, %b: memref<64xf32>, %c: memref<64xf32>, %d: memref<64xf32>,
                       %large: memref<131072xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  func.call @nest(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%c, %d) : (memref<64xf32>, memref<64xf32>) -> ()
  memref.store %x, %large[%c0] : memref<131072xf32>
  memref.store %x, %a[%c0] : memref<64xf32>
  return
}

// Of unknown size, they may not be.
// CHECK-LABEL: func @dynamic(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
func.func @dynamic(%a: memref<64xf32>, %b: memref<64xf32>, %c: memref<64xf32>, %d: memref<64xf32>,
                   %any: memref<?xf32>, %x: f32) {
  %c0 = arith.constant 0 : index
  func.call @nest(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%c, %d) : (memref<64xf32>, memref<64xf32>) -> ()
  memref.store %x, %any[%c0] : memref<?xf32>
  return
}

// -----

// What has enough to do for all threads is shared by itself.
// CHECK-LABEL: func @large(
//   CHECK-NOT:   scf.index_switch
//       CHECK:   return
// SHARED-LABEL: func private @nest(
//       SHARED:   scf.parallel
func.func private @nest(%from: memref<64xf32>, %to: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %c64 step %c1 {
    %x = memref.load %from[%i] : memref<64xf32>
    memref.store %x, %to[%i] : memref<64xf32>
  } {pc.parallel = 5.0e+03 : f64}
  return
}
func.func @large(%a: memref<64xf32>, %b: memref<64xf32>, %c: memref<64xf32>, %d: memref<64xf32>) {
  func.call @nest(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
  func.call @nest(%c, %d) : (memref<64xf32>, memref<64xf32>) -> ()
  return
}
