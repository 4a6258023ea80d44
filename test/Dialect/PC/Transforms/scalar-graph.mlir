// RUN: %python %S/Inputs/scalar_graph.py %pc_bin %t %s

// The scalar graph of Millidge, Tschantz and Buckley 2020: y = tan(sqrt(theta v))
// + sin(v^2) with L = (T - y)^2 / 2. Inputs/scalar_graph.py holds every schedule
// against the numbers of the paper's graph in float64.

func.func @model(%v: tensor<f64> {pc.role = "input", pc.name = "v"},
                 %theta: tensor<f64> {pc.role = "parameter", pc.name = "theta"},
                 %target: tensor<f64> {pc.role = "target", pc.name = "T"})
    -> (tensor<f64> {pc.role = "output", pc.name = "L"},
        tensor<1xf64> {pc.role = "output", pc.name = "y"}) {
  %v1 = arith.mulf %theta, %v : tensor<f64> loc("v1")
  %v2 = math.sqrt %v1 : tensor<f64> loc("v2")
  %v3 = arith.mulf %v, %v : tensor<f64> loc("v3")
  %tan = math.tan %v2 : tensor<f64> loc("v4")
  %sin = math.sin %v3 : tensor<f64> loc("v4")
  %y = arith.addf %tan, %sin : tensor<f64> loc("v4")
  %e = arith.subf %target, %y : tensor<f64> loc("L")
  %ee = arith.mulf %e, %e : tensor<f64> loc("L")
  %half = arith.constant dense<0.5> : tensor<f64>
  %l = arith.mulf %ee, %half : tensor<f64> loc("L")
  %shown = tensor.expand_shape %y [] output_shape [1] : tensor<f64> into tensor<1xf64> loc("shown")
  return %l, %shown : tensor<f64>, tensor<1xf64>
}
