// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP

// A slice receives zeros around its cotangent, at the offset of the data.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[AT:.+]] = arith.index_cast
//       CHECK:   tensor.insert_slice %{{.+}} into %{{.+}}[%[[AT]], 1] [1, 3] [1, 2] : tensor<3xf32> into tensor<2x6xf32>
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.extract_slice %{{.+}}[%[[AT:.+]], 1] [1, 3] [1, 2]
//       JVP:   tensor.extract_slice %{{.+}}[%[[AT]], 1] [1, 3] [1, 2]
func.func @model(%x: tensor<2x6xf32> {pc.name = "x", pc.role = "input"},
                 %i: tensor<i64> {pc.name = "i", pc.role = "input"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %j = tensor.extract %i[] : tensor<i64>
  %k = arith.index_cast %j : i64 to index
  %y = tensor.extract_slice %x[%k, 1] [1, 3] [1, 2] : tensor<2x6xf32> to tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

// What is put in receives a slice; what it is put into, zeros in that place.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   tensor.insert_slice
//   CHECK-DAG:   %[[DS:.+]] = tensor.extract_slice %[[CT:.+]][1, 0] [1, 3] [1, 2] : tensor<2x6xf32> to tensor<3xf32>
//       CHECK:   %[[ZEROS:.+]] = linalg.fill {{.*}} -> tensor<3xf32>
//       CHECK:   %[[DX:.+]] = tensor.insert_slice %[[ZEROS]] into %[[CT]][1, 0] [1, 3] [1, 2]
//       CHECK:   return %{{.+}}, %{{.+}}, %[[DX]], %[[DS]]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.insert_slice
//       JVP:   tensor.insert_slice
func.func @model(%x: tensor<2x6xf32> {pc.name = "x", pc.role = "input"},
                 %s: tensor<3xf32> {pc.name = "s", pc.role = "parameter"})
    -> (tensor<2x6xf32> {pc.name = "y", pc.role = "output"}) {
  %y = tensor.insert_slice %s into %x[1, 0] [1, 3] [1, 2] : tensor<3xf32> into tensor<2x6xf32>
  return %y : tensor<2x6xf32>
}

// -----

// Each part receives its slice; the parts of one tensor add up.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[A:.+]] = tensor.extract_slice %[[CT:.+]][0, 0] [2, 6] [1, 1]
//       CHECK:   %[[S:.+]] = tensor.extract_slice %[[CT]][0, 6] [2, 3] [1, 1]
//       CHECK:   %[[B:.+]] = tensor.extract_slice %[[CT]][0, 9] [2, 6] [1, 1]
//       CHECK:   %[[X:.+]] = arith.addf %[[A]], %[[B]]
//       CHECK:   return %{{.+}}, %{{.+}}, %[[X]], %[[S]]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.concat dim(1)
//       JVP:   tensor.concat dim(1)
func.func @model(%x: tensor<2x6xf32> {pc.name = "x", pc.role = "input"},
                 %s: tensor<2x3xf32> {pc.name = "s", pc.role = "parameter"})
    -> (tensor<2x15xf32> {pc.name = "y", pc.role = "output"}) {
  %y = tensor.concat dim(1) %x, %s, %x : (tensor<2x6xf32>, tensor<2x3xf32>, tensor<2x6xf32>) -> tensor<2x15xf32>
  return %y : tensor<2x15xf32>
}

// -----

// A padded tensor receives its part; the padding value receives the sum of the
// rest, in which the part has become zero.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   tensor.extract_slice %[[CT:.+]][1, 2] [2, 6] [1, 1] : tensor<5x9xf32> to tensor<2x6xf32>
//       CHECK:   %[[ZEROS:.+]] = linalg.fill {{.*}} -> tensor<2x6xf32>
//       CHECK:   %[[BORDER:.+]] = tensor.insert_slice %[[ZEROS]] into %[[CT]][1, 2] [2, 6] [1, 1]
//       CHECK:   %[[SUM:.+]] = linalg.generic {{.*}}iterator_types = ["reduction", "reduction"]} ins(%[[BORDER]] :
//       CHECK:   tensor.extract %[[SUM]][]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.pad
//       JVP:   %[[T:.+]] = tensor.extract
//       JVP:   tensor.pad %{{.+}} low[1, 2] high[2, 1]
//       JVP:     tensor.yield %[[T]]
func.func @model(%x: tensor<2x6xf32> {pc.name = "x", pc.role = "input"},
                 %p: tensor<f32> {pc.name = "p", pc.role = "parameter"})
    -> (tensor<5x9xf32> {pc.name = "y", pc.role = "output"}) {
  %v = tensor.extract %p[] : tensor<f32>
  %y = tensor.pad %x low[1, 2] high[2, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %v : f32
  } : tensor<2x6xf32> to tensor<5x9xf32>
  return %y : tensor<5x9xf32>
}
