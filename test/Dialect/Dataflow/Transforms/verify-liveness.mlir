// RUN: split-file %s %t
// RUN: cat %t/head.mlir %t/three.mlir %t/tail.mlir > %t/live.mlir
// RUN: cat %t/head.mlir %t/two.mlir %t/tail.mlir > %t/dead.mlir
// RUN: cat %t/head.mlir %t/none.mlir %t/tail.mlir > %t/unsized.mlir
// RUN: pc-opt %t/live.mlir -pcflow-verify-liveness | FileCheck %s --check-prefix=LIVE
// RUN: not pc-opt %t/dead.mlir -pcflow-verify-liveness 2>&1 | FileCheck %s --check-prefix=DEAD
// RUN: not pc-opt %t/unsized.mlir -pcflow-verify-liveness 2>&1 | FileCheck %s --check-prefix=UNSIZED

// The least depth runs, one less is a cycle of units that wait for each other.
// LIVE: pcflow.graph @bypass
// DEAD: deadlocks: h/fork waits for h/fork.1 (full, 2 words) <- h/sum waits for h/linear.y (empty) <- h/linear waits for h/fork.0 (empty) <- h/fork
// DEAD: a deeper h/fork.1 may help, it has 2
// UNSIZED: expected a depth; has pcflow-size-buffers run?

//--- head.mlir
pcflow.graph @bypass inputs ["x"] iterations(1) batch(1) wired {
^bb0(%x: !pcflow.stream<4 x f32>):
  %q = pcflow.buffer %x depth(1) : <4 x f32>
  %h = pcflow.vertex @h parents(%q : !pcflow.stream<4 x f32>) messages(%b : !pcflow.stream<4 x f32>)
      -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>, %d: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    %f:2 = pcflow.fork %p into 2 : <4 x f32>
    %i = pcflow.buffer %f#0 depth(1) : <4 x f32>
//--- three.mlir
    %j = pcflow.buffer %f#1 depth(3) : <4 x f32>
//--- two.mlir
    %j = pcflow.buffer %f#1 depth(2) : <4 x f32>
//--- none.mlir
    %j = pcflow.buffer %f#1 : <4 x f32>
//--- tail.mlir
    %y = pcflow.linear weights(@w) predict(%i : <4 x f32>) vjp(%d : <4 x f32>) rate(0.5) -> <4 x f32>
    %k = pcflow.buffer %y depth(1) : <4 x f32>
    %s = pcflow.sum %k, %j : <4 x f32>
    %o = pcflow.buffer %s depth(1) : <4 x f32>
    pcflow.yield %o : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<4 x f32>) answers [0] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    %r = pcflow.latch %p : <4 x f32>
    %m = pcflow.buffer %r depth(1) : <4 x f32>
    pcflow.yield %m : !pcflow.stream<4 x f32>
  }
}
