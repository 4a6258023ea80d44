// RUN: pc-verify %s --loss=mse --schedule=fixed --step=0.5 --iterations=6 --json %t.json | FileCheck %s
// RUN: %python %S/Inputs/bounds.py %t.json %t.json | FileCheck %s --check-prefix=SAME
// RUN: pc-verify %s --loss=mse --schedule=fixed --step=1.5 --iterations=9 --json %t.large.json | FileCheck %s
// RUN: %python %S/Inputs/bounds.py %t.large.json %t.large.json | FileCheck %s --check-prefix=SAME
// RUN: pc-verify %s --loss=mse --schedule=fixed --step=0.5 --iterations=7 --json %t.later.json | FileCheck %s
// RUN: not %python %S/Inputs/bounds.py %t.json %t.later.json 2>&1 | FileCheck %s --check-prefix=OTHER

// Bounds are not only kept but met. Those of one iteration more are not.
// CHECK: {{^}}holds: 4 bounded
// SAME: 2 errors are their bounds
// OTHER: w2: measured 0.656{{[0-9]*}}, but the bound is 0.5
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
