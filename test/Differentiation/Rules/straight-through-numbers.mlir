// RUN: pc-gradient-test %s | FileCheck %s
// CHECK-NOT: FAIL

// The formula of fake quantisation, s (clip(round(x / s) + z) - z), with the
// derivatives that follow from round' = 1, exactly: s = 0.5, z = 3, 0 to 7.

// Inside: 1 for x; round(x / s) - x / s = 2 - 1.75 for s.
// CHECK: ok   inside expected=0.0e+00 jvp=0.0e+00
func.func @inside(%x: tensor<f64> {pc.name = "x", test.range = [0.875, 0.875]}, %s: tensor<f64> {pc.name = "s", test.range = [0.5, 0.5]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.25]]} {
  %low = arith.constant dense<0.0> : tensor<f64>
  %high = arith.constant dense<7.0> : tensor<f64>
  %z = arith.constant dense<3.0> : tensor<f64>
  %d = arith.divf %x, %s : tensor<f64>
  %r = math.roundeven %d {pc.straight_through} : tensor<f64>
  %m = arith.addf %r, %z : tensor<f64>
  %a = arith.maximumf %m, %low : tensor<f64>
  %c = arith.minimumf %a, %high : tensor<f64>
  %n = arith.subf %c, %z : tensor<f64>
  %y = arith.mulf %n, %s : tensor<f64>
  return %y : tensor<f64>
}

// Saturated: nothing for x; 0 - z for s.
// CHECK: ok   below expected=0.0e+00 jvp=0.0e+00
func.func @below(%x: tensor<f64> {pc.name = "x", test.range = [-2.0, -2.0]}, %s: tensor<f64> {pc.name = "s", test.range = [0.5, 0.5]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [-3.0]]} {
  %low = arith.constant dense<0.0> : tensor<f64>
  %high = arith.constant dense<7.0> : tensor<f64>
  %z = arith.constant dense<3.0> : tensor<f64>
  %d = arith.divf %x, %s : tensor<f64>
  %r = math.roundeven %d {pc.straight_through} : tensor<f64>
  %m = arith.addf %r, %z : tensor<f64>
  %a = arith.maximumf %m, %low : tensor<f64>
  %c = arith.minimumf %a, %high : tensor<f64>
  %n = arith.subf %c, %z : tensor<f64>
  %y = arith.mulf %n, %s : tensor<f64>
  return %y : tensor<f64>
}

// 4.375 rounds to 4, the largest number, and counts as inside, as in PyTorch. In
// the body of a structured operation.
// CHECK: ok   at_the_bound expected=0.0e+00 jvp=0.0e+00
func.func @at_the_bound(%x: tensor<2xf64> {pc.name = "x", test.range = [2.1875, 2.1875]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0, 1.0]]} {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %l = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<2xf64>) outs(%zero : tensor<f64>) {
  ^bb0(%in: f64, %sum: f64):
    %high = arith.constant 4.0 : f64
    %s = arith.constant 0.5 : f64
    %d = arith.divf %in, %s : f64
    %r = math.roundeven %d {pc.straight_through} : f64
    %c = arith.minimumf %r, %high : f64
    %y = arith.mulf %c, %s : f64
    %a = arith.addf %sum, %y : f64
    linalg.yield %a : f64
  } -> tensor<f64>
  return %l : tensor<f64>
}
