// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP
// The operations of linalg that are no structured operations.

// The derivative of softmax needs its result alone.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[Y:.+]] = linalg.softmax
//       CHECK:   %[[MEAN:.+]] = linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%[[CT:.+]], %[[Y]] : {{.*}} outs(%{{.+}} : tensor<2xf32>)
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]], %[[CT]], %[[MEAN]] :
//       CHECK:     %[[C:.+]] = arith.subf
//       CHECK:     arith.mulf %{{.+}}, %[[C]]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   %[[Y:.+]] = linalg.softmax
//       JVP:   %[[T:.+]] = arith.mulf %[[Y]]
//       JVP:   linalg.reduce
//       JVP:   arith.subf %[[T]]
func.func @model(%x: tensor<2x5xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<2x5xf32> {pc.name = "y", pc.role = "output"}) {
  %e = tensor.empty() : tensor<2x5xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x5xf32>) outs(%e : tensor<2x5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// Tiles and back: padding receives nothing and is zero in a tangent.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   linalg.pack
//       CHECK:   linalg.unpack
//       CHECK:   %[[TILES:.+]] = linalg.pack %[[CT:.+]] padding_value(%{{.+}} : f32) inner_dims_pos = [1] inner_tiles = [4]
//       CHECK:   linalg.unpack %[[TILES]] inner_dims_pos = [1] inner_tiles = [4]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   linalg.pack
//       JVP:   linalg.unpack
//       JVP:   linalg.pack
//       JVP:   linalg.unpack
func.func @model(%x: tensor<2x5xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<2x5xf32> {pc.name = "y", pc.role = "output"}) {
  %p = arith.constant 7.0 : f32
  %e = tensor.empty() : tensor<2x2x4xf32>
  %t = linalg.pack %x padding_value(%p : f32) inner_dims_pos = [1] inner_tiles = [4] into %e : tensor<2x5xf32> -> tensor<2x2x4xf32>
  %f = tensor.empty() : tensor<2x5xf32>
  %y = linalg.unpack %t inner_dims_pos = [1] inner_tiles = [4] into %f : tensor<2x2x4xf32> -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}
