// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers -pcflow-verify-liveness | FileCheck %s
// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers=extra=1 -pcflow-verify-liveness | FileCheck %s --check-prefix=EXTRA
// RUN: not pc-opt %s -pcflow-size-buffers 2>&1 | FileCheck %s --check-prefix=EARLY

// The product takes all four words before it gives any, so the other path to
// the sum has to keep them: three in the queue behind the fork, and the last one
// in front of it, because an eager fork has given it to the product already.
// CHECK-LABEL: pcflow.graph @bypass
// CHECK: pcflow.buffer %{{.+}} depth(1)
// CHECK: pcflow.vertex @h
// CHECK: %[[F:.+]]:2 = pcflow.fork
// CHECK-DAG: %[[L:.+]] = pcflow.buffer %[[F]]#0 depth(1)
// CHECK-DAG: %[[B:.+]] = pcflow.buffer %[[F]]#1 depth(3)
// CHECK: pcflow.linear weights(@w) predict(%[[L]]
// CHECK: pcflow.sum %{{.+}}, %[[B]]

// EXTRA: pcflow.buffer %{{.+}} depth(2)
// EXTRA: depth(4)

// EARLY: expected a wired graph; has pcflow-materialize-forks run?
pcflow.graph @bypass inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<4 x f32>) messages(%b : !pcflow.stream<4 x f32>)
      -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>, %d: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%d : <4 x f32>) rate(0.5) -> <4 x f32>
    %s = pcflow.sum %y, %p : <4 x f32>
    pcflow.yield %s : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<4 x f32>) answers [0] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    %r = pcflow.latch %p : <4 x f32>
    pcflow.yield %r : !pcflow.stream<4 x f32>
  }
}
