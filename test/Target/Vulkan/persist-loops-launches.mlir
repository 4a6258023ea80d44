// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops,pc-cpu-plan-memory,pc-gpu-unroll-loops),pc-gpu-outline-kernels{limit=24})' -o %t
// RUN: FileCheck %s < %t
// RUN: pc-opt %t --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-distribute-kernels)),canonicalize)' | FileCheck %s --check-prefix=INVOCATION
// RUN: not pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-persist-loops,pc-cpu-plan-memory),pc-gpu-outline-kernels{limit=5})' 2>&1 | FileCheck %s --check-prefix=SMALL

// With a limit of 24, an invocation gets four iterations at once: ten are three
// launches, and the last one is a kernel of its own.
// CHECK-LABEL: func @relax
//       CHECK:   gpu.launch_func @[[PART:kernel_[0-9]+]]::
//       CHECK:   gpu.launch_func @[[PART]]::
//       CHECK:   gpu.launch_func @[[REST:kernel_[0-9]+]]::
//   CHECK-NOT:   gpu.launch_func
//       CHECK:   return
//       CHECK: gpu.func @[[PART]]({{.*}} attributes {known_block_size = array<i32: 8, 1, 1>, known_grid_size = array<i32: 2, 1, 1>
//       CHECK:   %[[FOUR:.+]] = arith.constant 4 : index
//       CHECK:   scf.for %{{.+}} to %[[FOUR]]
//       CHECK:     scf.execute_region
//       CHECK:       linalg.matmul
//       CHECK:     scf.execute_region
//       CHECK:       linalg.matmul
//       CHECK:   } {pc.rows = 4 : index}
//       CHECK: gpu.func @[[REST]](
//       CHECK:   %[[TWO:.+]] = arith.constant 2 : index
//       CHECK:   scf.for %{{.+}} to %[[TWO]]

// An invocation goes through the iterations, and in each of them through the ops;
// invocation i has the rows from 4 i on, and nobody waits for anybody.
// INVOCATION-LABEL: gpu.func @kernel_0
//   INVOCATION-DAG:   %[[C0:.+]] = arith.constant 0 : index
//   INVOCATION-DAG:   %[[C4:.+]] = arith.constant 4 : index
//       INVOCATION:   %[[ID:.+]] = arith.addi
//       INVOCATION:   scf.for %{{.+}} = %[[C0]] to %[[C4]]
//       INVOCATION:     %[[ROW:.+]] = arith.muli %[[ID]], %[[C4]]
//       INVOCATION:     vector.load %{{.+}}[%[[ROW]], %[[C0]]]
//       INVOCATION:     scf.for
//       INVOCATION:     vector.store
//   INVOCATION-NOT:   gpu.barrier
//   INVOCATION-NOT:   linalg
//       INVOCATION:   gpu.return

// SMALL: error: 'scf.for' op expected at most 5 iterations of an invocation, but one of this loop takes {{[0-9]+}}

func.func @relax(%d: memref<64x8xf32>, %w: memref<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  scf.for %i = %c0 to %c10 step %c1 {
    %e = memref.alloc() : memref<64x4xf32>
    linalg.matmul indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>]
        ins(%d, %w : memref<64x8xf32>, memref<4x8xf32>) outs(%e : memref<64x4xf32>)
    linalg.matmul ins(%e, %w : memref<64x4xf32>, memref<4x8xf32>) outs(%d : memref<64x8xf32>)
  }
  return
}
