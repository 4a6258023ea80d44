// One step of least squares by gradient descent at the tensor level:
// e = x w + b - target, loss = mean e^2, w' = w - rate x^T e, b' = b - rate sum e.

#a = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>
func.func @step(
    %x: tensor<16x2xf32> {pc.role = "input", pc.name = "x"},
    %target: tensor<16x1xf32> {pc.role = "target", pc.name = "target"},
    %w: tensor<2x1xf32> {pc.role = "parameter", pc.name = "w", pc.value = dense<[[0.25], [-0.75]]> : tensor<2x1xf32>},
    %b: tensor<1xf32> {pc.role = "parameter", pc.name = "layer.bias", pc.value = dense<0.0> : tensor<1xf32>})
    -> (tensor<16x1xf32> {pc.role = "output", pc.name = "y"},
        tensor<f32> {pc.role = "loss"},
        tensor<2x1xf32> {pc.role = "parameter", pc.updates = 2 : i64},
        tensor<1xf32> {pc.role = "parameter", pc.updates = 3 : i64}) {
  %zero = arith.constant 0.0 : f32
  %ey = tensor.empty() : tensor<16x1xf32>
  %fy = linalg.fill ins(%zero : f32) outs(%ey : tensor<16x1xf32>) -> tensor<16x1xf32>
  %xw = linalg.matmul ins(%x, %w : tensor<16x2xf32>, tensor<2x1xf32>) outs(%fy : tensor<16x1xf32>) -> tensor<16x1xf32>
  %y = linalg.generic {indexing_maps = [#a, #row, #a], iterator_types = ["parallel", "parallel"]}
      ins(%xw, %b : tensor<16x1xf32>, tensor<1xf32>) outs(%ey : tensor<16x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<16x1xf32>
  %e = arith.subf %y, %target : tensor<16x1xf32>
  %e2 = arith.mulf %e, %e : tensor<16x1xf32>
  %el = tensor.empty() : tensor<f32>
  %fl = linalg.fill ins(%zero : f32) outs(%el : tensor<f32>) -> tensor<f32>
  %sum = linalg.reduce { arith.addf } ins(%e2 : tensor<16x1xf32>) outs(%fl : tensor<f32>) dimensions = [0, 1]
  %sixteen = arith.constant dense<16.0> : tensor<f32>
  %loss = arith.divf %sum, %sixteen : tensor<f32>
  %ew = tensor.empty() : tensor<2x1xf32>
  %fw = linalg.fill ins(%zero : f32) outs(%ew : tensor<2x1xf32>) -> tensor<2x1xf32>
  %gw = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %e : tensor<16x2xf32>, tensor<16x1xf32>) outs(%fw : tensor<2x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x1xf32>
  %eb = tensor.empty() : tensor<1xf32>
  %fb = linalg.fill ins(%zero : f32) outs(%eb : tensor<1xf32>) -> tensor<1xf32>
  %gb = linalg.reduce { arith.addf } ins(%e : tensor<16x1xf32>) outs(%fb : tensor<1xf32>) dimensions = [0]
  %rw = arith.constant dense<0.05> : tensor<2x1xf32>
  %dw = arith.mulf %rw, %gw : tensor<2x1xf32>
  %nw = arith.subf %w, %dw : tensor<2x1xf32>
  %rb = arith.constant dense<0.05> : tensor<1xf32>
  %db = arith.mulf %rb, %gb : tensor<1xf32>
  %nb = arith.subf %b, %db : tensor<1xf32>
  return %y, %loss, %nw, %nb : tensor<16x1xf32>, tensor<f32>, tensor<2x1xf32>, tensor<1xf32>
}
