// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers -pcflow-verify-liveness | FileCheck %s
// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers -pcflow-schedule | FileCheck %s --check-prefix=SLOW
// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers=mode=throughput -pcflow-verify-liveness -pcflow-schedule \
// RUN:   | FileCheck %s --check-prefix=FAST
// RUN: not pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers=mode=fast 2>&1 | FileCheck %s --check-prefix=MODE
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

// Two words let a queue take and give in every cycle.
// SLOW: {cycles = 46 : i64, iteration_cycles = 9 : i64, sample_cycles = 60 : i64}
// FAST: {cycles = 37 : i64, iteration_cycles = 6 : i64, sample_cycles = 55 : i64}

// MODE: expected the mode live or throughput, but got fast
// EARLY: expected a wired graph; has pcflow-materialize-forks run?
pcflow.graph @bypass inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<4 x f32>) messages(%b : !pcflow.stream<4 x f32>)
      -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>, %d: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    %e = pcflow.tap "h" %d : <4 x f32>
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%e : <4 x f32>) rate(0.5) -> <4 x f32>
    %s = pcflow.sum %y, %p : <4 x f32>
    pcflow.yield %s : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<4 x f32>) answers [0] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    %r = pcflow.latch %p : <4 x f32>
    pcflow.yield %r : !pcflow.stream<4 x f32>
  }
}
