// RUN: pc-opt %s --pass-pipeline='builtin.module(pc-attach-loss{loss=mse},pc-build-graph,pc-expand-inference{schedule=fixed step=0.5 iterations=6},pc-lower-vjp,convert-pc-to-linalg,canonicalize,cse,func.func(pc-cpu-structure-ops),cse,func.func(pc-cpu-fuse-elementwise),canonicalize,cse,loop-invariant-code-motion,func.func(pc-cpu-own-destinations,pc-cpu-pass-by-destination),pc-cpu-anchor-loop-state,empty-tensor-to-alloc-tensor,one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map},canonicalize,cse)' -o %t.mlir
// RUN: pc-opt %t.mlir -pc-check-state-aliasing | FileCheck %s
// RUN: %python %S/Inputs/swap_updates.py < %t.mlir > %t.swapped.mlir
// RUN: not pc-opt %t.swapped.mlir -pc-check-state-aliasing 2>&1 | FileCheck %s --check-prefix=SWAPPED

// On the way to the CPU states are updated in their places, parents first, and
// that is in order. Two updates that change places make a sweep.
// CHECK: scf.for
// CHECK-NOT: memref.copy
// CHECK: linalg.generic
// SWAPPED: error: L2: expected the state of the last iteration, but this reads what was written in this one
func.func @model(%x: tensor<4xf32> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<4xf32> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<4xf32> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<4xf32> {pc.role = "parameter", pc.name = "w3"})
    -> (tensor<4xf32> {pc.role = "output", pc.name = "y"}) {
  %a = arith.mulf %x, %w1 : tensor<4xf32> loc("a")
  %h = math.tanh %a : tensor<4xf32> loc("h")
  %b = arith.mulf %h, %w2 : tensor<4xf32> loc("b")
  %c = math.tanh %b : tensor<4xf32> loc("c")
  %d = arith.mulf %c, %h : tensor<4xf32> loc("d")
  %e = arith.mulf %d, %w3 : tensor<4xf32> loc("e")
  %f = arith.addf %e, %w1 : tensor<4xf32> loc("f")
  return %f : tensor<4xf32>
}
