// A parameter of two vertices.
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
