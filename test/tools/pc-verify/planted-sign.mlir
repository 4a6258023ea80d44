// A wrong sign in a VJP rule is on both sides of the comparison with reverse
// mode; finite differences and forward mode each find it.

// RUN: not pc-verify %s | FileCheck %s
// CHECK: x {{.*}} proved FAILS
// CHECK: FAILS: `x`: reverse mode against differences: expected at most 1.0e-06, found
// CHECK: FAILS: `x`: reverse mode against forward mode: expected at most 1.0e-09, found
// CHECK: does not hold

// RUN: not pc-verify %s --terse | FileCheck %s --check-prefix=TERSE
// TERSE: FAIL {{.*}}planted-sign.mlir: 1 proved; local; {{.*}}; `x`: reverse mode against differences
func.func @model(%x: tensor<3xf32> {pc.role = "input", pc.name = "x"})
    -> (tensor<3xf32> {pc.role = "output", pc.name = "y"}) {
  %s = math.sin %x : tensor<3xf32>
  %c = math.cos %s {pc.planted_fault} : tensor<3xf32>
  return %c : tensor<3xf32>
}
