// RUN: pc-opt %s --verify-roundtrip | FileCheck %s

// Sums of rows come once in a sample, the copies that answer them in every round.
!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<2 x f32>
// CHECK-LABEL: pcflow.graph @rows
pcflow.graph @rows inputs ["x", "t"] iterations(1) batch(1) {
^bb0(%x: !x, %t: !y):
  %h = pcflow.vertex @h parents(%x : !x) messages(%g : !x) -> down(!x) {
  ^bb0(%p: !x, %m: !x):
    pcflow.weights @w {value = dense<1.0> : tensor<1x2x3xf32>}
    %d = pcflow.state %m step(1.0) : <6 x f32>
    // CHECK: %[[ONE:.+]] = pcflow.rearrange %{{.+}} sizes [] from [] to [] : <6 x f32> -> <1 x f32>
    %one = pcflow.rearrange %p sizes [] from [] to [] : <6 x f32> -> <1 x f32>
    // CHECK: pcflow.linear weights(@w) predict(%[[ONE]] : <1 x f32>)
    %w = pcflow.linear weights(@w) predict(%one : <1 x f32>) vjp(%d : <6 x f32>) -> <6 x f32>
    pcflow.yield %w : !x
  }
  %y, %g = pcflow.vertex @y parents(%h : !x) messages(%e : !y) answers [0] -> down(!y) up(!x) {
  ^bb0(%p: !x, %m: !y):
    // CHECK: pcflow.rearrange %{{.+}} sizes [2, 3] from [3, 1] to [1, 0] : <6 x f32> -> <2 x f32>
    %s = pcflow.rearrange %p sizes [2, 3] from [3, 1] to [1, 0] : <6 x f32> -> <2 x f32>
    // CHECK: pcflow.rearrange message %{{.+}} sizes [2, 3] from [1, 0] to [3, 1] : <2 x f32> -> <6 x f32>
    %c = pcflow.rearrange message %m sizes [2, 3] from [1, 0] to [3, 1] : <2 x f32> -> <6 x f32>
    pcflow.yield %s, %c : !y, !x
  }
  %e = pcflow.vertex @l parents(%y, %t : !y, !y) answers [0] -> up(!y) {
  ^bb0(%p: !y, %q: !y):
    %d = pcflow.map(%p, %q) : (!y, !y) -> !y {
    ^bb0(%a: f32, %b: f32):
      %f = arith.subf %a, %b : f32
      pcflow.yield %f : f32
    }
    %r = pcflow.latch %d : <2 x f32>
    pcflow.yield %r : !y
  }
  pcflow.output "y" %y : <2 x f32>
}
