// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64 shared-bytes=16384})' | FileCheck %s
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64})' | FileCheck %s --check-prefix=ALONE
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64 shared-bytes=16384},gpu.module(gpu.func(pc-gpu-distribute-kernels)))' | FileCheck %s --check-prefix=BODY
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64 shared-bytes=16384},gpu.module(gpu.func(pc-gpu-distribute-kernels),canonicalize,cse),pc-gpu-kernels-to-spirv)' | FileCheck %s --check-prefix=SPIRV

// Without memory to share, every invocation stays with its own tile.
// ALONE-NOT: pc.shared

// Lanes along each dimension, and the steps that are in memory at once.
// CHECK: gpu.func @kernel_0
// CHECK-SAME: pc.shared = array<i64: {{[0-9]+}}, {{[0-9]+}}, [[STEPS:[0-9]+]]>

// Nobody overwrites what others still read, or reads what is not there yet.
// BODY-LABEL: gpu.func @kernel_0
//  BODY-SAME:   workgroup(%[[A:.+]] : memref<[[STEPS:[0-9]+]]x{{[0-9]+}}xf32, #gpu.address_space<workgroup>>, %[[B:.+]] : memref<[[STEPS]]x{{[0-9]+}}xf32, #gpu.address_space<workgroup>>)
//       BODY:   scf.for
//       BODY:     gpu.barrier
//       BODY:     memref.store %{{.+}}, %[[A]]
//       BODY:     memref.store %{{.+}}, %[[B]]
//       BODY:     gpu.barrier
//       BODY:     scf.for
//   BODY-NOT:       %arg0
//       BODY:       memref.load %[[A]]
//       BODY:       memref.load %[[B]]
//   BODY-NOT:   gpu.barrier
//       BODY:   {{memref|vector}}.store %{{.+}}, %arg2

// SPIRV: spirv.module @kernel_0_spirv
// SPIRV-DAG: spirv.GlobalVariable @shared_{{.+}} : !spirv.ptr<!spirv.array<{{[0-9]+}} x f32>, Workgroup>
// SPIRV: spirv.ControlBarrier <Workgroup>, <Workgroup>
func.func @product(%a: memref<64x48xf32>, %b: memref<48x32xf32>, %c: memref<64x32xf32>) {
  linalg.matmul ins(%a, %b : memref<64x48xf32>, memref<48x32xf32>) outs(%c : memref<64x32xf32>)
  return
}

// What no tile divides is shared as well: nobody stores what is beyond the edge.
// CHECK: gpu.func @kernel_1
// CHECK-SAME: pc.shared
// BODY-LABEL: gpu.func @kernel_1
//       BODY:   arith.cmpi ule
//       BODY:   scf.if
//  BODY-NEXT:     memref.store %{{.+}}, %arg2
func.func @ragged(%a: memref<61x47xf32>, %b: memref<47x31xf32>, %c: memref<61x31xf32>) {
  linalg.matmul ins(%a, %b : memref<61x47xf32>, memref<47x31xf32>) outs(%c : memref<61x31xf32>)
  return
}

// A convolution is a product of its windows with its filters.
// CHECK: gpu.func @kernel_2
// CHECK-SAME: pc.shared
func.func @convolution(%x: memref<2x34x34x16xf32>, %w: memref<3x3x16x32xf32>, %y: memref<2x32x32x32xf32>) {
  linalg.conv_2d_nhwc_hwcf ins(%x, %w : memref<2x34x34x16xf32>, memref<3x3x16x32xf32>) outs(%y : memref<2x32x32x32xf32>)
  return
}
