// A function that says which of its results are numbers of strings: files hold the
// strings.

// RUN: rm -rf %t && mkdir %t && %python %S/../Inputs/tensor.py write %t/good/input_0.pb int64 3 1,0,1
// RUN: pc-run %s --data %t/good --out %t/out
// RUN: %python -c "import onnx; t = onnx.TensorProto(); t.ParseFromString(open('%t/out/output_0.pb', 'rb').read()); print(t.name, t.data_type, list(t.dims), list(t.string_data))" | FileCheck %s
// CHECK: y 8 [3] [b'word', b'', b'word']

// RUN: %python %S/../Inputs/tensor.py write %t/high/input_0.pb int64 3 1,0,2
// RUN: not pc-run %s --data %t/high --out %t/bad 2>&1 | FileCheck %s --check-prefix=HIGH
// HIGH: pc-run: error: {{.*}}output_0.pb: expected numbers of 2 strings, but got 2
// RUN: %python %S/../Inputs/tensor.py write %t/low/input_0.pb int64 3 1,-1,0
// RUN: not pc-run %s --data %t/low --out %t/bad 2>&1 | FileCheck %s --check-prefix=LOW
// LOW: pc-run: error: {{.*}}output_0.pb: expected numbers of 2 strings, but got -1

// What the function says must fit.
// RUN: sed 's/"", "word"/"", 1/' %s > %t/number.mlir
// RUN: not pc-run %t/number.mlir --data %t/good --out %t/bad 2>&1 | FileCheck %s --check-prefix=NUMBER
// NUMBER: error: {{.*}}expected pc.strings to be an array of strings, found ["", 1]
// RUN: sed 's/xi64/xi32/g' %s > %t/type.mlir && %python %S/../Inputs/tensor.py write %t/type/input_0.pb int32 3 1,0,1
// RUN: not pc-run %t/type.mlir --data %t/type --out %t/bad 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: pc-run: error: {{.*}}output_0.pb: expected i64 in the place of strings, but got 3xi32
// RUN: not ls %t/bad/output_0.pb

func.func @model(%x: tensor<3xi64> {pc.name = "x"}) -> (tensor<3xi64> {pc.name = "y"}) attributes {
      pc.outputs = [{kind = "tensor", name = "y", size = 1 : i64, strings}],
      pc.strings = ["", "word"]} {
  return %x : tensor<3xi64>
}
