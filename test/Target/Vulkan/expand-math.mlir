// RUN: pc-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-expand-math)))' | FileCheck %s

gpu.module @math {
  // Arithmetic alone is left; the multiply-adds of polynomials are ops of their own.
  // CHECK-LABEL: gpu.func @accurate
  //  CHECK-SAME:   pc.exact
  //   CHECK-NOT:   math.{{(tanh|erf|exp|log|expm1|log1p)}}
  //       CHECK:   gpu.return
  gpu.func @accurate(%m: memref<6xf32>) kernel {
    %c0 = arith.constant 0 : index
    %x = memref.load %m[%c0] : memref<6xf32>
    %0 = math.tanh %x : f32
    %1 = math.erf %0 : f32
    %2 = math.exp %1 : f32
    %3 = math.log %2 : f32
    %4 = math.expm1 %3 : f32
    %5 = math.log1p %4 : f32
    memref.store %5, %m[%c0] : memref<6xf32>
    gpu.return
  }

  // What every device has to compute exactly, or nearly so, stays.
  // CHECK-LABEL: gpu.func @kept
  //   CHECK-NOT:   pc.exact
  //       CHECK:   math.sqrt
  //       CHECK:   math.absf
  gpu.func @kept(%m: memref<6xf32>) kernel {
    %c0 = arith.constant 0 : index
    %x = memref.load %m[%c0] : memref<6xf32>
    %0 = math.sqrt %x : f32
    %1 = math.absf %0 : f32
    memref.store %1, %m[%c0] : memref<6xf32>
    gpu.return
  }
}

// -----

gpu.module @double {
  gpu.func @double(%m: memref<6xf64>) kernel {
    %c0 = arith.constant 0 : index
    %x = memref.load %m[%c0] : memref<6xf64>
    // expected-error @below {{'math.log' op of f64 is not supported by the Vulkan target}}
    %0 = math.log %x : f64
    memref.store %0, %m[%c0] : memref<6xf64>
    gpu.return
  }
}
