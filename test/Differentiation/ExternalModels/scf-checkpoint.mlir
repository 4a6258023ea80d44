// A loop with pc.checkpoint keeps every k-th state and runs the iterations
// between again: 2 segments of 3 states in place of a stack of 5.
// RUN: pc-opt %s -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// CHECK-LABEL: func.func @model_autodiff(
//   CHECK-NOT:   tensor<5x3xf64>
//       CHECK:   tensor.empty() : tensor<2x3xf64>
//   CHECK-NOT:   tensor<5x3xf64>
//       CHECK:   tensor.empty() : tensor<3x3xf64>
//   CHECK-NOT:   tensor<5x3xf64>
//       CHECK:   return

// The gradient is the same, and that of finite differences.
// RUN: sed 's/@model/@kept/; s/ {pc.checkpoint = 3 : i64}//' %s > %t.kept.mlir
// RUN: pc-gradient-test %s | FileCheck %s --check-prefix=SAME
// RUN: pc-gradient-test %t.kept.mlir | FileCheck %s --check-prefix=SAME
// SAME-NOT: FAIL
// SAME: 1 functions, 0 failures
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/input_0.pb float64 3 1,0.5,-0.25
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/cotangent_0.pb float64 3 1,2,3
// RUN: pc-run %s --data %t --out %t/segments --grad
// RUN: sed 's/ {pc.checkpoint = 3 : i64}//' %s > %t.all.mlir
// RUN: pc-run %t.all.mlir --data %t --out %t/all --grad
// RUN: cmp %t/segments/grad_0.pb %t/all/grad_0.pb
func.func @model(%x: tensor<3xf64> {pc.name = "x", pc.role = "input",
                                    test.range = [-1.0, 1.0]})
    -> (tensor<3xf64> {pc.name = "y", pc.role = "output"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %y = scf.for %t = %c0 to %c5 step %c1 iter_args(%v = %x) -> (tensor<3xf64>) {
    %s = math.sin %v : tensor<3xf64>
    %p = arith.mulf %s, %x : tensor<3xf64>
    scf.yield %p : tensor<3xf64>
  } {pc.checkpoint = 3 : i64}
  return %y : tensor<3xf64>
}
