// RUN: pc-gradient-test %s | FileCheck %s
// RUN: not pc-gradient-test %s --differences-tolerance=1e-15 | FileCheck %s --check-prefix=STRICT

// The fifth derivative of a fast sine is large: two steps of finite differences
// agree to 1e-8 and both are wrong by more than 1e-9; extrapolated they are not.
// CHECK: ok   curved differences={{[0-9.]+e-1[0-9]}} jvp=
// STRICT: FAIL curved differences={{[0-9.e-]+}}! jvp=
func.func @curved(%x: tensor<32xf64> {pc.name = "x", pc.role = "input", test.range = [-1.0, 1.0]})
    -> (tensor<32xf64> {pc.name = "y", pc.role = "output"}) {
  %c = arith.constant dense<30.0> : tensor<32xf64>
  %z = arith.mulf %x, %c : tensor<32xf64>
  %y = math.sin %z : tensor<32xf64>
  return %y : tensor<32xf64>
}

// A kink between the steps is no place for finite differences, and is left out.
// CHECK: ok   kinked differences={{0.0e[+]00|[0-9.]+e-1[0-9]}} jvp=
func.func @kinked(%x: tensor<64xf64> {pc.name = "x", pc.role = "input", test.range = [-0.008, 0.008]})
    -> (tensor<64xf64> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant dense<0.0> : tensor<64xf64>
  %y = arith.maximumf %x, %zero : tensor<64xf64>
  return %y : tensor<64xf64>
}
