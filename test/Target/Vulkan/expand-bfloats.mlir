// RUN: pc-opt %s --pass-pipeline='builtin.module(gpu.module(math-extend-to-supported-types,gpu.func(pc-gpu-expand-bfloats)))' | FileCheck %s

gpu.module @m {
  // A product is that of f32; it is rounded to nearest, ties to even.
  // CHECK-LABEL: gpu.func @product
  //       CHECK:   %[[X:.+]] = memref.load
  //       CHECK:   %[[BITS:.+]] = arith.bitcast %[[X]] : bf16 to i16
  //       CHECK:   %[[LOW:.+]] = arith.extui %[[BITS]] : i16 to i32
  //       CHECK:   %[[HIGH:.+]] = arith.shli %[[LOW]], %{{.+}} : i32
  //       CHECK:   %[[WIDE:.+]] = arith.bitcast %[[HIGH]] : i32 to f32
  //       CHECK:   %[[Y:.+]] = arith.mulf %[[WIDE]], %{{.+}} : f32
  //   CHECK-DAG:   arith.cmpf une, %[[Y]], %[[Y]] : f32
  //   CHECK-DAG:   arith.bitcast %[[Y]] : f32 to i32
  //       CHECK:   %[[NARROW:.+]] = arith.bitcast %{{.+}} : i16 to bf16
  //       CHECK:   memref.store %[[NARROW]]
  gpu.func @product(%m: memref<6xbf16>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %x = memref.load %m[%c0] : memref<6xbf16>
    %y = memref.load %m[%c1] : memref<6xbf16>
    %z = arith.mulf %x, %y : bf16
    memref.store %z, %m[%c0] : memref<6xbf16>
    gpu.return
  }

  // What is compared is what was rounded, not what it was before.
  // CHECK-LABEL: gpu.func @compared
  //       CHECK:   %[[E:.+]] = math.exp
  //   CHECK-NOT:   arith.cmpf ogt, %[[E]]
  //       CHECK:   arith.cmpf ogt
  //       CHECK:   gpu.return
  gpu.func @compared(%m: memref<6xbf16>, %p: memref<6xi1>) kernel {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : bf16
    %x = memref.load %m[%c0] : memref<6xbf16>
    %y = math.exp %x : bf16
    %z = arith.cmpf ogt, %y, %one : bf16
    memref.store %z, %p[%c0] : memref<6xi1>
    gpu.return
  }

  // From and to f64 by way of f32.
  // CHECK-LABEL: gpu.func @double
  //       CHECK:   arith.extf %{{.+}} : f32 to f64
  //       CHECK:   arith.truncf %{{.+}} : f64 to f32
  //   CHECK-NOT:   bf16 to f64
  //       CHECK:   gpu.return
  gpu.func @double(%m: memref<6xbf16>) kernel {
    %c0 = arith.constant 0 : index
    %x = memref.load %m[%c0] : memref<6xbf16>
    %y = arith.extf %x : bf16 to f64
    %s = arith.addf %y, %y : f64
    %z = arith.truncf %s : f64 to bf16
    memref.store %z, %m[%c0] : memref<6xbf16>
    gpu.return
  }
}
