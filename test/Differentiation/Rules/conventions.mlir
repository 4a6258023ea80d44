// RUN: pc-gradient-test %s | FileCheck %s

// Where a function has no derivative the rules take these, exactly, in reverse
// and in forward mode. Arguments are constants.
// CHECK-NOT: FAIL

// Both are equal: the first operand.
// CHECK: ok   maximum_tie expected=0.0e+00 jvp=0.0e+00
func.func @maximum_tie(%x: tensor<f64> {pc.name = "x", test.range = [2.0, 2.0]}, %y: tensor<f64> {pc.name = "y", test.range = [2.0, 2.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0]]} {
  %r = arith.maximumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// So relu as maximumf(0, x) has the derivative zero at zero.
// CHECK: ok   relu_at_zero expected=0.0e+00 jvp=0.0e+00
func.func @relu_at_zero(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]}, %y: tensor<f64> {pc.name = "y", test.range = [0.0, 0.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [1.0]]} {
  %r = arith.maximumf %y, %x : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   minimum_tie expected=0.0e+00 jvp=0.0e+00
func.func @minimum_tie(%x: tensor<f64> {pc.name = "x", test.range = [2.0, 2.0]}, %y: tensor<f64> {pc.name = "y", test.range = [2.0, 2.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0]]} {
  %r = arith.minimumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   maxnum_tie expected=0.0e+00 jvp=0.0e+00
func.func @maxnum_tie(%x: tensor<f64> {pc.name = "x", test.range = [2.0, 2.0]}, %y: tensor<f64> {pc.name = "y", test.range = [2.0, 2.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0]]} {
  %r = arith.maxnumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   minnum_tie expected=0.0e+00 jvp=0.0e+00
func.func @minnum_tie(%x: tensor<f64> {pc.name = "x", test.range = [2.0, 2.0]}, %y: tensor<f64> {pc.name = "y", test.range = [2.0, 2.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0]]} {
  %r = arith.minnumf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   abs_at_zero expected=0.0e+00 jvp=0.0e+00
func.func @abs_at_zero(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0]]} {
  %r = math.absf %x : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   copysign_at_zero expected=0.0e+00 jvp=0.0e+00
func.func @copysign_at_zero(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]}, %y: tensor<f64> {pc.name = "y", test.range = [-1.0, -1.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [0.0]]} {
  %r = math.copysign %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// A value at a bound counts as inside.
// CHECK: ok   clamp_at_low expected=0.0e+00 jvp=0.0e+00
func.func @clamp_at_low(%x: tensor<f64> {pc.name = "x", test.range = [-1.0, -1.0]}, %y: tensor<f64> {pc.name = "y", test.range = [-1.0, -1.0]}, %z: tensor<f64> {pc.name = "z", test.range = [1.0, 1.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0], [0.0]]} {
  %r = math.clampf %x to [%y, %z] : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   clamp_at_high expected=0.0e+00 jvp=0.0e+00
func.func @clamp_at_high(%x: tensor<f64> {pc.name = "x", test.range = [1.0, 1.0]}, %y: tensor<f64> {pc.name = "y", test.range = [-1.0, -1.0]}, %z: tensor<f64> {pc.name = "z", test.range = [1.0, 1.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[1.0], [0.0], [0.0]]} {
  %r = math.clampf %x to [%y, %z] : tensor<f64>
  return %r : tensor<f64>
}

// Bounds that are crossed: the upper one is applied last.
// CHECK: ok   clamp_crossed expected=0.0e+00 jvp=0.0e+00
func.func @clamp_crossed(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]}, %y: tensor<f64> {pc.name = "y", test.range = [1.0, 1.0]}, %z: tensor<f64> {pc.name = "z", test.range = [-1.0, -1.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [0.0], [1.0]]} {
  %r = math.clampf %x to [%y, %z] : tensor<f64>
  return %r : tensor<f64>
}

// x^0 is constant, even at 0.
// CHECK: ok   power_zero expected=0.0e+00 jvp=0.0e+00
func.func @power_zero(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]}, %y: tensor<f64> {pc.name = "y", test.range = [0.0, 0.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [0.0]]} {
  %r = math.powf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// The exponent of 0^y has no influence.
// CHECK: ok   zero_to_power expected=0.0e+00 jvp=0.0e+00
func.func @zero_to_power(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]}, %y: tensor<f64> {pc.name = "y", test.range = [2.0, 2.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0], [0.0]]} {
  %r = math.powf %x, %y : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: ok   integer_power_zero expected=0.0e+00 jvp=0.0e+00
func.func @integer_power_zero(%x: tensor<f64> {pc.name = "x", test.range = [0.0, 0.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0]]} {
  %n = arith.constant dense<0> : tensor<i32>
  %r = math.fpowi %x, %n : tensor<f64>, tensor<i32>
  return %r : tensor<f64>
}

// CHECK: ok   step expected=0.0e+00 jvp=0.0e+00
func.func @step(%x: tensor<f64> {pc.name = "x", test.range = [1.0, 1.0]})
    -> (tensor<f64> {pc.role = "loss"}) attributes {test.expected = [[0.0]]} {
  %r = math.floor %x : tensor<f64>
  return %r : tensor<f64>
}

// CHECK: 14 functions, 0 failures
