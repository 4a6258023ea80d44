// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP

// The cotangents of a contraction are contractions, with the maps exchanged and
// the sums innermost; that of the initial value is the cotangent of the result.
//   CHECK-DAG: #[[$RIGHT:.+]] = affine_map<(d0, d1, d2) -> (d1, d2)>
//   CHECK-DAG: #[[$LEFT:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
//   CHECK-DAG: #[[$RESULT:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
//   CHECK-DAG: #[[$ROWS:.+]] = affine_map<(d0, d1, d2) -> (d2, d0)>
//   CHECK-DAG: #[[$COLUMNS:.+]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[A:[^:]+]]: tensor<3x4xf32>
//  CHECK-SAME:   %[[B:[^:]+]]: tensor<4x5xf32>
//       CHECK:   %[[Y:.+]] = linalg.matmul
//       CHECK:   %[[CT:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
//       CHECK:   %[[DA:.+]] = linalg.generic {indexing_maps = [#[[$RIGHT]], #[[$LEFT]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[B]], %[[CT]]
//       CHECK:     %[[P:.+]] = arith.mulf
//       CHECK:     arith.addf %{{.+}}, %[[P]]
//       CHECK:   %[[DB:.+]] = linalg.generic {indexing_maps = [#[[$ROWS]], #[[$COLUMNS]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[A]], %[[CT]]
//       CHECK:   return %[[Y]], %{{.+}}, %[[DA]], %[[DB]], %[[CT]]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   %[[T:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} ins({{.+}} : tensor<3x4xf32>, tensor<4x5xf32>, tensor<3x4xf32>, tensor<4x5xf32>) outs(%{{.+}} : tensor<3x5xf32>)
//   JVP-DAG:     arith.mulf
//   JVP-DAG:     arith.mulf
//       JVP:     arith.addf
//       JVP:     arith.addf %out
func.func @model(%a: tensor<3x4xf32> {pc.name = "a", pc.role = "input"},
                 %b: tensor<4x5xf32> {pc.name = "b", pc.role = "parameter"},
                 %c: tensor<3x5xf32> {pc.name = "c", pc.role = "parameter"})
    -> (tensor<3x5xf32> {pc.name = "y", pc.role = "output"}) {
  %y = linalg.matmul ins(%a, %b : tensor<3x4xf32>, tensor<4x5xf32>) outs(%c : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %y : tensor<3x5xf32>
}

// -----

// What is broadcast receives a sum; what a point computes and the derivative
// reads comes from the result.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[Y:.+]] = linalg.generic
//       CHECK:     math.tanh
//       CHECK:   %[[CT:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]
//       CHECK:   %[[DX:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[CT]], %[[Y]] :
//   CHECK-NOT:     math.tanh
//       CHECK:   %[[DB:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[CT]], %[[Y]] :
//   CHECK-NOT:     math.tanh
//       CHECK:   return %[[Y]], %{{.+}}, %[[DX]], %[[DB]]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   math.cosh
func.func @model(%x: tensor<3x4xf32> {pc.name = "x", pc.role = "input"},
                 %b: tensor<4xf32> {pc.name = "b", pc.role = "parameter"})
    -> (tensor<3x4xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x, %b : tensor<3x4xf32>, tensor<4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %t = math.tanh %s : f32
    linalg.yield %t : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// The cotangent of a sum is a broadcast, a map that only copies needs none, and
// a captured scalar receives the sum over all points.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[S:.+]] = tensor.extract
//       CHECK:   %[[CT:.+]] = linalg.generic {{.*}}outs({{.+}} : tensor<3xf32>)
//       CHECK:   %[[DB:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[CT]] : tensor<3xf32>) outs({{.+}} : tensor<3x4xf32>)
//       CHECK:   linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[DB]] : tensor<3x4xf32>)
//       CHECK:     arith.mulf %{{.+}}, %[[S]]
//       CHECK:   %[[SUM:.+]] = linalg.generic {{.*}}iterator_types = ["reduction", "reduction"]{{.*}}outs({{.+}} : tensor<f32>)
//       CHECK:   tensor.extract %[[SUM]][]
func.func @model(%x: tensor<3x4xf32> {pc.name = "x", pc.role = "input"},
                 %s: tensor<f32> {pc.name = "s", pc.role = "parameter"},
                 %z: tensor<3xf32> {pc.name = "z", pc.role = "parameter"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %v = tensor.extract %s[] : tensor<f32>
  %e = tensor.empty() : tensor<3x4xf32>
  %m = linalg.map ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) (%p: f32, %o: f32) {
    %q = arith.mulf %p, %v : f32
    linalg.yield %q : f32
  }
  %y = linalg.reduce { arith.addf } ins(%m : tensor<3x4xf32>) outs(%z : tensor<3xf32>) dimensions = [1]
  return %y : tensor<3xf32>
}
