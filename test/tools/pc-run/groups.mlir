// A function that says which of its arguments and results are one value: files hold
// as many tensors as that.

// RUN: rm -rf %t && mkdir %t && %python %S/../Inputs/tensor.py sequence %t/good/input_0.pb 1,2 3,4
// RUN: pc-run %s --data %t/good --out %t/out
// RUN: %python -c "import onnx; from onnx import numpy_helper; s = onnx.SequenceProto(); s.ParseFromString(open('%t/out/output_0.pb', 'rb').read()); print(s.name, [numpy_helper.to_array(t).tolist() for t in s.tensor_values])" | FileCheck %s
// CHECK: t {{\[\[4.0, 6.0\], \[1.0, 2.0\]\]}}

// RUN: %python %S/../Inputs/tensor.py sequence %t/short/input_0.pb 1,2
// RUN: not pc-run %s --data %t/short --out %t/bad 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: pc-run: error: {{.*}}input_0.pb: expected a sequence of 2 tensors for `s`, found a sequence of 1 tensor
// RUN: %python %S/../Inputs/tensor.py sequence %t/shape/input_0.pb 1,2 3,4,5
// RUN: not pc-run %s --data %t/shape --out %t/bad 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: pc-run: error: {{.*}}input_0.pb: expected 2xf32 for `s.1`, found 3xf32
// RUN: %python %S/../Inputs/tensor.py write %t/tensor/input_0.pb float32 2 1,2
// RUN: not pc-run %s --data %t/tensor --out %t/bad 2>&1 | FileCheck %s --check-prefix=TENSOR
// TENSOR: pc-run: error: {{.*}}input_0.pb: expected a serialized SequenceProto, but the file {{.*}}
// RUN: %python %S/../Inputs/tensor.py sequence %t/nan/input_0.pb 1,2 nan,4
// RUN: pc-run %s --data %t/nan --out %t/nan 2>&1 | FileCheck %s --check-prefix=NOTANUMBER
// NOTANUMBER: pc-run: warning: {{.*}}input_0.pb, tensor 1, element 0: found NaN
// RUN: not ls %t/bad

// What the function says must fit.
// RUN: sed 's/name = "s", size = 2/name = "s", size = 3/' %s > %t/size.mlir
// RUN: not pc-run %t/size.mlir --data %t/good --out %t/bad 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: error: {{.*}}: expected pc.inputs to be made of 2 tensors, found 3
// RUN: sed 's/kind = "sequence", name = "s"/kind = "list", name = "s"/' %s > %t/kind.mlir
// RUN: not pc-run %t/kind.mlir --data %t/good --out %t/bad 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: {{.*}}: expected the entries of pc.inputs to be {name, kind, size} with a kind of tensor, sequence, optional or optional_sequence and a size that it can have, found {kind = "list"

func.func @model(%a: tensor<2xf32> {pc.name = "s.0"}, %b: tensor<2xf32> {pc.name = "s.1"})
    -> (tensor<2xf32>, tensor<2xf32>) attributes {
      pc.inputs = [{kind = "sequence", name = "s", size = 2 : i64}],
      pc.outputs = [{kind = "sequence", name = "t", size = 2 : i64}]} {
  %sum = arith.addf %a, %b : tensor<2xf32>
  return %sum, %a : tensor<2xf32>, tensor<2xf32>
}
