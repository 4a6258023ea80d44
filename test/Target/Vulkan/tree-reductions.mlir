// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=64 registers=64 shared-bytes=16384})' | FileCheck %s
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=64 registers=64})' | FileCheck %s --check-prefix=ALONE
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=64 registers=64 shared-bytes=16384},gpu.module(gpu.func(pc-gpu-distribute-kernels)))' | FileCheck %s --check-prefix=BODY
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=64 registers=64 shared-bytes=16384},gpu.module(gpu.func(pc-gpu-distribute-kernels),canonicalize,cse),pc-gpu-kernels-to-spirv)' | FileCheck %s --check-prefix=SPIRV

// ALONE-NOT: pc.tree

// One result of 5000: as many invocations as a workgroup may have.
// CHECK: gpu.func @kernel_0
// CHECK-SAME: known_block_size = array<i32: 128, 1, 1>
// CHECK-SAME: pc.tree = 128 : index

// The first of them begins with what was there; a last round that is not for all changes nothing for the
// others; every level of the tree waits for the one before it, and only the first stores.
// BODY-LABEL: gpu.func @kernel_0
//  BODY-SAME:   workgroup(%[[PARTS:.+]] : memref<128xf32, #gpu.address_space<workgroup>>)
//       BODY:   %[[FIRST:.+]] = arith.cmpi eq
//       BODY:   %[[NEUTRAL:.+]] = arith.constant 0.0
//       BODY:   arith.select %[[FIRST]], %{{.+}}, %[[NEUTRAL]]
//       BODY:   scf.for
//       BODY:     %[[EXISTS:.+]] = arith.cmpi ult
//       BODY:     arith.select %[[EXISTS]]
//       BODY:   memref.store %{{.+}}, %[[PARTS]]
//       BODY:   gpu.barrier
// BODY-COUNT-7: scf.if {{.*}} {
//       BODY:     %[[A:.+]] = memref.load %[[PARTS]]
//       BODY:     %[[B:.+]] = memref.load %[[PARTS]]
//       BODY:     %[[C:.+]] = arith.addf %[[A]], %[[B]]
//       BODY:     memref.store %[[C]], %[[PARTS]]
//       BODY:   gpu.barrier
//       BODY:   %[[SUM:.+]] = memref.load %[[PARTS]]
//       BODY:   scf.if %[[FIRST]]
//       BODY:     memref.store %[[SUM]], %arg1
// SPIRV: spirv.GlobalVariable @shared_2 : !spirv.ptr<!spirv.array<128 x f32>, Workgroup>
func.func @loss(%x: memref<50x100xf32>, %sum: memref<f32>) {
  linalg.reduce { arith.addf } ins(%x : memref<50x100xf32>) outs(%sum : memref<f32>) dimensions = [0, 1]
  return
}

// Rows of a softmax: several results in a workgroup.
// CHECK: gpu.func @kernel_1
// CHECK-SAME: known_block_size = array<i32: 64, 1, 1>
// CHECK-SAME: pc.tree = 16 : index
func.func @rows(%x: memref<100x300xf32>, %max: memref<100xf32>) {
  linalg.reduce { arith.maximumf } ins(%x : memref<100x300xf32>) outs(%max : memref<100xf32>) dimensions = [1]
  return
}

// Enough results to keep the device busy, too little to reduce, or a place and a number at once, whose parts
// nothing joins.
// CHECK: gpu.func @kernel_2
// CHECK-NOT: pc.tree
func.func @others(%x: memref<4096x64xf32>, %y: memref<4096xf32>, %z: memref<4096x4xf32>,
                  %p: memref<5000xf32>, %q: memref<f32>, %i: memref<index>) {
  linalg.reduce { arith.addf } ins(%x : memref<4096x64xf32>) outs(%y : memref<4096xf32>) dimensions = [1]
  linalg.reduce { arith.addf } ins(%z : memref<4096x4xf32>) outs(%y : memref<4096xf32>) dimensions = [1]
  linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>, affine_map<(k) -> ()>], iterator_types = ["reduction"]}
      ins(%p : memref<5000xf32>) outs(%q, %i : memref<f32>, memref<index>) {
  ^bb0(%in: f32, %best: f32, %at: index):
    %k = linalg.index 0 : index
    %more = arith.cmpf ogt, %in, %best : f32
    %0 = arith.select %more, %in, %best : f32
    %1 = arith.select %more, %k, %at : index
    linalg.yield %0, %1 : f32, index
  }
  return
}
