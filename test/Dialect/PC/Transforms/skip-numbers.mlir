// RUN: %python %S/Inputs/skip.py %pc_bin %t %s

// A graph with skips of several lengths and multiplicative merges.

func.func @model(%x: tensor<3xf64> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<3xf64> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<3xf64> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<3xf64> {pc.role = "parameter", pc.name = "w3"})
    -> (tensor<3xf64> {pc.role = "output", pc.name = "y"}) {
  %a1 = arith.mulf %x, %w1 : tensor<3xf64> loc("a")
  %a = math.tanh %a1 : tensor<3xf64> loc("a")
  %b1 = arith.mulf %a, %w2 : tensor<3xf64> loc("b")
  %b = math.sin %b1 : tensor<3xf64> loc("b")
  %c = arith.mulf %b, %a : tensor<3xf64> loc("c")
  %d1 = arith.mulf %c, %w3 : tensor<3xf64> loc("d")
  %d = math.exp %d1 : tensor<3xf64> loc("d")
  %e = arith.mulf %d, %b : tensor<3xf64> loc("e")
  %f = arith.mulf %e, %a : tensor<3xf64> loc("f")
  return %f : tensor<3xf64>
}
