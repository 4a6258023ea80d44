// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s

// A first pass finds the number of the first point that attains the maximum, or
// -1 for the initial value; the cotangent goes there alone. The comparison is
// strict, so that a tie belongs to the first point, whatever the order of the
// operands of the maximum.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[CT:.+]] = linalg.generic {{.*}}outs(%{{.+}} : tensor<3xf32>)
//       CHECK:   %[[MINUS1:.+]] = arith.constant -1 : i32
//       CHECK:   %[[NONE:.+]] = linalg.fill ins(%[[MINUS1]] : i32) outs({{.+}} : tensor<3xi32>)
//       CHECK:   %[[ARG:.+]]:2 = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
//  CHECK-SAME:     outs(%{{.+}}, %[[NONE]] : tensor<3xf32>, tensor<3xi32>)
//       CHECK:     ^bb0(%[[X:.+]]: f32, %[[BEST:.+]]: f32, %[[AT:.+]]: i32):
//       CHECK:     arith.cmpf ogt, %[[X]], %[[BEST]]
//       CHECK:     %[[NUMBER:.+]] = linalg.index 1
//       CHECK:     %[[HERE:.+]] = arith.index_cast %[[NUMBER]] : index to i32
//       CHECK:     arith.select %{{.+}}, %[[HERE]], %[[AT]]
//       CHECK:   %[[DX:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
//       CHECK:     ^bb0(%[[D:.+]]: f32, %[[P:.+]]: i32, %{{.+}}: f32):
//       CHECK:     %[[NUMBER:.+]] = linalg.index 1
//       CHECK:     %[[I:.+]] = arith.index_cast %[[NUMBER]] : index to i32
//       CHECK:     %[[IS:.+]] = arith.cmpi eq, %[[I]], %[[P]]
//       CHECK:     arith.select %[[IS]], %[[D]], %{{.+}} : f32
//       CHECK:   %[[INITIAL:.+]] = arith.cmpi eq, %[[ARG]]#1
//       CHECK:   arith.select %[[INITIAL]], %[[CT]], %{{.+}} : tensor<3xi1>, tensor<3xf32>
func.func @model(%x: tensor<3x4xf32> {pc.name = "x", pc.role = "input"},
                 %z: tensor<3xf32> {pc.name = "z", pc.role = "parameter"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %y = linalg.reduce ins(%x : tensor<3x4xf32>) outs(%z : tensor<3xf32>) dimensions = [1]
    (%in: f32, %max: f32) {
      %m = arith.maximumf %in, %max : f32
      linalg.yield %m : f32
    }
  return %y : tensor<3xf32>
}

// -----

// Windows that do not overlap: no sum, all points are independent.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   linalg.generic {{.*}}: tensor<1x1x2x3xf32>, tensor<1x1x2x3xi32>) {
//       CHECK:     arith.cmpf ogt
//       CHECK:   %[[DENSE:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]{{.*}}outs(%{{.+}} : tensor<1x1x2x2x3x2xf32>)
//   CHECK-NOT:     arith.addf
//       CHECK:   tensor.collapse_shape %[[DENSE]] {{\[}}[0], [1], [2, 3], [4, 5]] : tensor<1x1x2x2x3x2xf32> into tensor<1x1x4x6xf32>
func.func @model(%x: tensor<1x1x4x6xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<1x1x2x3xf32> {pc.name = "y", pc.role = "output"}) {
  %inf = arith.constant 0xFF800000 : f32
  %w = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x1x2x3xf32>
  %z = linalg.fill ins(%inf : f32) outs(%e : tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  %y = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%x, %w : tensor<1x1x4x6xf32>, tensor<2x2xf32>) outs(%z : tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  return %y : tensor<1x1x2x3xf32>
}

// -----

// Windows that overlap: a sum into the windows.
//       CHECK: #[[$WINDOWS:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   linalg.generic {indexing_maps = [{{.*}}, #[[$WINDOWS]]], iterator_types = ["parallel", "reduction", "reduction", "reduction", "reduction"]{{.*}} outs(%{{.+}} : tensor<1x4x6xf32>)
//       CHECK:     arith.addf %out
func.func @model(%x: tensor<1x4x6xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<1x3x5xf32> {pc.name = "y", pc.role = "output"}) {
  %inf = arith.constant 0xFF800000 : f32
  %w = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x3x5xf32>
  %z = linalg.fill ins(%inf : f32) outs(%e : tensor<1x3x5xf32>) -> tensor<1x3x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n, h, w, k, l) -> (n, h + k, w + l)>, affine_map<(n, h, w, k, l) -> (k, l)>, affine_map<(n, h, w, k, l) -> (n, h, w)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x4x6xf32>, tensor<2x2xf32>) outs(%z : tensor<1x3x5xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %o, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x3x5xf32>
  return %y : tensor<1x3x5xf32>
}
