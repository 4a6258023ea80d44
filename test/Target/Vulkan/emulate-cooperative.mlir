// RUN: pc-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-emulate-cooperative)))' | FileCheck %s

#workgroup = #gpu.address_space<workgroup>
#transposed = affine_map<(i, j) -> (j, i)>
gpu.module @kernel {
  // Each of 32 invocations has 8 of 256 sums; the subgroup is the 32 invocations of that number.
  // CHECK-LABEL: gpu.func @product
  //  CHECK-SAME:   workgroup(%[[A:.+]] : memref<16x16xbf16, {{.*}}, %[[B:.+]] : memref<16x16xbf16, {{.*}}, %[[S:.+]] : memref<32x16xf32,
  //       CHECK:   %[[T:.+]] = gpu.thread_id x
  //       CHECK:   arith.divui %[[T]], %c32
  // CHECK-COUNT-8: memref.load %[[S]]
  //       CHECK:   %[[OUT:.+]]:8 = scf.for
  //       CHECK:     scf.for %[[K:.+]] = %{{.+}} to %{{.+}} step %{{.+}} iter_args(%[[SUM:[^ ]+]] = {{.*}}) -> (f32, f32, f32, f32, f32, f32, f32, f32)
  //       CHECK:       %[[X:.+]] = memref.load %[[A]]
  //       CHECK:       %[[XF:.+]] = arith.extf %[[X]] : bf16 to f32
  //       CHECK:       %[[Y:.+]] = memref.load %[[B]]
  //       CHECK:       %[[YF:.+]] = arith.extf %[[Y]] : bf16 to f32
  //       CHECK:       %[[P:.+]] = arith.mulf %[[XF]], %[[YF]] : f32
  //       CHECK:       arith.addf %[[SUM]], %[[P]] : f32
  // CHECK-COUNT-8: memref.store %[[OUT]]{{.+}}, %[[S]]
  //   CHECK-NOT:   vector.
  gpu.func @product() workgroup(%a : memref<16x16xbf16, #workgroup>, %b : memref<16x16xbf16, #workgroup>, %s : memref<32x16xf32, #workgroup>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>, pc.cooperative = array<i64: 16, 16, 16, 2, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c16 = arith.constant 16 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.0 : bf16
    %subgroup = gpu.subgroup_id : index
    %row = arith.muli %subgroup, %c16 : index
    %init = vector.transfer_read %s[%row, %c0], %zero {in_bounds = [true, true]} : memref<32x16xf32, #workgroup>, vector<16x16xf32>
    %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%c = %init) -> (vector<16x16xf32>) {
      %x = vector.transfer_read %a[%c0, %c0], %half {in_bounds = [true, true], permutation_map = #transposed} : memref<16x16xbf16, #workgroup>, vector<16x16xbf16>
      %y = vector.transfer_read %b[%c0, %c0], %half {in_bounds = [true, true]} : memref<16x16xbf16, #workgroup>, vector<16x16xbf16>
      %next = vector.contract {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
                               iterator_types = ["parallel", "parallel", "reduction"], kind = #vector.kind<add>}
          %x, %y, %c : vector<16x16xbf16>, vector<16x16xbf16> into vector<16x16xf32>
      scf.yield %next : vector<16x16xf32>
    }
    vector.transfer_write %sum, %s[%row, %c0] {in_bounds = [true, true]} : vector<16x16xf32>, memref<32x16xf32, #workgroup>
    gpu.return
  }

  // Nothing to do without cooperative matrices.
  // CHECK-LABEL: gpu.func @alone
  //       CHECK:   gpu.subgroup_id
  gpu.func @alone() kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %subgroup = gpu.subgroup_id : index
    gpu.return
  }
}
