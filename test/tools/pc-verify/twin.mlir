// RUN: pc-verify %s --loss=mse --twin | FileCheck %s
// RUN: pc-verify %s --loss=mse --schedule=fixed --step=0.5 --iterations=6 --twin | FileCheck %s
// RUN: pc-verify %s --loss=mse --schedule=strict --iterations=5 --twin | FileCheck %s
// RUN: pc-verify %s --loss=mse --schedule=nudged --iterations=5 --twin | FileCheck %s
// RUN: not pc-verify %s --loss=mse --schedule=z-il --twin 2>&1 | FileCheck %s --check-prefix=NONE

// Compiled code of every schedule with one relaxation passes on one hop in each
// iteration, and no more.
// CHECK: locality  local
// CHECK: twin      6 states, up to 3 iterations: [[N:[0-9]+]] of [[N]] comparisons hold bit by bit
// CHECK: {{^}}holds:
// NONE: error: the twin of locality expects one relaxation of errors or activities, found z-il
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
