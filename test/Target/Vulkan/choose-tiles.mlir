// RUN: pc-opt %s --pc-gpu-outline-kernels | FileCheck %s
// RUN: pc-opt %s --pc-gpu-outline-kernels=registers=64 | FileCheck %s --check-prefix=FEW
// RUN: pc-opt %s --pc-gpu-outline-kernels='subgroups=4096' | FileCheck %s --check-prefix=WIDE

// Large products: as square as the accumulators allow.
// CHECK: gpu.func @kernel_0{{.*}} pc.tile = array<i64: 16, 16>
// FEW: gpu.func @kernel_0{{.*}} pc.tile = array<i64: 8, 8>
// A device that needs many invocations gets smaller tiles.
// WIDE: gpu.func @kernel_0{{.*}} pc.tile = array<i64: 2, 4>
func.func @product(%a: memref<512x512xf32>, %b: memref<512x512xf32>, %c: memref<512x512xf32>) {
  linalg.matmul ins(%a, %b : memref<512x512xf32>, memref<512x512xf32>) outs(%c : memref<512x512xf32>)
  return
}

// The rows of a convolution are images' columns, its columns channels.
// CHECK: gpu.func @kernel_1{{.*}} pc.tile = array<i64: 1, 1, {{8|14|16}}, 16>
func.func @convolution(%x: memref<8x30x30x16xf32>, %w: memref<3x3x16x32xf32>, %y: memref<8x28x28x32xf32>) {
  linalg.conv_2d_nhwc_hwcf ins(%x, %w : memref<8x30x30x16xf32>, memref<3x3x16x32xf32>) outs(%y : memref<8x28x28x32xf32>)
  return
}

// Elements that share nothing: vectors, where they are aligned.
// CHECK: gpu.func @kernel_2{{.*}} pc.tile = array<i64: 1, 4>
// CHECK-NOT: gpu.func @kernel_3{{.*}} pc.tile
func.func @elements(%a: memref<64x64xf32>, %b: memref<63x63xf32>) {
  linalg.exp ins(%a : memref<64x64xf32>) outs(%a : memref<64x64xf32>)
  linalg.exp ins(%b : memref<63x63xf32>) outs(%b : memref<63x63xf32>)
  return
}
