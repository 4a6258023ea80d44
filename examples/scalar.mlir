// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scalar graph of Millidge, Tschantz and Buckley 2020:
// y = tan(sqrt(theta v)) + sin(v^2). Operations with one name are one vertex.
func.func @model(%v: tensor<f64> {pc.role = "input", pc.name = "v"},
                 %theta: tensor<f64> {pc.role = "parameter", pc.name = "theta",
                                      pc.value = dense<2.0> : tensor<f64>})
    -> (tensor<f64> {pc.role = "output", pc.name = "y"}) {
  %v1 = arith.mulf %theta, %v : tensor<f64> loc("v1")
  %v2 = math.sqrt %v1 : tensor<f64> loc("v2")
  %v3 = arith.mulf %v, %v : tensor<f64> loc("v3")
  %t = math.tan %v2 : tensor<f64> loc("v4")
  %s = math.sin %v3 : tensor<f64> loc("v4")
  %y = arith.addf %t, %s : tensor<f64> loc("v4")
  return %y : tensor<f64>
}
