// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s

// A product: the running values are replayed and kept for each point, and the
// points are visited again in reverse order.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[TAPE:.+]] = tensor.empty() : tensor<3x4xf32>
//       CHECK:   %[[KEPT:.+]]:2 = scf.for {{.*}} iter_args(%{{.+}} = %{{.+}}, %{{.+}} = %[[TAPE]])
//       CHECK:     scf.for
//       CHECK:       tensor.insert {{.*}} : tensor<3xf32>
//       CHECK:       tensor.insert {{.*}} : tensor<3x4xf32>
//       CHECK:   scf.for
//       CHECK:     scf.for
//       CHECK:       arith.subi
//       CHECK:       arith.subi
//       CHECK:       tensor.extract %[[KEPT]]#1
//       CHECK:       arith.mulf
//       CHECK:       arith.mulf
//       CHECK:       tensor.insert {{.*}} : tensor<3xf32>
//       CHECK:       tensor.insert {{.*}} : tensor<3x4xf32>
func.func @model(%x: tensor<3x4xf32> {pc.name = "x", pc.role = "input"},
                 %z: tensor<3xf32> {pc.name = "z", pc.role = "parameter"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<3x4xf32>) outs(%z : tensor<3xf32>) dimensions = [1]
  return %y : tensor<3xf32>
}

// -----

// Rows that a body picks by an index of the data: each point adds to the one
// element that it has read. Nothing is replayed, the cotangent of a result that is
// overwritten is only read, and the other operand has the ordinary rule.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[TABLE:[^:]+]]: tensor<5x4xf32>
//       CHECK:   linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]{{.*}}outs(%{{.+}} : tensor<4xf32>)
//       CHECK:   scf.for
//       CHECK:     scf.for {{.*}}iter_args(%[[SUM:.+]] = %{{.+}})
//       CHECK:       %[[OLD:.+]] = tensor.extract %[[SUM]][%[[ROW:.+]], %[[COLUMN:.+]]] : tensor<5x4xf32>
//       CHECK:       %[[NEW:.+]] = arith.addf %[[OLD]]
//       CHECK:       tensor.insert %[[NEW]] into %[[SUM]][%[[ROW]], %[[COLUMN]]]
//   CHECK-NOT:   scf.for
func.func @model(%table: tensor<5x4xf32> {pc.name = "table", pc.role = "parameter"},
                 %rows: tensor<3xi64> {pc.name = "rows", pc.role = "input"},
                 %s: tensor<4xf32> {pc.name = "s", pc.role = "parameter"})
    -> (tensor<3x4xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%rows, %s : tensor<3xi64>, tensor<4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%row: i64, %scale: f32, %o: f32):
    %i = arith.index_cast %row : i64 to index
    %j = linalg.index 1 : index
    %v = tensor.extract %table[%i, %j] : tensor<5x4xf32>
    %w = arith.mulf %v, %scale : f32
    linalg.yield %w : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
