// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP

// The cotangent gets the shape of the source back.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   tensor.expand_shape
//       CHECK:   tensor.collapse_shape %{{.+}} {{\[}}[0, 1, 2]] : tensor<2x2x3xf32> into tensor<12xf32>
//       CHECK:   %[[D:.+]] = tensor.collapse_shape %{{.+}} {{\[}}[0, 1, 2]] : tensor<3x4x1xf32> into tensor<12xf32>
//       CHECK:   %[[E:.+]] = tensor.expand_shape %[[D]] {{\[}}[0, 1, 2]] output_shape [2, 2, 3] : tensor<12xf32> into tensor<2x2x3xf32>
//       CHECK:   tensor.collapse_shape %[[E]] {{\[}}[0], [1, 2]] : tensor<2x2x3xf32> into tensor<2x6xf32>
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.expand_shape
//       JVP:   tensor.collapse_shape
//       JVP:   tensor.reshape
//       JVP:   tensor.expand_shape
//       JVP:   tensor.collapse_shape
//       JVP:   tensor.reshape
func.func @model(%x: tensor<2x6xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<3x4x1xf32> {pc.name = "y", pc.role = "output"}) {
  %a = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 2, 3] : tensor<2x6xf32> into tensor<2x2x3xf32>
  %b = tensor.collapse_shape %a [[0, 1, 2]] : tensor<2x2x3xf32> into tensor<12xf32>
  %shape = arith.constant dense<[3, 4, 1]> : tensor<3xi64>
  %y = tensor.reshape %b(%shape) : (tensor<12xf32>, tensor<3xi64>) -> tensor<3x4x1xf32>
  return %y : tensor<3x4x1xf32>
}
