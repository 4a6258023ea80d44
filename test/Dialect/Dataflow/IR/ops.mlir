// RUN: pc-opt %s | pc-opt | FileCheck %s
// RUN: pc-opt %s --emit-bytecode | pc-opt | FileCheck %s

// Two vertices, of which the first has weights, a state and two readers.
// CHECK-LABEL: pcflow.graph @net inputs ["x", "t"] iterations(1) batch(2) wired
// CHECK: ^bb0(%[[X:.+]]: !pcflow.stream<4 x !pcflow.fixed<18, 14>>, %[[T:.+]]: !pcflow.stream<1 x i32>)
pcflow.graph @net inputs ["x", "t"] iterations(1) batch(2) wired {
^bb0(%x: !pcflow.stream<4 x !pcflow.fixed<18, 14>>, %t: !pcflow.stream<1 x i32>):
  // CHECK: %[[Q:.+]] = pcflow.buffer %[[X]] depth(2) : <4 x !pcflow.fixed<18, 14>>
  %q = pcflow.buffer %x depth(2) : <4 x !pcflow.fixed<18, 14>>
  // CHECK: pcflow.vertex @h parents(%[[Q]] : {{.+}}) messages({{.+}}) -> down(
  %h = pcflow.vertex @h parents(%q : !pcflow.stream<4 x !pcflow.fixed<18, 14>>)
      messages(%g, %g2 : !pcflow.stream<8 x !pcflow.fixed<18, 14>>, !pcflow.stream<8 x !pcflow.fixed<18, 14>>)
      -> down(!pcflow.stream<8 x !pcflow.fixed<18, 14>>) {
  ^bb0(%p: !pcflow.stream<4 x !pcflow.fixed<18, 14>>, %m: !pcflow.stream<8 x !pcflow.fixed<18, 14>>,
       %n: !pcflow.stream<8 x !pcflow.fixed<18, 14>>):
    // CHECK: pcflow.weights @w {initial = array<i64: {{.+}}>, transposed, value = dense
    pcflow.weights @w {value = dense<0.5> : tensor<4x8xf32>, transposed,
        initial = array<i64: 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192,
          8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192,
          8192, 8192, 8192, 8192, 8192, 8192, 8192>}
    pcflow.weights @b {value = dense<0.0> : tensor<8xf32>}
    // CHECK: %[[S:.+]] = pcflow.sum %{{.+}}, %{{.+}} : <8 x
    %s = pcflow.sum %m, %n : !pcflow.stream<8 x !pcflow.fixed<18, 14>>
    // CHECK: pcflow.state %[[S]] step(1.000000e+00)
    %d = pcflow.state %s step(1.0) : <8 x !pcflow.fixed<18, 14>>
    // CHECK: pcflow.tap "h"
    %e = pcflow.tap "h" %d : <8 x !pcflow.fixed<18, 14>>
    // CHECK: pcflow.linear weights(@w) bias(@b) predict({{.+}}) vjp({{.+}}) rate(1.000000e-01) {pe = 2 : i64, simd = 4 : i64} -> <8 x {{.+}}> up(!pcflow.stream<4 x
    %y, %up = pcflow.linear weights(@w) bias(@b) predict(%p : <4 x !pcflow.fixed<18, 14>>)
        vjp(%e : <8 x !pcflow.fixed<18, 14>>) rate(1.000000e-01) {pe = 2 : i64, simd = 4 : i64}
        -> <8 x !pcflow.fixed<18, 14>> up(!pcflow.stream<4 x !pcflow.fixed<18, 14>>)
    // CHECK: pcflow.sink
    pcflow.sink %up : <4 x !pcflow.fixed<18, 14>>
    pcflow.yield %y : !pcflow.stream<8 x !pcflow.fixed<18, 14>>
  }
  // CHECK: pcflow.fork %{{.+}} into 3 : <8 x
  %c:3 = pcflow.fork %h into 3 : <8 x !pcflow.fixed<18, 14>>
  // CHECK: pcflow.vertex @l parents({{.+}}) answers [0] -> up(
  %g = pcflow.vertex @l parents(%c#0, %t : !pcflow.stream<8 x !pcflow.fixed<18, 14>>, !pcflow.stream<1 x i32>)
      answers [0] -> up(!pcflow.stream<8 x !pcflow.fixed<18, 14>>) {
  ^bb0(%p: !pcflow.stream<8 x !pcflow.fixed<18, 14>>, %u: !pcflow.stream<1 x i32>):
    // CHECK: pcflow.softmax_error
    %b = pcflow.softmax_error %p, %u : !pcflow.stream<8 x !pcflow.fixed<18, 14>>, !pcflow.stream<1 x i32>
    // CHECK: pcflow.latch
    %r = pcflow.latch %b : <8 x !pcflow.fixed<18, 14>>
    pcflow.yield %r : !pcflow.stream<8 x !pcflow.fixed<18, 14>>
  }
  %g2 = pcflow.vertex @r parents(%c#1 : !pcflow.stream<8 x !pcflow.fixed<18, 14>>)
      answers [0] -> up(!pcflow.stream<8 x !pcflow.fixed<18, 14>>) {
  ^bb0(%p: !pcflow.stream<8 x !pcflow.fixed<18, 14>>):
    // CHECK: pcflow.map(%{{.+}}) : (!pcflow.stream<8 x {{.+}}) ->
    %f = pcflow.map(%p) : (!pcflow.stream<8 x !pcflow.fixed<18, 14>>) -> !pcflow.stream<8 x !pcflow.fixed<18, 14>> {
    ^bb0(%a: f32):
      // CHECK: pcflow.lookup %{{.+}} knots [-16384, 0, 16384] range(0) : f32
      %v = pcflow.lookup %a knots [-16384, 0, 16384] range(0) : f32
      pcflow.yield %v : f32
    }
    %k = pcflow.latch %f : <8 x !pcflow.fixed<18, 14>>
    pcflow.yield %k : !pcflow.stream<8 x !pcflow.fixed<18, 14>>
  }
  // CHECK: pcflow.gate "h:host" %{{.+}} : <8 x
  %k = pcflow.gate "h:host" %c#2 : <8 x !pcflow.fixed<18, 14>>
  // CHECK: pcflow.output "h"
  pcflow.output "h" %k : <8 x !pcflow.fixed<18, 14>>
}

// Predictions that are recomputed: every stream carries a vector a round.
// CHECK-LABEL: pcflow.graph @strict inputs ["x", "t"] iterations(3) batch(1) strict {
!s = !pcflow.stream<4 x f32>
pcflow.graph @strict inputs ["x", "t"] iterations(3) batch(1) strict {
^bb0(%x: !s, %t: !s):
  %h = pcflow.vertex @h parents(%x : !s) messages(%g : !s) -> down(!s) {
  ^bb0(%p: !s, %m: !s):
    pcflow.weights @w2 {value = dense<1.0> : tensor<4x4xf32>}
    %r = pcflow.latch %p : <4 x f32>
    // CHECK: %[[V:.+]], %[[D:.+]] = pcflow.activity %[[MU:.+]], %{{.+}} step(2.500000e-01) : <4 x f32>
    %v, %d = pcflow.activity %y, %m step(2.500000e-01) : <4 x f32>
    // CHECK: %[[MU]] = pcflow.linear weights(@w2) predict({{.+}}) vjp(%[[D]] :
    %y = pcflow.linear weights(@w2) predict(%r : <4 x f32>) vjp(%d : <4 x f32>) rate(0.1) -> <4 x f32>
    // CHECK: pcflow.yield %[[V]]
    pcflow.yield %v : !s
  }
  %g = pcflow.vertex @l2 parents(%h, %t : !s, !s) answers [0] -> up(!s) {
  ^bb0(%p: !s, %q: !s):
    %r = pcflow.latch %q : <4 x f32>
    %e = pcflow.map(%p, %r) : (!s, !s) -> !s {
    ^bb0(%a: f32, %b: f32):
      %f = arith.subf %a, %b : f32
      pcflow.yield %f : f32
    }
    pcflow.yield %e : !s
  }
  // CHECK: pcflow.first %{{.+}} : <4 x f32>
  %y = pcflow.first %h : <4 x f32>
  pcflow.output "y" %y : <4 x f32>
}
