// RUN: pc-opt %s --pc-gpu-outline-kernels | FileCheck %s

// The same op on other buffers, and on part of one, is the same kernel. The fill
// is part of the kernel of the product.
// CHECK-LABEL: func @shared
//   CHECK-DAG:   %[[GRID:.+]] = arith.constant 2 : index
//       CHECK:   gpu.launch_func @kernel_0::@kernel_0 blocks in (%[[GRID]],
//       CHECK:   gpu.launch_func @kernel_1::@kernel_1
//       CHECK:   gpu.launch_func @kernel_1::@kernel_1
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @shared(%a: memref<9x5xf32>, %b: memref<5x8xf32>, %c: memref<9x8xf32>, %d: memref<18x8xf32>, %e: memref<9x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<9x8xf32>)
  linalg.matmul ins(%a, %b : memref<9x5xf32>, memref<5x8xf32>) outs(%c : memref<9x8xf32>)
  %low = memref.subview %d[9, 0] [9, 8] [1, 1] : memref<18x8xf32> to memref<9x8xf32, strided<[8, 1], offset: 72>>
  linalg.exp ins(%c : memref<9x8xf32>) outs(%low : memref<9x8xf32, strided<[8, 1], offset: 72>>)
  linalg.exp ins(%c : memref<9x8xf32>) outs(%e : memref<9x8xf32>)
  return
}

// In between, somebody reads what was filled: two kernels.
// CHECK-LABEL: func @read_between
// CHECK-COUNT-3: gpu.launch_func
func.func @read_between(%a: memref<4x5xf32>, %b: memref<5x4xf32>, %c: memref<4x4xf32>, %d: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<4x4xf32>)
  linalg.exp ins(%c : memref<4x4xf32>) outs(%d : memref<4x4xf32>)
  linalg.matmul ins(%a, %b : memref<4x5xf32>, memref<5x4xf32>) outs(%c : memref<4x4xf32>)
  return
}

// More workgroups than an axis may have become rows of a grid.
// CHECK-LABEL: func @large
//   CHECK-DAG:   %[[X:.+]] = arith.constant 39063 : index
//   CHECK-DAG:   %[[Y:.+]] = arith.constant 2 : index
//       CHECK:   gpu.launch_func @[[LARGE:.+]]::@{{.+}} blocks in (%[[X]], %[[Y]],
func.func @large(%a: memref<5000000xf32>) {
  linalg.exp ins(%a : memref<5000000xf32>) outs(%a : memref<5000000xf32>)
  return
}

//       CHECK: gpu.func @kernel_0(%[[A:.+]]: memref<9x5xf32, strided<[5, 1], offset: ?>>, %{{.+}}, %[[C:.+]]: memref<9x8xf32, strided<[8, 1], offset: ?>>)
//  CHECK-SAME:   kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 2, 1, 1>}
//       CHECK:   linalg.fill {{.+}} outs(%[[C]]
//       CHECK:   linalg.matmul ins(%[[A]]
