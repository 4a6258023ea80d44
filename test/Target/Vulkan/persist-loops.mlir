// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops))' | FileCheck %s
// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{limit=40}))' | FileCheck %s --check-prefix=LIMIT

// LIMIT-NOT: pc.rows

#ik = affine_map<(i, j, k) -> (i, k)>
#jk = affine_map<(i, j, k) -> (j, k)>
#kj = affine_map<(i, j, k) -> (k, j)>
#ij = affine_map<(i, j, k) -> (i, j)>
#id = affine_map<(i, j) -> (i, j)>

// Two products, one through the transposed weights: 64 samples are 16 invocations of 4,
// which keep two subgroups busy. What lies between them is allocated once.
// CHECK-LABEL: func @relax
//       CHECK:   memref.alloc() : memref<64x4xf32>
//       CHECK:   scf.for
//   CHECK-NOT:     memref.alloc
//       CHECK:   } {pc.rows = 4 : index}
func.func @relax(%d: memref<64x8xf32>, %w: memref<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  scf.for %i = %c0 to %c10 step %c1 {
    %e = memref.alloc() : memref<64x4xf32>
    linalg.matmul indexing_maps = [#ik, #jk, #ij] ins(%d, %w : memref<64x8xf32>, memref<4x8xf32>) outs(%e : memref<64x4xf32>)
    linalg.matmul indexing_maps = [#ik, #kj, #ij] ins(%e, %w : memref<64x4xf32>, memref<4x8xf32>) outs(%d : memref<64x8xf32>)
  }
  return
}

// -----

// A sum over samples reads what other rows write.
// CHECK-LABEL: func @mixes_rows
//   CHECK-NOT:   pc.rows
//       CHECK:   return
func.func @mixes_rows(%d: memref<64x64xf32>, %e: memref<64x64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  scf.for %i = %c0 to %c10 step %c1 {
    linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%d : memref<64x64xf32>) outs(%e : memref<64x64xf32>) {
    ^bb0(%p: f32, %q: f32):
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
    }
    linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%e : memref<64x64xf32>) outs(%d : memref<64x64xf32>) {
    ^bb0(%p: f32, %q: f32):
      linalg.yield %p : f32
    }
  }
  return
}

// -----

// Eight samples leave a device idle, three iterations are not worth it, and one kernel
// for each iteration has no order to keep.
// CHECK-LABEL: func @few
//   CHECK-NOT:   pc.rows
//       CHECK:   return
func.func @few(%a: memref<8x4xf32>, %b: memref<8x4xf32>, %c: memref<64x4xf32>, %d: memref<64x4xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c10 = arith.constant 10 : index
  scf.for %i = %c0 to %c10 step %c1 {
    linalg.fill ins(%v : f32) outs(%a : memref<8x4xf32>)
    linalg.fill ins(%v : f32) outs(%b : memref<8x4xf32>)
  }
  scf.for %i = %c0 to %c3 step %c1 {
    linalg.fill ins(%v : f32) outs(%c : memref<64x4xf32>)
    linalg.fill ins(%v : f32) outs(%d : memref<64x4xf32>)
  }
  scf.for %i = %c0 to %c10 step %c1 {
    linalg.fill ins(%v : f32) outs(%c : memref<64x4xf32>)
  }
  return
}
