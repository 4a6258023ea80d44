// Where the data comes from, and what differences cannot tell.

// A square root takes no negative numbers: other data is drawn, and the report
// says so.
// RUN: pc-verify %s | FileCheck %s --check-prefix=DRAWN
// DRAWN: data      seed 0, uniform in (0.5, 1.5)
// DRAWN: holds: 1 proved

// A folder: at a kink there are no differences, and the mark says so.
// RUN: rm -rf %t && %python %S/../Inputs/tensor.py write %t/in/input_0.pb float32 3 1,0.25,4
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_0.pb float32 3 1,2,3
// RUN: pc-verify %s --data %t/in | FileCheck %s --check-prefix=FOLDER
// FOLDER: data      {{.*}}in
// FOLDER: x {{.*}} ~{{.*}} proved
// FOLDER: holds: 1 proved

// A folder that does not fit.
// RUN: %python %S/../Inputs/tensor.py write %t/bad/input_0.pb float32 4 1,2,3,4
// RUN: not pc-verify %s --data %t/bad 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: pc-verify: error: {{.*}}input_0.pb: expected 3xf32 for `x`, found 4xf32

// Reverse mode is what schedules are compared with.
// RUN: not pc-verify %s --schedule=autodiff 2>&1 | FileCheck %s --check-prefix=AUTODIFF
// AUTODIFF: pc-verify: error: --schedule: expected one of predictive coding, found autodiff, which it is compared with

// Several models: each has its line, and the status is the worst.
// RUN: not pc-verify --terse %s %t.absent.mlir %s 2>&1 | FileCheck %s --check-prefix=SEVERAL
// SEVERAL-DAG: pc-verify: error: {{.*}}absent.mlir: No such file or directory
// SEVERAL-DAG: PASS {{.*}}data.mlir: 1 proved
func.func @model(%x: tensor<3xf32> {pc.role = "input", pc.name = "x"})
    -> (tensor<3xf32> {pc.role = "output", pc.name = "y"}) {
  %one = arith.constant dense<1.0> : tensor<3xf32>
  %zero = arith.constant dense<0.0> : tensor<3xf32>
  %s = math.sqrt %x : tensor<3xf32>
  %d = arith.subf %s, %one : tensor<3xf32>
  %y = arith.maximumf %d, %zero : tensor<3xf32>
  return %y : tensor<3xf32>
}
