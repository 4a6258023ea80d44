// RUN: pc-opt %s -split-input-file -pcflow-fold="max-lanes=64" | FileCheck %s

// Lanes that work together are of one group, whose channels of the image they all
// see: two of four rows in two groups.
!x = !pcflow.stream<16 x f32>
!y = !pcflow.stream<16 x f32>
// CHECK-LABEL: pcflow.graph @two
// CHECK: pcflow.conv {{.+}} {groups = 2 : i64, pe = 2 : i64}
pcflow.graph @two inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%b : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    pcflow.weights @w {value = dense<1.0> : tensor<4x2x1x1xf32>}
    %d = pcflow.state %m step(1.0) : <16 x f32>
    %r = pcflow.conv weights(@w) predict(%p : <16 x f32>) vjp(%d : <16 x f32>)
        window(<image [4, 2, 2] kernel [1, 1] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        rate(0.3) {groups = 2 : i64} -> <16 x f32>
    pcflow.yield %r : !y
  }
  %b = pcflow.vertex @l parents(%h : !y) answers [0] -> up(!y) {
  ^bb0(%p: !y):
    %r = pcflow.latch %p : <16 x f32>
    pcflow.yield %r : !y
  }
}

// -----

// A depthwise convolution has one row a group.
!x = !pcflow.stream<16 x f32>
!y = !pcflow.stream<16 x f32>
// CHECK-LABEL: pcflow.graph @depthwise
// CHECK: pcflow.conv {{.+}} {groups = 4 : i64} ->
pcflow.graph @depthwise inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%b : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    pcflow.weights @w {value = dense<1.0> : tensor<4x1x1x1xf32>}
    %d = pcflow.state %m step(1.0) : <16 x f32>
    %r = pcflow.conv weights(@w) predict(%p : <16 x f32>) vjp(%d : <16 x f32>)
        window(<image [4, 2, 2] kernel [1, 1] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        rate(0.3) {groups = 4 : i64} -> <16 x f32>
    pcflow.yield %r : !y
  }
  %b = pcflow.vertex @l parents(%h : !y) answers [0] -> up(!y) {
  ^bb0(%p: !y):
    %r = pcflow.latch %p : <16 x f32>
    pcflow.yield %r : !y
  }
}
