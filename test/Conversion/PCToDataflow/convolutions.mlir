// RUN: split-file %s %t
// RUN: pc-opt %t/image.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -pc-learn="optimizer=sgd rate=0.25" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s
// RUN: sed 's/arith.constant 0.0 : f32 loc("pad")/arith.constant 1.0 : f32/' %t/image.mlir > %t/ones.mlir
// RUN: not pc-opt %t/ones.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -convert-pc-to-dataflow 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ONES

// A convolution with its pads is one unit, a reshape in front of a product a wire.
// CHECK-LABEL: pcflow.graph @model_circuit inputs ["x", "target"] iterations(1) batch(2)
// CHECK: pcflow.vertex @h
// CHECK: pcflow.weights @w {value = dense<5.000000e-01> : tensor<3x1x2x2xf32>}
// CHECK: pcflow.conv weights(@w) predict(%{{.+}} : <12 x f32>) vjp(%{{.+}} : <18 x f32>)
// CHECK-SAME: window(<image[1, 3, 4] kernel[2, 2] strides[1, 2] dilations[1, 1] pads[0, 1, 1, 0]>) rate(2.500000e-01) -> <18 x f32>
// CHECK: %[[O:.+]], %{{.+}} = pcflow.vertex @o
// CHECK: ^bb0(%[[P:.+]]: !pcflow.stream<18 x f32>,
// CHECK: pcflow.linear weights(@v) predict(%[[P]] : <18 x f32>)

// Around the image there are zeros, or it is no convolution of this target.
// ONES: of @h has no circuit
// ONES: convolutions of images (conv_2d_nchw_fchw) or signals (conv_1d_ncw_fcw), in groups as well

// Maxima of data, in the vertex of the product that reads them, teach nobody.
// RUN: not pc-opt %t/data.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -convert-pc-to-dataflow 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DATA
// DATA: 'linalg.pooling_nchw_max' op of @o has no circuit: its input is data, so nothing learns from its errors; compute it on the host

// A convolution in groups, whose dimension of groups is one of its own inside, is one unit
// too; where each group has one channel, it is depthwise.
// RUN: pc-opt %t/groups.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -pc-learn="optimizer=sgd rate=0.25" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s --check-prefix=GROUPS
// GROUPS: pcflow.weights @w {value = dense<5.000000e-01> : tensor<4x1x2x2xf32>}
// GROUPS: pcflow.conv weights(@w) predict(%{{.+}} : <24 x f32>) vjp(%{{.+}} : <24 x f32>)
// GROUPS-SAME: window(<image[2, 3, 4] kernel[2, 2] strides[1, 2] dilations[1, 1] pads[0, 1, 1, 0]>) rate(2.500000e-01) {groups = 2 : i64}
// RUN: sed 's/arith.constant 0.0 : f32 loc("pad")/arith.constant 1.0 : f32/' %t/groups.mlir > %t/ones.mlir
// RUN: not pc-opt %t/ones.mlir -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -convert-pc-to-dataflow 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ONES

//--- groups.mlir
func.func @model(%x: tensor<2x2x3x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<4x1x2x2xf32> {pc.name = "w", pc.role = "parameter", pc.value = dense<0.5> : tensor<4x1x2x2xf32>})
    -> (tensor<2x4x3x2xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32 loc("h")
  %edge = arith.constant 0.0 : f32 loc("pad")
  %q = tensor.pad %x low[0, 0, 0, 1] high[0, 0, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %edge : f32
  } : tensor<2x2x3x4xf32> to tensor<2x2x4x5xf32> loc("h")
  %i = tensor.expand_shape %q [[0], [1], [2, 3], [4]] output_shape [2, 2, 1, 4, 5]
      : tensor<2x2x4x5xf32> into tensor<2x2x1x4x5xf32> loc("h")
  %k = tensor.expand_shape %w [[0, 1], [2], [3], [4]] output_shape [2, 2, 1, 2, 2]
      : tensor<4x1x2x2xf32> into tensor<2x2x1x2x2xf32> loc("h")
  %e = tensor.empty() : tensor<2x2x2x3x2xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x2x2x3x2xf32>) -> tensor<2x2x2x3x2xf32> loc("h")
  %h = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<[1, 2]> : vector<2xi64>}
      ins(%i, %k : tensor<2x2x1x4x5xf32>, tensor<2x2x1x2x2xf32>) outs(%f : tensor<2x2x2x3x2xf32>) -> tensor<2x2x2x3x2xf32> loc("h")
  %r = tensor.collapse_shape %h [[0], [1, 2], [3], [4]] : tensor<2x2x2x3x2xf32> into tensor<2x4x3x2xf32> loc("h")
  return %r : tensor<2x4x3x2xf32>
}
//--- data.mlir
func.func @model(%x: tensor<2x1x4x4xf32> {pc.name = "x", pc.role = "input"},
                 %v: tensor<4x2xf32> {pc.name = "v", pc.role = "parameter"})
    -> (tensor<2x2xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32 loc("o")
  %lowest = arith.constant 0xFF800000 : f32 loc("o")
  %e = tensor.empty() : tensor<2x1x2x2xf32> loc("o")
  %k = tensor.empty() : tensor<2x2xf32> loc("o")
  %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<2x1x2x2xf32>) -> tensor<2x1x2x2xf32> loc("o")
  %h = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%x, %k : tensor<2x1x4x4xf32>, tensor<2x2xf32>) outs(%f : tensor<2x1x2x2xf32>) -> tensor<2x1x2x2xf32> loc("o")
  %r = tensor.collapse_shape %h [[0], [1, 2, 3]] : tensor<2x1x2x2xf32> into tensor<2x4xf32> loc("o")
  %e2 = tensor.empty() : tensor<2x2xf32> loc("o")
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  %y = linalg.matmul ins(%r, %v : tensor<2x4xf32>, tensor<4x2xf32>) outs(%f2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  return %y : tensor<2x2xf32>
}
//--- image.mlir
func.func @model(%x: tensor<2x1x3x4xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<3x1x2x2xf32> {pc.name = "w", pc.role = "parameter", pc.value = dense<0.5> : tensor<3x1x2x2xf32>},
                 %v: tensor<18x2xf32> {pc.name = "v", pc.role = "parameter", pc.value = dense<1.5> : tensor<18x2xf32>})
    -> (tensor<2x2xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32 loc("h")
  %edge = arith.constant 0.0 : f32 loc("pad")
  %q = tensor.pad %x low[0, 0, 0, 1] high[0, 0, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %edge : f32
  } : tensor<2x1x3x4xf32> to tensor<2x1x4x5xf32> loc("h")
  %e = tensor.empty() : tensor<2x3x3x2xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32> loc("h")
  %h = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<[1, 2]> : vector<2xi64>}
      ins(%q, %w : tensor<2x1x4x5xf32>, tensor<3x1x2x2xf32>) outs(%f : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32> loc("h")
  %r = tensor.collapse_shape %h [[0], [1, 2, 3]] : tensor<2x3x3x2xf32> into tensor<2x18xf32> loc("o")
  %e2 = tensor.empty() : tensor<2x2xf32> loc("o")
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  %y = linalg.matmul ins(%r, %v : tensor<2x18xf32>, tensor<18x2xf32>) outs(%f2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  return %y : tensor<2x2xf32>
}
