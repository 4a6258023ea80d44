// Everything that can be wrong with the files of a run has one line that says
// what was expected, what was found and where; the exit status is 1.

// RUN: rm -rf %t && mkdir -p %t/none
// RUN: not pc-run %s --data %t/absent --out %t/out 2>&1 | FileCheck %s --check-prefix=ABSENT
// ABSENT: pc-run: error: {{.*}}absent{{.*}}: No such file or directory

// RUN: not pc-run %s --data %t/none --out %t/out 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: pc-run: error: {{.*}}none: expected input_0.pb to input_1.pb for 2 inputs `x`, `n`, found no input_0.pb

// RUN: %python %S/../Inputs/tensor.py write %t/one/input_0.pb float32 2x2 1,2,3,4
// RUN: not pc-run %s --data %t/one --out %t/out 2>&1 | FileCheck %s --check-prefix=ONE
// ONE: pc-run: error: {{.*}}one: expected input_0.pb to input_1.pb for 2 inputs `x`, `n`, found no input_1.pb

// RUN: %python %S/../Inputs/tensor.py write %t/shape/input_0.pb float32 2x3 ramp
// RUN: %python %S/../Inputs/tensor.py write %t/shape/input_1.pb int64 2 1,2
// RUN: not pc-run %s --data %t/shape --out %t/out 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: pc-run: error: {{.*}}input_0.pb: expected 2x2xf32 for `x`, found 2x3xf32

// RUN: %python %S/../Inputs/tensor.py write %t/type/input_0.pb float32 2x2 ramp
// RUN: %python %S/../Inputs/tensor.py write %t/type/input_1.pb int32 2 1,2
// RUN: not pc-run %s --data %t/type --out %t/out 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: pc-run: error: {{.*}}input_1.pb: expected 2xi64 for `n`, found 2xi32

// A gradient that depends on NaN in the data is none; the file is named.
// RUN: %python %S/../Inputs/tensor.py write %t/nan/input_0.pb float32 2x2 1,2,nan,4
// RUN: %python %S/../Inputs/tensor.py write %t/nan/input_1.pb int64 2 1,2
// RUN: %python %S/../Inputs/tensor.py write %t/nan/cotangent_0.pb float32 2x2 1,1,1,1
// RUN: not pc-run %s --data %t/nan --out %t/out --grad 2>&1 | FileCheck %s --check-prefix=NOTANUMBER
// NOTANUMBER: pc-run: error: {{.*}}input_0.pb, element 2: expected numbers, found NaN, and the gradient of `x` depends on it
// RUN: %python %S/../Inputs/tensor.py write %t/nancotangent/input_0.pb float32 2x2 1,2,3,4
// RUN: %python %S/../Inputs/tensor.py write %t/nancotangent/input_1.pb int64 2 1,2
// RUN: %python %S/../Inputs/tensor.py write %t/nancotangent/cotangent_0.pb float32 2x2 1,nan,1,1
// RUN: not pc-run %s --data %t/nancotangent --out %t/out --grad 2>&1 | FileCheck %s --check-prefix=COTANGENT
// COTANGENT: pc-run: error: {{.*}}cotangent_0.pb, element 1: expected numbers, found NaN

// RUN: %python %S/../Inputs/tensor.py write %t/extra/input_0.pb float32 2x2 ramp x
// RUN: %python %S/../Inputs/tensor.py write %t/extra/input_1.pb int64 2 1,2 n
// RUN: %python %S/../Inputs/tensor.py write %t/extra/input_2.pb int64 2 1,2 m
// RUN: not pc-run %s --data %t/extra --out %t/out 2>&1 | FileCheck %s --check-prefix=EXTRA
// EXTRA: pc-run: error: {{.*}}input_2.pb: expected a tensor for one of 2 inputs `x`, `n`, found one named `m`

// RUN: mkdir -p %t/broken && echo broken > %t/broken/input_0.pb
// RUN: not pc-run %s --data %t/broken --out %t/out 2>&1 | FileCheck %s --check-prefix=BROKEN
// BROKEN: pc-run: error: {{.*}}input_0.pb: expected {{.*}}

// Nothing was written by any of them.
// RUN: not ls %t/out

// Without gradients NaN is a value like others, with a warning.
// RUN: pc-run %s --data %t/nan --out %t/forward 2>&1 | FileCheck %s --check-prefix=WARNING
// WARNING: pc-run: warning: {{.*}}input_0.pb, element 2: found NaN; outputs that depend on it are no numbers
// RUN: %python %S/../Inputs/tensor.py show %t/forward/output_0.pb | FileCheck %s --check-prefix=FORWARD
// FORWARD: output_0.pb `y` 2x2 float32: 1 4 nan 16

// A file in the way of a folder.
// RUN: touch %t/file
// RUN: not pc-run %s --data %t/nan --out %t/file/out 2>&1 | FileCheck %s --check-prefix=OUT
// OUT: pc-run: error: {{.*}}file/out{{.*}}: Not a directory
func.func @model(%x: tensor<2x2xf32> {pc.role = "input", pc.name = "x"},
                 %n: tensor<2xi64> {pc.role = "input", pc.name = "n"})
    -> (tensor<2x2xf32> {pc.role = "output", pc.name = "y"}) {
  %y = arith.mulf %x, %x : tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
