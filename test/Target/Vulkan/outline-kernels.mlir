// RUN: pc-opt %s --pc-gpu-outline-kernels | FileCheck %s

// The same op on other buffers, and on part of one, is the same kernel; where a
// part does not begin at a vector, it is another.
// CHECK-LABEL: func @shared
//   CHECK-DAG:   %[[GRID:.+]] = arith.constant 2 : index
//       CHECK:   gpu.launch_func @kernel_0::@kernel_0 blocks in (%[[GRID]],
//       CHECK:   gpu.launch_func @kernel_0::@kernel_0
//       CHECK:   gpu.launch_func @kernel_1::@kernel_1
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @shared(%c: memref<9x8xf32>, %d: memref<200xf32>, %e: memref<9x8xf32>) {
  %low = memref.reinterpret_cast %d to offset: [72], sizes: [9, 8], strides: [8, 1]
      : memref<200xf32> to memref<9x8xf32, strided<[8, 1], offset: 72>>
  %odd = memref.reinterpret_cast %d to offset: [73], sizes: [9, 8], strides: [8, 1]
      : memref<200xf32> to memref<9x8xf32, strided<[8, 1], offset: 73>>
  linalg.exp ins(%c : memref<9x8xf32>) outs(%low : memref<9x8xf32, strided<[8, 1], offset: 72>>)
  linalg.exp ins(%c : memref<9x8xf32>) outs(%e : memref<9x8xf32>)
  linalg.exp ins(%c : memref<9x8xf32>) outs(%odd : memref<9x8xf32, strided<[8, 1], offset: 73>>)
  return
}

// A region is one kernel, with what is kept inside of it.
// CHECK-LABEL: func @region
//       CHECK:   gpu.launch_func @[[PRODUCT:.+]]::@{{.+}} blocks in {{.+}} args(%{{.+}} : memref<9x5xf32, {{.+}} : memref<5x8xf32, {{.+}} : memref<9x8xf32, {{[^,]+, [^,]+, [^,]+}})
//   CHECK-NOT:   gpu.launch_func
//       CHECK:   return
func.func @region(%a: memref<9x5xf32>, %b: memref<5x8xf32>, %c: memref<9x8xf32>) {
  scf.execute_region no_inline {
    %zero = arith.constant 0.0 : f32
    %m = memref.alloca() : memref<9x8xf32>
    linalg.fill ins(%zero : f32) outs(%m : memref<9x8xf32>)
    linalg.matmul ins(%a, %b : memref<9x5xf32>, memref<5x8xf32>) outs(%m : memref<9x8xf32>)
    linalg.exp ins(%m : memref<9x8xf32>) outs(%c : memref<9x8xf32>)
    scf.yield
  }
  return
}

// More workgroups than an axis may have become rows of a grid.
// CHECK-LABEL: func @large
//   CHECK-DAG:   %[[X:.+]] = arith.constant 62500 : index
//   CHECK-DAG:   %[[Y:.+]] = arith.constant 5 : index
//       CHECK:   gpu.launch_func @[[LARGE:.+]]::@{{.+}} blocks in (%[[X]], %[[Y]],
func.func @large(%a: memref<80000000xf32>) {
  linalg.exp ins(%a : memref<80000000xf32>) outs(%a : memref<80000000xf32>)
  return
}

//       CHECK: gpu.func @kernel_2(%{{.+}}: memref<9x5xf32, strided<[5, 1], offset: ?>> {pc.aligned}, %{{.+}}, %[[C:.+]]: memref<9x8xf32, strided<[8, 1], offset: ?>> {pc.aligned})
//  CHECK-SAME:   kernel attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 2, 1, 1>}
//       CHECK:   %[[M:.+]] = memref.alloca() : memref<9x8xf32>
//       CHECK:   linalg.fill {{.+}} outs(%[[M]]
//       CHECK:   linalg.matmul {{.+}} outs(%[[M]]
//       CHECK:   linalg.exp ins(%[[M]] {{.+}} outs(%[[C]]
