func.func @model(%words: tensor<3xi64> {pc.role = "input", pc.name = "words", pc.range = array<i64: -5, 4>},
                 %labels: tensor<3xi64> {pc.role = "input", pc.name = "labels", pc.range = array<i64: 0, 3, -1>})
    -> (tensor<3xi64> {pc.role = "output", pc.name = "y"}) {
  %y = arith.addi %words, %labels : tensor<3xi64>
  return %y : tensor<3xi64>
}
