// RUN: pc-opt %s --pc-gpu-kernels-to-spirv | FileCheck %s

// The place of an element: where the buffer begins, a push constant, and the
// strides. A boolean is a byte in memory, an index has 64 bits there.
//       CHECK: spirv.module @select_spirv Logical GLSL450
//   CHECK-DAG:   spirv.GlobalVariable @buffer_0 bind(0, 0) {non_writable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<i8, stride=1> [0])>, StorageBuffer>
//   CHECK-DAG:   spirv.GlobalVariable @buffer_1 bind(0, 1) {non_writable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<i64, stride=8> [0])>, StorageBuffer>
//   CHECK-DAG:   spirv.GlobalVariable @buffer_2 bind(0, 2) {non_readable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<f32, stride=4> [0])>, StorageBuffer>
//   CHECK-DAG:   spirv.GlobalVariable @__push_constant_var__ : !spirv.ptr<!spirv.struct<(!spirv.array<3 x i32, stride=4> [0])>, PushConstant>
//       CHECK:   spirv.func @select() "None"
//       CHECK:     %[[BYTE:.+]] = spirv.Load "StorageBuffer" %{{.+}} : i8
//       CHECK:     spirv.INotEqual %[[BYTE]], %{{.+}} : i8
//       CHECK:     %[[LONG:.+]] = spirv.Load "StorageBuffer" %{{.+}} : i64
//       CHECK:     spirv.SConvert %[[LONG]] : i64 to i32
//       CHECK:     spirv.Store "StorageBuffer"
//       CHECK:   spirv.EntryPoint "GLCompute" @select, @__builtin__LocalInvocationId__
//       CHECK:   spirv.ExecutionMode @select "LocalSize", 32, 1, 1
//       CHECK: gpu.func @select
//  CHECK-NEXT:   gpu.return
gpu.module @select {
  gpu.func @select(%a: memref<32xi1, strided<[1], offset: ?>>, %b: memref<32xindex, strided<[1], offset: ?>>,
                   %c: memref<32x3xf32, strided<[3, 1], offset: ?>>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %i = gpu.thread_id x
    %p = memref.load %a[%i] : memref<32xi1, strided<[1], offset: ?>>
    %n = memref.load %b[%i] : memref<32xindex, strided<[1], offset: ?>>
    %k = arith.select %p, %n, %c0 : index
    %w = arith.index_cast %k : index to i32
    %v = arith.sitofp %w : i32 to f32
    memref.store %v, %c[%i, %c0] : memref<32x3xf32, strided<[3, 1], offset: ?>>
    gpu.return
  }
}

// Vectors are a second variable of the same binding, at a fourth of the place.
//       CHECK: spirv.module @vectors_spirv
//   CHECK-DAG:   spirv.GlobalVariable @buffer_0_vectors bind(0, 0) {aliased, non_writable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<vector<4xf32>, stride=16> [0])>, StorageBuffer>
//   CHECK-DAG:   spirv.GlobalVariable @buffer_0 bind(0, 0) {aliased, non_writable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<f32, stride=4> [0])>, StorageBuffer>
//   CHECK-DAG:   spirv.GlobalVariable @buffer_1_vectors bind(0, 1) {non_readable}
//   CHECK-NOT:   @buffer_1 bind
//       CHECK:   %[[VECTOR:.+]] = spirv.Load "StorageBuffer" %{{.+}} : vector<4xf32>
//       CHECK:   spirv.CompositeExtract %[[VECTOR]][1 : i32]
//       CHECK:   spirv.CompositeConstruct
//       CHECK:   spirv.Store "StorageBuffer" %{{.+}}, %{{.+}} : vector<4xf32>
gpu.module @vectors {
  gpu.func @vectors(%a: memref<32x4xf32, strided<[4, 1], offset: ?>>, %b: memref<32x4xf32, strided<[4, 1], offset: ?>>) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>} {
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

// Integers of 4 bits are bytes; their sign is that of their highest bit.
//       CHECK: spirv.module @narrow_spirv
//   CHECK-DAG:   spirv.GlobalVariable @buffer_0 bind(0, 0) {non_writable} : !spirv.ptr<!spirv.struct<(!spirv.rtarray<i8, stride=1> [0])>
//       CHECK:   %[[BYTE:.+]] = spirv.Load "StorageBuffer" %{{.+}} : i8
//       CHECK:   %[[UP:.+]] = spirv.ShiftLeftLogical %[[BYTE]]
//       CHECK:   %[[DOWN:.+]] = spirv.ShiftRightArithmetic %[[UP]]
//       CHECK:   spirv.SConvert %[[DOWN]] : i8 to i32
//       CHECK:   spirv.ConvertSToF
gpu.module @narrow {
  gpu.func @narrow(%a: memref<32xi4>, %b: memref<32xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %i = gpu.thread_id x
    %n = memref.load %a[%i] : memref<32xi4>
    %x = arith.sitofp %n : i4 to f32
    memref.store %x, %b[%i] : memref<32xf32>
    gpu.return
  }
}

// A position is compared as it is, without the detour through 64 bits.
//       CHECK: spirv.module @positions_spirv
//   CHECK-NOT:   spirv.SConvert
//       CHECK:   spirv.SLessThan %{{.+}}, %{{.+}} : i32
gpu.module @positions {
  gpu.func @positions(%a: memref<32xi1>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %five = arith.constant 5 : i64
    %i = gpu.thread_id x
    %wide = arith.index_cast %i : index to i64
    %low = arith.cmpi slt, %wide, %five : i64
    memref.store %low, %a[%i] : memref<32xi1>
    gpu.return
  }
}

// bf16 is an integer of 16 bits; a constant is that of its bits.
//       CHECK: spirv.module @brain_spirv
//   CHECK-DAG:   spirv.GlobalVariable @buffer_0 bind(0, 0) : !spirv.ptr<!spirv.struct<(!spirv.rtarray<i16, stride=2> [0])>
//   CHECK-DAG:   %[[ONE:.+]] = spirv.Constant 16256 : i16
//       CHECK:   %[[X:.+]] = spirv.Load "StorageBuffer" %{{.+}} : i16
//       CHECK:   spirv.UConvert %[[X]] : i16 to i32
//       CHECK:   %[[Y:.+]] = spirv.Select %{{.+}}, %[[X]], %[[ONE]] : i1, i16
//       CHECK:   spirv.Store "StorageBuffer" %{{.+}}, %[[Y]] : i16
gpu.module @brain {
  gpu.func @brain(%a: memref<32xbf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %i = gpu.thread_id x
    %one = arith.constant 1.0 : bf16
    %c5 = arith.constant 5 : i32
    %x = memref.load %a[%i] : memref<32xbf16>
    %bits = arith.bitcast %x : bf16 to i16
    %wide = arith.extui %bits : i16 to i32
    %p = arith.cmpi eq, %wide, %c5 : i32
    %y = arith.select %p, %x, %one : bf16
    memref.store %y, %a[%i] : memref<32xbf16>
    gpu.return
  }
}
