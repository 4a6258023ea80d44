// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64 invocations=128 shared-bytes=32768 half-matrices=16,16,16 brain-matrices=16,8,16})' | FileCheck %s
// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-gpu-outline-kernels{lanes=32 subgroups=1 registers=64 invocations=128 shared-bytes=32768 half-matrices=16,16,16 brain-matrices=16,8,16},gpu.module(gpu.func(pc-gpu-distribute-kernels),canonicalize,cse))' -o %t
// RUN: FileCheck %s --check-prefix=BODY --input-file=%t
// RUN: pc-opt %t --pc-gpu-kernels-to-spirv | FileCheck %s --check-prefix=SPIRV

// A message, through the transposed weight: M, N and K, and the subgroups along rows and columns.
// CHECK: gpu.func @kernel_0
// CHECK-SAME: pc.cooperative = array<i64: 16, 16, 16, {{[12]}}, {{[12]}}>, pc.shared

// Elements become sums of the subgroups and elements again by way of the memory of the workgroup, where
// tiles of the operands come in rounds: steps by rows of one, steps by columns of the other.
// BODY-LABEL: gpu.func @kernel_0
//  BODY-SAME:   workgroup(%[[A:.+]] : memref<[[D:[0-9]+]]x[[R:[0-9]+]]xf16, #gpu.address_space<workgroup>>, %[[B:.+]] : memref<[[D]]x[[C:[0-9]+]]xf16, #gpu.address_space<workgroup>>, %[[S:.+]] : memref<[[R]]x[[C]]xf32, #gpu.address_space<workgroup>>)
//       BODY:   memref.store %{{.+}}, %[[S]]
//       BODY:   gpu.barrier
//       BODY:   gpu.subgroup_id
//       BODY:   vector.transfer_read %[[S]]{{.*}} vector<16x16xf32>
//       BODY:   scf.for
//       BODY:     gpu.barrier
//       BODY:     memref.store %{{.+}}, %[[A]]
//       BODY:     memref.store %{{.+}}, %[[B]]
//       BODY:     gpu.barrier
//       BODY:     scf.for
//       BODY:       vector.transfer_read %[[A]]{{.*}} permutation_map = #{{.+}}} : {{.*}} vector<16x16xf16>
//       BODY:       vector.transfer_read %[[B]]{{.*}} vector<16x16xf16>
//       BODY:       vector.contract
//       BODY:   vector.transfer_write %{{.+}}, %[[S]]
//       BODY:   gpu.barrier
//       BODY:   memref.load %[[S]]
//       BODY:   vector.store %{{.+}}, %arg2

// What is in memory as steps by rows are the columns of A; memory of the workgroup is nobody's own.
// SPIRV: spirv.module @kernel_0_spirv Logical Vulkan
// SPIRV-DAG: spirv.GlobalVariable @shared_3 : !spirv.ptr<!spirv.array<{{[0-9]+}} x f16>, Workgroup>
// SPIRV-DAG: spirv.GlobalVariable @{{.*}} built_in("SubgroupId")
// SPIRV: spirv.Store "Workgroup" %{{.+}}, %{{.+}} ["NonPrivatePointer"] : f32
// SPIRV: spirv.ControlBarrier <Workgroup>, <Workgroup>, <AcquireRelease|WorkgroupMemory|MakeAvailable|MakeVisible>
// SPIRV: spirv.KHR.CooperativeMatrixLoad %{{.+}}, %{{.+}}, <RowMajor>, <NonPrivatePointer> : !spirv.ptr<f32, Workgroup>, i32 -> !spirv.coopmatrix<16x16xf32, Subgroup, MatrixAcc>
// SPIRV: spirv.KHR.CooperativeMatrixLoad %{{.+}}, %{{.+}}, <ColumnMajor>, <NonPrivatePointer> : !spirv.ptr<f16, Workgroup>, i32 -> !spirv.coopmatrix<16x16xf16, Subgroup, MatrixA>
// SPIRV: spirv.KHR.CooperativeMatrixLoad %{{.+}}, %{{.+}}, <RowMajor>, <NonPrivatePointer> : !spirv.ptr<f16, Workgroup>, i32 -> !spirv.coopmatrix<16x16xf16, Subgroup, MatrixB>
// SPIRV: spirv.KHR.CooperativeMatrixMulAdd
// SPIRV: spirv.KHR.CooperativeMatrixStore %{{.+}}, %{{.+}}, %{{.+}}, <RowMajor>, <NonPrivatePointer>
// SPIRV: spirv.EntryPoint "GLCompute" @kernel_0, {{.*}}@shared_3{{.*}}@buffer_0
func.func @transposed(%a: memref<128x64xf16>, %b: memref<128x64xf16>, %c: memref<128x128xf32>) {
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
                                 affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : memref<128x64xf16>, memref<128x64xf16>) outs(%c : memref<128x128xf32>)
  return
}

// bf16 has matrices of its own, integers in memory; where the last steps are none, zeros are multiplied.
// CHECK: gpu.func @kernel_1
// CHECK-SAME: pc.cooperative = array<i64: 16, 8, 16,
// BODY-LABEL: gpu.func @kernel_1
//       BODY:   arith.select %{{.+}}, %{{.+}}, %{{.+}} : bf16
// SPIRV: spirv.module @kernel_1_spirv Logical Vulkan
// SPIRV: spirv.KHR.CooperativeMatrixLoad %{{.+}} : !spirv.ptr<i16, Workgroup>, i32 -> !spirv.coopmatrix<16x16xbf16, Subgroup, MatrixA>
// SPIRV: !spirv.ptr<i16, Workgroup>, i32 -> !spirv.coopmatrix<16x8xbf16, Subgroup, MatrixB>
func.func @brain(%a: memref<61x41xbf16>, %b: memref<41x31xbf16>, %c: memref<61x31xf32>) {
  linalg.matmul ins(%a, %b : memref<61x41xbf16>, memref<41x31xbf16>) outs(%c : memref<61x31xf32>)
  return
}

// What is multiplied or summed up in another type, or mostly edge, has none.
// CHECK: gpu.func @kernel_2
// CHECK-NOT: pc.cooperative
func.func @others(%a: memref<64x64xf32>, %h: memref<64x64xf16>, %c: memref<64x64xf32>, %i: memref<64x64xf16>,
                  %t: memref<9x64xf16>, %u: memref<64x9xf16>, %d: memref<9x9xf32>) {
  linalg.matmul ins(%a, %a : memref<64x64xf32>, memref<64x64xf32>) outs(%c : memref<64x64xf32>)
  linalg.matmul ins(%h, %h : memref<64x64xf16>, memref<64x64xf16>) outs(%i : memref<64x64xf16>)
  linalg.matmul ins(%t, %u : memref<9x64xf16>, memref<64x9xf16>) outs(%d : memref<9x9xf32>)
  return
}
