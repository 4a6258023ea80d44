// RUN: pc-opt %s --pc-gpu-kernels-to-spirv | FileCheck %s

// Each buffer is a pointer among the push constants, which says whether it is
// read or written; no binding, no offset. The alignment of each access is said.
//       CHECK: spirv.module @scale_spirv PhysicalStorageBuffer64 GLSL450
//   CHECK-NOT:   bind(
//       CHECK:   spirv.GlobalVariable @addresses : !spirv.ptr<!spirv.struct<(
//  CHECK-SAME:     !spirv.ptr<!spirv.struct<(!spirv.rtarray<i16, stride=2> [0, NonWritable])>, PhysicalStorageBuffer> [0],
//  CHECK-SAME:     !spirv.ptr<!spirv.struct<(!spirv.rtarray<f32, stride=4> [0, NonReadable])>, PhysicalStorageBuffer> [8])>, PushConstant>
//       CHECK:   spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 2] : i16
//       CHECK:   spirv.Store "PhysicalStorageBuffer" %{{.+}}, %{{.+}} ["Aligned", 4] : f32
//       CHECK:   spirv.EntryPoint "GLCompute" @scale, {{.*}}@addresses
gpu.module @scale {
  gpu.func @scale(%a: memref<32xi16, strided<[1], offset: ?>>, %b: memref<32xf32, strided<[1], offset: ?>>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, pc.addresses} {
    %i = gpu.thread_id x
    %n = memref.load %a[%i] : memref<32xi16, strided<[1], offset: ?>>
    %v = arith.sitofp %n : i16 to f32
    memref.store %v, %b[%i] : memref<32xf32, strided<[1], offset: ?>>
    gpu.return
  }
}

// Elements and vectors: one address, seen in two ways.
//       CHECK: spirv.module @vectors_spirv PhysicalStorageBuffer64
//       CHECK:   %[[ELEMENTS:.+]] = spirv.Load "PushConstant"
//       CHECK:   spirv.Bitcast %[[ELEMENTS]] : {{.*}}f32, stride=4{{.*}} to {{.*}}vector<4xf32>, stride=16
//       CHECK:   spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 16] : vector<4xf32>
//       CHECK:   spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 4] : f32
//       CHECK:   spirv.Store "PhysicalStorageBuffer" %{{.+}} ["Aligned", 16] : vector<4xf32>
gpu.module @vectors {
  gpu.func @vectors(%a: memref<32x4xf32, strided<[4, 1], offset: ?>>, %b: memref<32x4xf32, strided<[4, 1], offset: ?>>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>, pc.addresses} {
    %c0 = arith.constant 0 : index
    %i = gpu.thread_id x
    %v = vector.load %a[%i, %c0] : memref<32x4xf32, strided<[4, 1], offset: ?>>, vector<4xf32>
    %x = vector.extract %v[1] : f32 from vector<4xf32>
    %y = memref.load %a[%i, %c0] : memref<32x4xf32, strided<[4, 1], offset: ?>>
    %w = vector.from_elements %x, %y, %y, %x : vector<4xf32>
    vector.store %w, %b[%i, %c0] : memref<32x4xf32, strided<[4, 1], offset: ?>>, vector<4xf32>
    gpu.return
  }
}
