// RUN: pc-opt %s -pc-cpu-to-loops='vector-bits=512 registers=32 fma=true' | FileCheck %s --check-prefix=LOOPS
// RUN: pc-opt %s -pc-cpu-pipeline | FileCheck %s --check-prefix=LLVM

// Weights that do not change are transposed once, before the loop; in the loop
// nothing is copied and nothing allocated; the state is updated where it is.
// LOOPS-LABEL: func @relax(
//  LOOPS-SAME:   %[[ARENA:[^:]+]]: memref<{{[0-9]+}}xi8> {llvm.noalias, pc.arena}
//   LOOPS-NOT:   memref.alloc
//       LOOPS:   scf.for %{{.+}} = %c0{{.*}} to %c20
//   LOOPS-NOT:     memref.copy
//   LOOPS-NOT:     vector.gather
//       LOOPS:     vector.fma
//   LOOPS-NOT:     memref.copy
//       LOOPS:   return

// One pointer for each argument, result and the arena; no runtime is called.
//  LLVM-LABEL: llvm.func @relax(
//   LLVM-SAME:   %{{[^:]+}}: !llvm.ptr {llvm.noalias, llvm.readonly}
//   LLVM-SAME:   %{{[^:]+}}: !llvm.ptr {llvm.noalias, llvm.readonly}
//   LLVM-SAME:   %{{[^:]+}}: !llvm.ptr {llvm.noalias
//   LLVM-SAME:   %{{[^:]+}}: !llvm.ptr {llvm.noalias, pc.arena}
//    LLVM-NOT:   llvm.call
//    LLVM-NOT:   unrealized_conversion_cast
func.func @relax(%b: tensor<64x256xf32>, %w: tensor<256x256xf32>) -> tensor<64x256xf32> {
  %z = arith.constant dense<0.0> : tensor<64x256xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c20 = arith.constant 20 : index
  %zero = arith.constant 0.0 : f32
  %r = scf.for %t = %c0 to %c20 step %c1 iter_args(%d = %z) -> tensor<64x256xf32> {
    %e = tensor.empty() : tensor<64x256xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x256xf32>) -> tensor<64x256xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(i,j,k)->(i,k)>, affine_map<(i,j,k)->(j,k)>, affine_map<(i,j,k)->(i,j)>], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%d, %w : tensor<64x256xf32>, tensor<256x256xf32>) outs(%f : tensor<64x256xf32>) {
    ^bb0(%p: f32, %q: f32, %c: f32):
      %x = arith.mulf %p, %q : f32
      %s = arith.addf %c, %x : f32
      linalg.yield %s : f32
    } -> tensor<64x256xf32>
    %step = arith.constant dense<0.1> : tensor<64x256xf32>
    %keep = arith.constant dense<0.9> : tensor<64x256xf32>
    %old = arith.mulf %d, %keep : tensor<64x256xf32>
    %sum = arith.addf %m, %b : tensor<64x256xf32>
    %new = arith.mulf %sum, %step : tensor<64x256xf32>
    %next = arith.addf %old, %new : tensor<64x256xf32>
    scf.yield %next : tensor<64x256xf32>
  }
  return %r : tensor<64x256xf32>
}
