// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=512 registers=32 fma=true}))' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=128}))' | FileCheck %s --check-prefix=SSE

// Four rows of four registers stay in registers over the whole reduction; the fill
// has become their start.
// CHECK-LABEL: func @product
//   CHECK-NOT:   linalg
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c256
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c64
//       CHECK:       %{{.+}}:4 = scf.for
// CHECK-COUNT-4:       memref.load
// CHECK-COUNT-1:     scf.yield
// CHECK-COUNT-4:     vector.store {{.*}} vector<64xf32>
//   SSE-LABEL: func @product
//     SSE-NOT:   vector.fma
//         SSE:   arith.mulf {{.*}} vector<8xf32>
func.func @product(%a: memref<64x784xf32>, %b: memref<784x256xf32>, %c: memref<64x256xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<64x256xf32>)
  linalg.matmul ins(%a, %b : memref<64x784xf32>, memref<784x256xf32>) outs(%c : memref<64x256xf32>)
  return
}

// -----

// Ten lanes of sixteen: the rest is masked.
// CHECK-LABEL: func @narrow
//       CHECK:   vector.constant_mask [10] : vector<16xi1>
//       CHECK:   vector.maskedload
//       CHECK:   vector.maskedstore
func.func @narrow(%a: memref<64x10xf32>, %b: memref<10xf32>, %c: memref<64x10xf32>) {
  linalg.add ins(%a, %a : memref<64x10xf32>, memref<64x10xf32>) outs(%c : memref<64x10xf32>)
  linalg.broadcast ins(%b : memref<10xf32>) outs(%a : memref<64x10xf32>) dimensions = [0]
  return
}

// -----

// Three registers would be taken apart into lanes by LLVM: two, then a rest that
// is padded to one.
// CHECK-LABEL: func @forty
//   CHECK-NOT:   vector<48xf32>
//       CHECK:   vector.store {{.*}} vector<32xf32>
//       CHECK:   vector.maskedstore {{.*}} vector<16xf32>
func.func @forty(%a: memref<8x64xf32>, %b: memref<64x40xf32>, %c: memref<8x40xf32>) {
  linalg.matmul ins(%a, %b : memref<8x64xf32>, memref<64x40xf32>) outs(%c : memref<8x40xf32>)
  return
}

// -----

// All loops of an elementwise op are one.
// CHECK-LABEL: func @elementwise
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c5888
//   CHECK-NOT:   scf.for
//       CHECK:   return
func.func @elementwise(%a: memref<92x64xf32>, %c: memref<92x64xf32>) {
  linalg.add ins(%a, %a : memref<92x64xf32>, memref<92x64xf32>) outs(%c : memref<92x64xf32>)
  return
}

// -----

// Booleans take a byte in memory and a bit in vectors; a division of integers
// may trap in a masked lane; there is no loop for a sum of everything.
// CHECK-LABEL: func @scalar
// CHECK-COUNT-3: linalg.generic
func.func @scalar(%a: memref<64xi1>, %b: memref<64xi32>, %f: memref<64xf32>, %s: memref<f32>) {
  linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%a : memref<64xi1>) {
  ^bb0(%p: i1):
    %x = arith.xori %p, %p : i1
    linalg.yield %x : i1
  }
  linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%b : memref<64xi32>) {
  ^bb0(%p: i32):
    %x = arith.divsi %p, %p : i32
    linalg.yield %x : i32
  }
  linalg.generic {indexing_maps = [affine_map<(i)->(i)>, affine_map<(i)->()>], iterator_types = ["reduction"]} ins(%f : memref<64xf32>) outs(%s : memref<f32>) {
  ^bb0(%p: f32, %q: f32):
    %x = arith.addf %p, %q : f32
    linalg.yield %x : f32
  }
  return
}

// -----

// A square of sixteen rows is transposed in registers, in four rounds.
// CHECK-LABEL: func @transpose
// CHECK-COUNT-16: vector.load {{.*}} vector<16xf32>
// CHECK-COUNT-64: vector.shuffle
//       CHECK-NOT: vector.shuffle
// CHECK-COUNT-16: vector.store
//     CHECK-LABEL: func @after
func.func @transpose(%a: memref<64x32xf32>, %b: memref<32x64xf32>) {
  linalg.transpose ins(%a : memref<64x32xf32>) outs(%b : memref<32x64xf32>) permutation = [1, 0]
  return
}
func.func @after() {
  return
}
