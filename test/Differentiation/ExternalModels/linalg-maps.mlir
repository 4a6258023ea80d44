// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s

// Every third row from the first on: computed as a whole and put in place.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[ROWS:.+]] = linalg.generic {{.*}}ins(%{{.+}}, %{{.+}} : tensor<9x2xf32>, tensor<3x2xf32>) outs(%{{.+}} : tensor<3x2xf32>)
//       CHECK:   tensor.insert_slice %[[ROWS]] into %{{.+}}[1, 0] [3, 2] [3, 1] : tensor<3x2xf32> into tensor<9x2xf32>
func.func @model(%x: tensor<9x2xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<3x2xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<3x2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i * 3 + 1, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<9x2xf32>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%p: f32, %o: f32):
    %q = arith.mulf %p, %p : f32
    linalg.yield %q : f32
  } -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// A broadcast of an axis of one element.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[SUM:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]{{.*}}outs(%{{.+}} : tensor<2xf32>)
//       CHECK:   tensor.expand_shape %[[SUM]] {{\[}}[0, 1]] output_shape [1, 2]
func.func @model(%x: tensor<1x2xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<3x2xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<3x2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (0, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<1x2xf32>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%p: f32, %o: f32):
    %q = arith.mulf %p, %p : f32
    linalg.yield %q : f32
  } -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// A diagonal: a sum into zeros with the very map; what no point reads stays 0.
//       CHECK: #[[$DIAGONAL:.+]] = affine_map<(d0) -> (d0, d0)>
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[ZEROS:.+]] = linalg.fill {{.*}} -> tensor<3x3xf32>
//       CHECK:   linalg.generic {indexing_maps = [{{.*}}, #[[$DIAGONAL]]], iterator_types = ["parallel"]} {{.*}} outs(%[[ZEROS]] :
//       CHECK:     arith.addf %out
func.func @model(%x: tensor<3x3xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i, i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<3x3xf32>) outs(%e : tensor<3xf32>) {
  ^bb0(%p: f32, %o: f32):
    %q = arith.mulf %p, %p : f32
    linalg.yield %q : f32
  } -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

// A convolution with stride 2 and dilation 3: the input receives the
// convolution of the mirrored filter with the cotangent spread out, the filter a
// convolution over the same domain as before.
//   CHECK-DAG: #[[$MIRROR:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, -d2 + 1)>
//   CHECK-DAG: #[[$WINDOW:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2 + d4 * 3)>
//   CHECK-DAG: #[[$RESULT:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
//   CHECK-DAG: #[[$STRIDED:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d3, d1, d4 * 2 + d2 * 3)>
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<1x2x9xf32>
//  CHECK-SAME:   %[[W:[^:]+]]: tensor<4x2x2xf32>
//       CHECK:   %[[FLIPPED:.+]] = linalg.generic {indexing_maps = [#[[$MIRROR]], {{.*}} ins(%[[W]] :
//       CHECK:   %[[SPREAD:.+]] = tensor.insert_slice %{{.+}} into %{{.+}}[0, 0, 3] [1, 4, 3] [1, 1, 2] : tensor<1x4x3xf32> into tensor<1x4x12xf32>
//       CHECK:   linalg.generic {indexing_maps = [{{.*}}, #[[$WINDOW]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%[[FLIPPED]], %[[SPREAD]] :
//       CHECK:   linalg.generic {indexing_maps = [#[[$STRIDED]], {{.*}}, #[[$RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%[[X]],
//   CHECK-NOT:   scf.for
func.func @model(%x: tensor<1x2x9xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x2x2xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<1x4x3xf32> {pc.name = "y", pc.role = "output"}) {
  %z = arith.constant dense<0.0> : tensor<1x4x3xf32>
  %y = linalg.conv_1d_ncw_fcw {dilations = dense<3> : vector<1xi64>, strides = dense<2> : vector<1xi64>}
      ins(%x, %w : tensor<1x2x9xf32>, tensor<4x2x2xf32>) outs(%z : tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  return %y : tensor<1x4x3xf32>
}
