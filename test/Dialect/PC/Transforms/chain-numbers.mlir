// RUN: %python %S/Inputs/chain.py %pc_bin %t %s

// Five vertices in a chain, each with a parameter; the last is clamped.

func.func @model(%x: tensor<3xf64> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<3xf64> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<3xf64> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<3xf64> {pc.role = "parameter", pc.name = "w3"},
                 %w4: tensor<3xf64> {pc.role = "parameter", pc.name = "w4"},
                 %w5: tensor<3xf64> {pc.role = "parameter", pc.name = "w5"})
    -> (tensor<3xf64> {pc.role = "output", pc.name = "y"}) {
  %a1 = arith.mulf %x, %w1 : tensor<3xf64> loc("h1")
  %h1 = math.tanh %a1 : tensor<3xf64> loc("h1")
  %a2 = arith.mulf %h1, %w2 : tensor<3xf64> loc("h2")
  %h2 = math.tanh %a2 : tensor<3xf64> loc("h2")
  %a3 = arith.mulf %h2, %w3 : tensor<3xf64> loc("h3")
  %h3 = math.tanh %a3 : tensor<3xf64> loc("h3")
  %a4 = arith.mulf %h3, %w4 : tensor<3xf64> loc("h4")
  %h4 = math.tanh %a4 : tensor<3xf64> loc("h4")
  %y = arith.mulf %h4, %w5 : tensor<3xf64> loc("h5")
  return %y : tensor<3xf64>
}
