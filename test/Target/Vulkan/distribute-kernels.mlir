// RUN: pc-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-distribute-kernels)),canonicalize)' | FileCheck %s

// One element of the product for each invocation: 72 of 128 have something to do.
// The accumulator begins with what the fill says and is stored once.
// CHECK-LABEL: gpu.func @product
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<9x5xf32{{.*}} %[[B:[a-z0-9]+]]: memref<5x8xf32{{.*}} %[[C:[a-z0-9]+]]: memref<9x8xf32
//   CHECK-DAG:   %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
//   CHECK-DAG:   %[[C5:.+]] = arith.constant 5 : index
//   CHECK-DAG:   %[[C8:.+]] = arith.constant 8 : index
//   CHECK-DAG:   %[[C72:.+]] = arith.constant 72 : index
//       CHECK:   %[[ID:.+]] = arith.addi
//       CHECK:   %[[IN:.+]] = arith.cmpi ult, %[[ID]], %[[C72]]
//       CHECK:   scf.if %[[IN]] {
//   CHECK-DAG:     %[[J:.+]] = arith.remui %[[ID]], %[[C8]]
//   CHECK-DAG:     %[[I:.+]] = arith.divui %[[ID]], %[[C8]]
//       CHECK:     %[[SUM:.+]] = scf.for %[[K:.+]] = %{{.+}} to %[[C5]] step %{{.+}} iter_args(%{{.+}} = %[[ZERO]])
//       CHECK:       memref.load %[[A]][%[[I]], %[[K]]]
//       CHECK:       memref.load %[[B]][%[[K]], %[[J]]]
//       CHECK:     memref.store %[[SUM]], %[[C]][%[[I]], %[[J]]]
//   CHECK-NOT:     memref.store
//       CHECK:   gpu.return
gpu.module @product {
  gpu.func @product(%a: memref<9x5xf32, strided<[5, 1], offset: ?>>, %b: memref<5x8xf32, strided<[8, 1], offset: ?>>,
                    %c: memref<9x8xf32, strided<[8, 1], offset: ?>>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 2, 1, 1>} {
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%c : memref<9x8xf32, strided<[8, 1], offset: ?>>)
    linalg.matmul ins(%a, %b : memref<9x5xf32, strided<[5, 1], offset: ?>>, memref<5x8xf32, strided<[8, 1], offset: ?>>)
        outs(%c : memref<9x8xf32, strided<[8, 1], offset: ?>>)
    gpu.return
  }
}

// -----

// The order of the invocations is that of the result: its last dimension, d0,
// differs between neighbours. All 64 exist, so nothing is asked.
// CHECK-LABEL: gpu.func @transpose
//   CHECK-DAG:   %[[C16:.+]] = arith.constant 16 : index
//   CHECK-NOT:   scf.if
//   CHECK-DAG:   %[[COLUMN:.+]] = arith.remui %{{.+}}, %[[C16]]
//   CHECK-DAG:   %[[ROW:.+]] = arith.divui %{{.+}}, %[[C16]]
//       CHECK:   %[[VALUE:.+]] = memref.load %{{.+}}[%[[COLUMN]], %[[ROW]]]
//       CHECK:   memref.store %[[VALUE]], %{{.+}}[%[[ROW]], %[[COLUMN]]]
gpu.module @transpose {
  gpu.func @transpose(%a: memref<16x4xf32>, %b: memref<4x16xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>],
                    iterator_types = ["parallel", "parallel"]} ins(%a : memref<16x4xf32>) outs(%b : memref<4x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    gpu.return
  }
}

// -----

