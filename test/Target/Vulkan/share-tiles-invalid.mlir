// RUN: pc-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-distribute-kernels)))'

gpu.module @fewer {
  // expected-error @below {{expected 64 invocations along 2 dimensions, but got 8, 4}}
  gpu.func @fewer(%a: memref<60x16xf32>, %b: memref<16x32xf32>, %c: memref<60x32xf32>) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>, known_grid_size = array<i32: 32, 1, 1>, pc.shared = array<i64: 8, 4, 16>} {
    linalg.matmul ins(%a, %b : memref<60x16xf32>, memref<16x32xf32>) outs(%c : memref<60x32xf32>)
    gpu.return
  }
}
