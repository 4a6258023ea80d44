// Gradients of a function in a file of its own: one for each float input and
// parameter, named; none for integers. d/dx sum(c x w) = c w, d/dw = c x.

// RUN: rm -rf %t && %python %S/../Inputs/tensor.py write %t/in/input_0.pb float32 3 1,2,3
// RUN: %python %S/../Inputs/tensor.py write %t/in/input_1.pb int64 2 1,2
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_0.pb float32 3 1,10,100
// RUN: pc-run %s --data %t/in --out %t/out --grad
// RUN: %python %S/../Inputs/tensor.py show %t/out/output_0.pb %t/out/output_1.pb %t/out/grad_0.pb %t/out/grad_1.pb | FileCheck %s
// RUN: not ls %t/out/grad_2.pb
// CHECK: output_0.pb `y` 3 float32: 4 10 18
// CHECK: output_1.pb `s` scalar float32: 32
// CHECK: grad_0.pb `x` 3 float32: 4 50 600
// CHECK: grad_1.pb `w` 3 float32: 1 20 300

// A second cotangent adds to the first; a scalar's may have the shape [1], and
// any float type.
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_1.pb float64 1 1000
// RUN: pc-run %s --data %t/in --out %t/both --grad
// RUN: %python %S/../Inputs/tensor.py show %t/both/grad_0.pb | FileCheck %s --check-prefix=BOTH
// BOTH: grad_0.pb `x` 3 float32: 4004 5050 6600

// Without cotangents everything is zero.
// RUN: rm %t/in/cotangent_0.pb %t/in/cotangent_1.pb
// RUN: pc-run %s --data %t/in --out %t/zero --grad
// RUN: %python %S/../Inputs/tensor.py show %t/zero/grad_0.pb | FileCheck %s --check-prefix=ZERO
// ZERO: grad_0.pb `x` 3 float32: 0 0 0

// A cotangent of another shape, or of no output, is refused.
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_0.pb float32 2 1,1
// RUN: not pc-run %s --data %t/in --out %t/no --grad 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: pc-run: error: {{.*}}cotangent_0.pb: expected 3xf32 for the output `y`, found 2xf32
// RUN: rm %t/in/cotangent_0.pb
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_2.pb float32 2 1,1
// RUN: not pc-run %s --data %t/in --out %t/no --grad 2>&1 | FileCheck %s --check-prefix=NUMBER
// NUMBER: pc-run: error: {{.*}}cotangent_2.pb: expected cotangents of float outputs, found none numbered 2 among the 2 outputs
// RUN: not ls %t/no
func.func @model(%x: tensor<3xf32> {pc.role = "input", pc.name = "x"},
                 %n: tensor<2xi64> {pc.role = "input", pc.name = "n"},
                 %w: tensor<3xf32> {pc.role = "parameter", pc.name = "w",
                                    pc.value = dense<[4.0, 5.0, 6.0]> : tensor<3xf32>})
    -> (tensor<3xf32> {pc.role = "output", pc.name = "y"},
        tensor<f32> {pc.role = "output", pc.name = "s"}) {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %y = arith.mulf %x, %w : tensor<3xf32>
  %s = linalg.reduce { arith.addf } ins(%y : tensor<3xf32>) outs(%zero : tensor<f32>) dimensions = [0]
  return %y, %s : tensor<3xf32>, tensor<f32>
}
