// A reduction whose steps do not commute takes them in the order of its loops,
// although one long loop over memory would take each of them once too: the
// digits are a[0], a[3], a[1], a[4], a[2], a[5].

// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/input_0.pb float64 3x2x3 1,2,3,4,5,6,1,2,3,4,5,6,1,2,3,4,5,6
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/input_1.pb float64 3 0,0,0
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/cotangent_0.pb float64 3 1,0,0
// RUN: pc-run %s --data %t --out %t/out --grad
// RUN: %python %S/../../tools/Inputs/tensor.py show %t/out/output_0.pb %t/out/grad_0.pb | FileCheck %s
// CHECK: output_0.pb `y` 3 float64: 142536 142536 142536
// CHECK: grad_0.pb `a` 3x2x3 float64: 100000 1000 10 10000 100 1 0
func.func @model(%a: tensor<3x2x3xf64> {pc.name = "a", pc.role = "input"},
                 %z: tensor<3xf64> {pc.name = "z", pc.role = "input"})
    -> (tensor<3xf64> {pc.name = "y", pc.role = "output"}) {
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2, d1)>,
                       affine_map<(d0, d1, d2) -> (d0)>],
      iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%a : tensor<3x2x3xf64>) outs(%z : tensor<3xf64>) {
  ^bb0(%x: f64, %o: f64):
    %h = arith.constant 10.0 : f64
    %m = arith.mulf %o, %h : f64
    %s = arith.addf %m, %x : f64
    linalg.yield %s : f64
  } -> tensor<3xf64>
  return %r : tensor<3xf64>
}