// A tile of two rows and four columns: eight accumulators, two numbers and one
// vector in each step. In the last tile of the rows the last row comes twice. The product
// goes to the next op without memory, and the result to memory as vectors.
// CHECK-LABEL: gpu.func @tile
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<9x5xf32{{.*}} %[[B:[a-z0-9]+]]: memref<5x8xf32{{.*}} %[[C:[a-z0-9]+]]: memref<9x8xf32
//   CHECK-DAG:   %[[C2:.+]] = arith.constant 2 : index
//   CHECK-DAG:   %[[C8:.+]] = arith.constant 8 : index
//       CHECK:   scf.if
//   CHECK-DAG:     %[[Q:.+]] = arith.divui %{{.+}}, %[[C2]]
//       CHECK:     %[[ROW:.+]] = arith.muli %[[Q]], %[[C2]]
//       CHECK:     %[[NEXT:.+]] = arith.addi %[[ROW]], %{{.+}}
//       CHECK:     %[[SECOND:.+]] = arith.minui %[[NEXT]], %[[C8]]
//       CHECK:     %[[SUMS:.+]]:8 = scf.for %[[K:.+]] = %{{.+}} to %{{.+}} step
//       CHECK:       memref.load %[[A]][%[[ROW]], %[[K]]]
//       CHECK:       vector.load %[[B]][%[[K]], %{{.+}}] : {{.+}}, vector<4xf32>
//       CHECK:       memref.load %[[A]][%[[SECOND]], %[[K]]]
//   CHECK-NOT:       vector.load
//       CHECK:       scf.yield
//   CHECK-NOT:     memref.load
// CHECK-COUNT-8:   math.exp
//       CHECK:     vector.store %{{.+}}, %[[C]][%[[ROW]],
//       CHECK:     vector.store %{{.+}}, %[[C]][%[[SECOND]],
//   CHECK-NOT:     {{vector|memref}}.store
//       CHECK:   gpu.return
gpu.module @tile {
  gpu.func @tile(%a: memref<9x5xf32, strided<[5, 1], offset: ?>> {pc.aligned}, %b: memref<5x8xf32, strided<[8, 1], offset: ?>> {pc.aligned},
                 %c: memref<9x8xf32, strided<[8, 1], offset: ?>> {pc.aligned}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>, pc.tile = array<i64: 2, 4>} {
    %zero = arith.constant 0.0 : f32
    %m = memref.alloca() : memref<9x8xf32>
    linalg.fill ins(%zero : f32) outs(%m : memref<9x8xf32>)
    linalg.matmul ins(%a, %b : memref<9x5xf32, strided<[5, 1], offset: ?>>, memref<5x8xf32, strided<[8, 1], offset: ?>>)
        outs(%m : memref<9x8xf32>)
    linalg.exp ins(%m : memref<9x8xf32>) outs(%c : memref<9x8xf32, strided<[8, 1], offset: ?>>)
    gpu.return
  }
}

// -----

// Both operands of a transposed product lie along what is reduced: four
// iterations are one step. Without alignment there are no vectors.
// CHECK-LABEL: gpu.func @transposed
//   CHECK-DAG:   %[[C4:.+]] = arith.constant 4 : index
//       CHECK:   scf.for {{.+}} step %[[C4]]
// CHECK-COUNT-1:   vector.load %{{.+}} : memref<8x16xf32
// CHECK-COUNT-4:   memref.load %{{.+}} : memref<8x16xf32
//       CHECK:   memref.store
gpu.module @transposed {
  gpu.func @transposed(%a: memref<8x16xf32, strided<[16, 1], offset: ?>> {pc.aligned}, %b: memref<8x16xf32, strided<[16, 1], offset: ?>>,
                       %c: memref<8x8xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    linalg.matmul indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>]
        ins(%a, %b : memref<8x16xf32, strided<[16, 1], offset: ?>>, memref<8x16xf32, strided<[16, 1], offset: ?>>) outs(%c : memref<8x8xf32>)
    gpu.return
  }
}

// -----

// Another invocation computes what the second op reads.
gpu.module @others {
  gpu.func @others(%a: memref<8x8xf32>, %b: memref<8x8xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    linalg.exp ins(%a : memref<8x8xf32>) outs(%a : memref<8x8xf32>)
    // expected-error @below {{reads elements that other invocations of its kernel compute}}
    linalg.transpose ins(%a : memref<8x8xf32>) outs(%b : memref<8x8xf32>) permutation = [1, 0]
    gpu.return
  }
}

// -----

gpu.module @sizes {
  gpu.func @sizes(%a: memref<8x8xf32>, %b: memref<8xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    linalg.exp ins(%a : memref<8x8xf32>) outs(%a : memref<8x8xf32>)
    // expected-error @below {{expected 64 elements like the ops before it, but got 8}}
    linalg.exp ins(%b : memref<8xf32>) outs(%b : memref<8xf32>)
    gpu.return
  }
}

// -----

gpu.module @rank {
  // expected-error @below {{expected a tile of 2 dimensions, but got 1}}
  gpu.func @rank(%a: memref<8x8xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>, pc.tile = array<i64: 4>} {
    linalg.exp ins(%a : memref<8x8xf32>) outs(%a : memref<8x8xf32>)
    gpu.return
  }
}

// -----

// Fewer invocations than elements would leave some of them undone.
gpu.module @small {
  gpu.func @small(%a: memref<65xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
    // expected-error @below {{expected at least 65 invocations, but the grid has 64}}
    linalg.exp ins(%a : memref<65xf32>) outs(%a : memref<65xf32>)
    gpu.return
  }
}

// -----

gpu.module @unsized {
  // expected-error @below {{expected a known block size and a known grid size; pc-gpu-outline-kernels gives them}}
  gpu.func @unsized(%a: memref<65xf32>) kernel {
    linalg.exp ins(%a : memref<65xf32>) outs(%a : memref<65xf32>)
    gpu.return
  }
}
