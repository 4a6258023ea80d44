// RUN: pc-opt %s --split-input-file --verify-roundtrip | FileCheck %s
// RUN: not pc-opt %s --pcflow-quantize --pcflow-fold=target-cycles=136 --split-input-file 2>&1 | FileCheck %s --check-prefix=FOLD

// 25 windows of 9 words for 2 channels: (2 + 2 / pe * 9) 25 + 64 cycles a round, and 3: 342 with both channels at once.
// FOLD: has no folding of at most 136 cycles a round; its fastest takes 342
!x = !pcflow.stream<64 x f32>
!y = !pcflow.stream<50 x f32>
// CHECK-LABEL: pcflow.graph @windows
pcflow.graph @windows inputs ["x", "t"] iterations(0) batch(1) {
^bb0(%x: !x, %t: !y):
  %y = pcflow.vertex @y parents(%x : !x) messages(%e : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    pcflow.weights @w {value = dense<1.0> : tensor<2x1x3x3xf32>}
    pcflow.weights @b {value = dense<1.0> : tensor<2xf32>}
    // CHECK: pcflow.conv weights(@w) bias(@b) predict(%{{.+}} : <64 x f32>) vjp(%{{.+}} : <50 x f32>)
    // CHECK-SAME: window(<image[1, 8, 8] kernel[3, 3] strides[1, 1] dilations[2, 2] pads[1, 1, 0, 0]>)
    // CHECK-SAME: rate(5.000000e-01) momentum(9.000000e-01) {pe = 2 : i64} -> <50 x f32>
    %r = pcflow.conv weights(@w) bias(@b) predict(%p : <64 x f32>) vjp(%m : <50 x f32>)
        window(<image [1, 8, 8] kernel [3, 3] strides [1, 1] dilations [2, 2] pads [1, 1, 0, 0]>)
        rate(0.5) momentum(0.9) {pe = 2 : i64} -> <50 x f32>
    pcflow.yield %r : !y
  }
  %e = pcflow.vertex @l parents(%y, %t : !y, !y) answers [0] -> up(!y) {
  ^bb0(%p: !y, %q: !y):
    %d = pcflow.map(%p, %q) : (!y, !y) -> !y {
    ^bb0(%a: f32, %c: f32):
      %f = arith.subf %a, %c : f32
      pcflow.yield %f : f32
    }
    pcflow.yield %d : !y
  }
}

// -----

!x = !pcflow.stream<32 x f32>
!y = !pcflow.stream<8 x f32>
// CHECK-LABEL: pcflow.graph @pools
pcflow.graph @pools inputs ["x", "t"] iterations(0) batch(1) {
^bb0(%x: !x, %t: !y):
  %y, %u = pcflow.vertex @y parents(%x : !x) messages(%e : !y) answers [0] -> down(!y) up(!x) {
  ^bb0(%p: !x, %m: !y):
    // CHECK: pcflow.pool max predict(%{{.+}} : <32 x f32>) vjp(%{{.+}} : <8 x f32>)
    // CHECK-SAME: window(<image[2, 4, 4] kernel[2, 2] strides[2, 2] dilations[1, 1] pads[0, 0, 0, 0]>) -> <8 x f32> up(<32 x f32>)
    %r, %g = pcflow.pool max predict(%p : <32 x f32>) vjp(%m : <8 x f32>)
        window(<image [2, 4, 4] kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0, 0, 0]>) -> <8 x f32> up(<32 x f32>)
    pcflow.yield %r, %g : !y, !x
  }
  %e = pcflow.vertex @l parents(%y, %t : !y, !y) answers [0] -> up(!y) {
  ^bb0(%p: !y, %q: !y):
    %d = pcflow.map(%p, %q) : (!y, !y) -> !y {
    ^bb0(%a: f32, %c: f32):
      %f = arith.subf %a, %c : f32
      pcflow.yield %f : f32
    }
    pcflow.yield %d : !y
  }
}

// -----

!x = !pcflow.stream<8 x f32>
!y = !pcflow.stream<4 x f32>
// CHECK-LABEL: pcflow.graph @groups
pcflow.graph @groups inputs ["x", "t"] iterations(0) batch(1) {
^bb0(%x: !x, %t: !y):
  %y = pcflow.vertex @y parents(%x : !x) messages(%e : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // Each row sees one of the two channels.
    pcflow.weights @w {value = dense<1.0> : tensor<4x1x2x2xf32>}
    // CHECK: pcflow.conv weights(@w) {{.+}} {groups = 2 : i64, pe = 2 : i64} -> <4 x f32>
    %r = pcflow.conv weights(@w) predict(%p : <8 x f32>) vjp(%m : <4 x f32>)
        window(<image [2, 2, 2] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        {groups = 2 : i64, pe = 2 : i64} -> <4 x f32>
    pcflow.yield %r : !y
  }
  %e = pcflow.vertex @l parents(%y, %t : !y, !y) answers [0] -> up(!y) {
  ^bb0(%p: !y, %q: !y):
    %d = pcflow.map(%p, %q) : (!y, !y) -> !y {
    ^bb0(%a: f32, %c: f32):
      %f = arith.subf %a, %c : f32
      pcflow.yield %f : f32
    }
    pcflow.yield %d : !y
  }
}
