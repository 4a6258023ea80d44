// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -pc-learn="optimizer=sgd rate=0.25" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s

// A parameter by itself is its product with a one that comes with the activities; copied where it is
// read by several words, whose errors are summed for it. Samples are the leading dimension.
#id = affine_map<(b, i, j) -> (b, i, j)>
#last = affine_map<(b, i, j) -> (j)>
// CHECK-LABEL: pcflow.graph @model_circuit inputs ["x", "target"] iterations(2) batch(2)
// CHECK: pcflow.vertex @h
// CHECK: pcflow.conv weights(@w) predict(%{{.+}} : <12 x f32>) vjp(%[[TURNED:.+]] : <6 x f32>) window(<image[4, 1, 3] kernel[1, 1]
// CHECK: %[[TURNED]] = pcflow.rearrange message %{{.+}} sizes [2, 3] from [1, 2] to [3, 1] : <6 x f32> -> <6 x f32>
// CHECK: pcflow.vertex @s
// CHECK: %[[WORD:.+]] = pcflow.rearrange %{{.+}} sizes [] from [] to [] : <6 x f32> -> <1 x f32>
// CHECK: %[[ONE:.+]] = pcflow.map(%[[WORD]])
// CHECK: arith.constant 1.000000e+00
// CHECK: pcflow.weights @g {value = dense<2.000000e+00> : tensor<2xf32>}
// CHECK: %[[G:.+]] = pcflow.linear weights(@g) predict(%[[ONE]] : <1 x f32>) vjp(%[[DG:.+]] : <2 x f32>) rate(2.500000e-01) -> <2 x f32>
// CHECK: pcflow.rearrange %[[G]] sizes [3, 2] from [0, 1] to [2, 1] : <2 x f32> -> <6 x f32>
// CHECK: %[[DG]] = pcflow.rearrange message %{{.+}} sizes [2, 3] from [1, 2] to [1, 0] : <6 x f32> -> <2 x f32>
func.func @model(%x: tensor<2x3x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x2xf32> {pc.name = "w", pc.role = "parameter"},
                 %g: tensor<2xf32> {pc.name = "g", pc.role = "parameter", pc.value = dense<2.0> : tensor<2xf32>},
                 %v: tensor<6x1xf32> {pc.name = "v", pc.role = "parameter"})
    -> (tensor<2x1xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32 loc("h")
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32> loc("h")
  %e = tensor.empty() : tensor<6x2xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6x2xf32>) -> tensor<6x2xf32> loc("h")
  %m = linalg.matmul ins(%rows, %w : tensor<6x4xf32>, tensor<4x2xf32>) outs(%f : tensor<6x2xf32>) -> tensor<6x2xf32> loc("h")
  %h = tensor.expand_shape %m [[0, 1], [2]] output_shape [2, 3, 2] : tensor<6x2xf32> into tensor<2x3x2xf32> loc("h")
  %e1 = tensor.empty() : tensor<2x3x2xf32> loc("s")
  %s = linalg.generic {indexing_maps = [#id, #last, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h, %g : tensor<2x3x2xf32>, tensor<2xf32>) outs(%e1 : tensor<2x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %c = arith.mulf %a, %b : f32 loc("s")
    linalg.yield %c : f32 loc("s")
  } -> tensor<2x3x2xf32> loc("s")
  %r = tensor.collapse_shape %s [[0], [1, 2]] : tensor<2x3x2xf32> into tensor<2x6xf32> loc("y")
  %e2 = tensor.empty() : tensor<2x1xf32> loc("y")
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x1xf32>) -> tensor<2x1xf32> loc("y")
  %y = linalg.matmul ins(%r, %v : tensor<2x6xf32>, tensor<6x1xf32>) outs(%f2 : tensor<2x1xf32>) -> tensor<2x1xf32> loc("y")
  return %y : tensor<2x1xf32>
}
