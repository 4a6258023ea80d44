// RUN: split-file %s %t
// RUN: %python %S/Inputs/fold.py %pc_bin %t %t/chain.mlir %t/steps.mlir

//--- chain.mlir
// Six vertices in a chain, each with a parameter; the last is clamped.

func.func @model(%x: tensor<2xf64> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<2xf64> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<2xf64> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<2xf64> {pc.role = "parameter", pc.name = "w3"},
                 %w4: tensor<2xf64> {pc.role = "parameter", pc.name = "w4"},
                 %w5: tensor<2xf64> {pc.role = "parameter", pc.name = "w5"},
                 %w6: tensor<2xf64> {pc.role = "parameter", pc.name = "w6"})
    -> (tensor<2xf64> {pc.role = "output", pc.name = "y"}) {
  %a1 = arith.mulf %x, %w1 : tensor<2xf64> loc("h1")
  %h1 = math.tanh %a1 : tensor<2xf64> loc("h1")
  %a2 = arith.mulf %h1, %w2 : tensor<2xf64> loc("h2")
  %h2 = math.tanh %a2 : tensor<2xf64> loc("h2")
  %a3 = arith.mulf %h2, %w3 : tensor<2xf64> loc("h3")
  %h3 = math.tanh %a3 : tensor<2xf64> loc("h3")
  %a4 = arith.mulf %h3, %w4 : tensor<2xf64> loc("h4")
  %h4 = math.tanh %a4 : tensor<2xf64> loc("h4")
  %a5 = arith.mulf %h4, %w5 : tensor<2xf64> loc("h5")
  %h5 = math.tanh %a5 : tensor<2xf64> loc("h5")
  %y = arith.mulf %h5, %w6 : tensor<2xf64> loc("h6")
  return %y : tensor<2xf64>
}

//--- steps.mlir
// Two ways with steps of their own and a third one of one edge; the loss reads
// @h too.
pc.graph @model_graph(%w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.role = "output"}, tensor<f64> {pc.role = "loss"}) {
  %g = pc.vertex @g() params(%w : tensor<2xf64>) step(1.2) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.tanh %p : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %h = pc.vertex @h(%g : tensor<2xf64>) energy(<gaussian, precision = 1.5>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.sin %p : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %i = pc.vertex @i(%h : tensor<2xf64>) step(0.4) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.exp %p : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %k = pc.vertex @k(%h, %i : tensor<2xf64>, tensor<2xf64>) step(3.0) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%h, %i, %k : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>, %r: tensor<2xf64>):
    %a = arith.mulf %p, %q : tensor<2xf64>
    %y = arith.addf %a, %r : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%h, %o : tensor<2xf64>, tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %zero = arith.constant dense<0.0> : tensor<f64>
    %a = arith.mulf %p, %q : tensor<2xf64>
    %y = linalg.reduce { arith.addf } ins(%a : tensor<2xf64>) outs(%zero : tensor<f64>) dimensions = [0]
    pc.prediction %y : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
