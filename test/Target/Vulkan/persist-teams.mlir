// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{shared-bytes=4096}))' | FileCheck %s
// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{shared-bytes=4096 busy=2}))' | FileCheck %s --check-prefix=BUSY
// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{shared-bytes=47}))' | FileCheck %s --check-prefix=SMALL
// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{shared-bytes=4096 read-bytes=127}))' | FileCheck %s --check-prefix=SMALL
// RUN: pc-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops{shared-bytes=4096},pc-cpu-plan-memory),pc-gpu-outline-kernels,gpu.module(gpu.func(pc-gpu-distribute-kernels)),canonicalize)' | FileCheck %s --check-prefix=TEAM

#ik = affine_map<(i, j, k) -> (i, k)>
#jk = affine_map<(i, j, k) -> (j, k)>
#kj = affine_map<(i, j, k) -> (k, j)>
#ij = affine_map<(i, j, k) -> (i, j)>

// 64 samples of 8 numbers leave a device idle that wants 128 invocations: a workgroup of 8 for each 4 of them
// keeps it busy. With 16 wanted, single invocations do. 47 bytes do not hold the 12 numbers of a sample,
// and the weights are 128 bytes.
// CHECK-LABEL: func @relax
//       CHECK:   } {pc.rows = 4 : index, pc.team = 8 : index}
//  BUSY-LABEL: func @relax
//        BUSY:   } {pc.rows = 4 : index}
// SMALL-LABEL: func @relax
//   SMALL-NOT:   pc.rows
//       SMALL:   return

// The rows are in the memory of the workgroup, from before the loop until behind it; between two ops all wait.
//  TEAM-LABEL: gpu.func @kernel_0(
//   TEAM-SAME:   workgroup(%[[A:.+]] : memref<4x4xf32, #gpu.address_space<workgroup>>, %[[B:.+]] : memref<4x8xf32, #gpu.address_space<workgroup>>)
//        TEAM:   scf.for
//        TEAM:     memref.store %{{.+}}, %[[A]]
//        TEAM:   scf.for
//        TEAM:     memref.store %{{.+}}, %[[B]]
//        TEAM:   gpu.barrier
//        TEAM:   scf.for
//        TEAM:     scf.for %{{.+}} = %{{.+}} to
//        TEAM:       memref.load %[[B]]
//        TEAM:     gpu.barrier
//        TEAM:     scf.for
//        TEAM:       memref.load %[[A]]
//        TEAM:     gpu.barrier
//        TEAM:   memref.load %[[A]]
//        TEAM:   memref.load %[[B]]
//    TEAM-NOT:   gpu.barrier
//        TEAM:   gpu.return
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
