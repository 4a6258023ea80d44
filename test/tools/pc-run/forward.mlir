// A function in a file of its own: inputs by position, parameters by value,
// outputs named and whole.

// RUN: rm -rf %t && %python %S/../Inputs/tensor.py write %t/in/input_0.pb float32 2x2 1,2,3,4
// RUN: pc-run %s --data %t/in --out %t/out
// RUN: %python %S/../Inputs/tensor.py show %t/out/output_0.pb %t/out/output_1.pb | FileCheck %s
// CHECK: output_0.pb `y` 2x2 float32: 11 22 13 24
// CHECK: output_1.pb `twice` 2x2 float32: 22 44 26 48

// In f64 the outputs are f64 as well.
// RUN: pc-run %s --data %t/in --out %t/wide --float=f64
// RUN: %python %S/../Inputs/tensor.py show %t/wide/output_0.pb | FileCheck %s --check-prefix=WIDE
// WIDE: output_0.pb `y` 2x2 float64: 11 22 13 24
func.func @model(%x: tensor<2x2xf32> {pc.role = "input", pc.name = "x"},
                 %b: tensor<2xf32> {pc.role = "parameter", pc.name = "b",
                                    pc.value = dense<[10.0, 20.0]> : tensor<2xf32>})
    -> (tensor<2x2xf32> {pc.role = "output", pc.name = "y"},
        tensor<2x2xf32> {pc.role = "output", pc.name = "twice"}) {
  %e = tensor.empty() : tensor<2x2xf32>
  %w = linalg.broadcast ins(%b : tensor<2xf32>) outs(%e : tensor<2x2xf32>) dimensions = [0]
  %y = arith.addf %x, %w : tensor<2x2xf32>
  %t = arith.addf %y, %y : tensor<2x2xf32>
  return %y, %t : tensor<2x2xf32>, tensor<2x2xf32>
}
