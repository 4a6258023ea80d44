// RUN: pc-opt %s -pcflow-gate-links | FileCheck %s
// RUN: pc-opt %s -pcflow-gate-links -pcflow-gate-links | FileCheck %s
// RUN: pc-opt %s -pcflow-gate-links=links=b | FileCheck %s --check-prefix=ONE

// Both ways of each link, those from data too, and none of the loss.
// CHECK-LABEL: pcflow.graph @chain
// CHECK: ^bb0(%[[X:.+]]: {{.+}}, %[[T:.+]]: {{.+}}):
// CHECK: %[[P:.+]] = pcflow.gate "x:a" %[[X]]
// CHECK: %[[M:.+]] = pcflow.gate "a:b" %[[UP:.+]] :
// CHECK: %[[A:.+]] = pcflow.vertex @a parents(%[[P]] : {{.+}}) messages(%[[M]] :
// CHECK: %[[Q:.+]] = pcflow.gate "a:b" %[[A]]
// CHECK: %[[B:.+]], %[[UP]] = pcflow.vertex @b parents(%[[Q]] : {{.+}}) messages(%[[E:.+]] :
// CHECK: %[[E]] = pcflow.vertex @l parents(%[[B]], %[[T]] :
// CHECK-NOT: pcflow.gate

// ONE-LABEL: pcflow.graph @chain
// ONE-NOT: "x:a"
// ONE: pcflow.gate "a:b"
// ONE: pcflow.vertex @a
// ONE: pcflow.gate "a:b"
// ONE: pcflow.vertex @b
// ONE-NOT: pcflow.gate
!s = !pcflow.stream<4 x f32>
pcflow.graph @chain inputs ["x", "t"] iterations(1) batch(1) {
^bb0(%x: !s, %t: !s):
  %a = pcflow.vertex @a parents(%x : !s) messages(%g : !s) -> down(!s) {
  ^bb0(%p: !s, %m: !s):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    %d = pcflow.state %m step(1.0) : <4 x f32>
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%d : <4 x f32>) rate(0.1) -> <4 x f32>
    pcflow.yield %y : !s
  }
  %b, %g = pcflow.vertex @b parents(%a : !s) messages(%e : !s) answers [0] -> down(!s) up(!s) {
  ^bb0(%p: !s, %m: !s):
    pcflow.weights @v {value = dense<1.0> : tensor<4x4xf32>}
    %y, %u = pcflow.linear weights(@v) predict(%p : <4 x f32>) vjp(%m : <4 x f32>) rate(0.1) -> <4 x f32> up(!s)
    pcflow.yield %y, %u : !s, !s
  }
  %e = pcflow.vertex @l parents(%b, %t : !s, !s) answers [0] -> up(!s) {
  ^bb0(%p: !s, %q: !s):
    %c = pcflow.map(%p, %q) : (!s, !s) -> !s {
    ^bb0(%u: f32, %v: f32):
      %w = arith.subf %u, %v : f32
      pcflow.yield %w : f32
    }
    %r = pcflow.latch %c : <4 x f32>
    pcflow.yield %r : !s
  }
}
