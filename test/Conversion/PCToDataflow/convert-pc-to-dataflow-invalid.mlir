// RUN: split-file %s %t
// RUN: not pc-opt %t/none.mlir -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not pc-opt %t/lonely.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=LONELY
// RUN: not pc-opt %t/samples.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=SAMPLES
// RUN: not pc-opt %t/good.mlir -pc-attach-loss=loss=mse -pc-build-graph \
// RUN:   -pc-expand-inference="schedule=nudged step=0.1 iterations=9 beta=0.1" \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=NUDGED
// RUN: not pc-opt %t/good.mlir -pc-attach-loss=loss=mse -pc-build-graph \
// RUN:   -pc-expand-inference="schedule=incremental step=0.1 iterations=9" \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=INCREMENTAL
// RUN: not pc-opt %t/good.mlir -pc-attach-loss=loss=mse -pc-build-graph \
// RUN:   -pc-expand-inference="schedule=strict step=0.1 iterations=9 tolerance=1e-3" \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=ENDS
// RUN: not pc-opt %t/good.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -pc-fold-relaxation \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=FOLD
// RUN: not pc-opt %t/good.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference \
// RUN:   -pc-learn="optimizer=adam" -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=ADAM
// RUN: not pc-opt %t/own.mlir -pc-attach-loss=loss=model -pc-build-graph -pc-expand-inference \
// RUN:   -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=OWN
// RUN: not pc-opt %t/shared.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference \
// RUN:   -pc-learn="optimizer=sgd" -convert-pc-to-dataflow 2>&1 | FileCheck %s --check-prefix=SHARED

// What has no circuit is refused by name, with the nearest that has.

// NONE: error: expected a function of the relaxation level
// LONELY: 'pc.vertex' op of @e has no circuit: it reads a parameter, but no activity
// LONELY: what has: products of activities and one parameter
// SAMPLES: 'linalg.generic' op of @o has no circuit: it mixes the samples of a batch
// NUDGED: has no circuit: the loss or the errors are scaled; the nearest that has: the schedules strict, fixed-exact and fixed
// INCREMENTAL: has no circuit: parameters learn in each iteration; the nearest that has: the schedule strict
// ENDS: 'pc.relax' op has no circuit: the slopes of all vertices end the relaxation; the nearest that has: a number of iterations without a tolerance
// OWN: 'pc.graph' op has no circuit: output y is no prediction of a vertex
// FOLD: has no circuit: after pc-fold-relaxation it is no longer local
// ADAM: 'pc.learn' op has no circuit: the optimizer is adam; the nearest that has: sgd and momentum
// SHARED: 'pc.accumulate' op has no circuit: several vertices learn one parameter

//--- none.mlir
module {
}
//--- lonely.mlir
func.func @model(%x: tensor<4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<4xf32> {pc.name = "y", pc.role = "output"}) {
  %e = math.tanh %w : tensor<4xf32> loc("e")
  %y = arith.mulf %x, %e : tensor<4xf32> loc("s")
  return %y : tensor<4xf32>
}
//--- samples.mlir
func.func @model(%x: tensor<4x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x4xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<4x4xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32> loc("h")
  %h = linalg.matmul ins(%x, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4x4xf32>) -> tensor<4x4xf32> loc("h")
  %o = linalg.matmul ins(%h, %h : tensor<4x4xf32>, tensor<4x4xf32>) outs(%f : tensor<4x4xf32>) -> tensor<4x4xf32> loc("o")
  return %o : tensor<4x4xf32>
}
//--- good.mlir
func.func @model(%x: tensor<2x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x4xf32> {pc.name = "w", pc.role = "parameter"},
                 %v: tensor<4x4xf32> {pc.name = "v", pc.role = "parameter"})
    -> (tensor<2x4xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32> loc("h")
  %h = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%f : tensor<2x4xf32>) -> tensor<2x4xf32> loc("h")
  %o = linalg.matmul ins(%h, %v : tensor<2x4xf32>, tensor<4x4xf32>) outs(%f : tensor<2x4xf32>) -> tensor<2x4xf32> loc("o")
  return %o : tensor<2x4xf32>
}
//--- own.mlir
#map = affine_map<(d0) -> (d0)>
func.func @model(%x: tensor<2xf32> {pc.role = "input", pc.name = "x"},
                 %w: tensor<2xf32> {pc.role = "parameter", pc.name = "w"})
    -> (tensor<f32> {pc.role = "output", pc.name = "y"}) {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %p = arith.mulf %x, %w : tensor<2xf32> loc("p")
  %q = arith.mulf %p, %p : tensor<2xf32> loc("q")
  %y = linalg.generic {indexing_maps = [#map, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%q : tensor<2xf32>) outs(%zero : tensor<f32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  } -> tensor<f32> loc("y")
  return %y : tensor<f32>
}
//--- shared.mlir
func.func @model(%x: tensor<2x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x4xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2x4xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4xf32>) -> tensor<2x4xf32> loc("h")
  %h = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%f : tensor<2x4xf32>) -> tensor<2x4xf32> loc("h")
  %o = linalg.matmul ins(%h, %w : tensor<2x4xf32>, tensor<4x4xf32>) outs(%f : tensor<2x4xf32>) -> tensor<2x4xf32> loc("o")
  return %o : tensor<2x4xf32>
}
