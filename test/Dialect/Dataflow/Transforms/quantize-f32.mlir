// RUN: pc-opt %s -pcflow-quantize="format=f32 segments=64" | FileCheck %s

// Streams are floats as units compute them; memories hold their bits, subnormals
// are zero.
// CHECK-LABEL: pcflow.graph @q
// CHECK: ^bb0(%{{.+}}: !pcflow.stream<2 x !pcflow.single>)
pcflow.graph @q inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<2 x f32>) messages(%d : !pcflow.stream<2 x f32>)
      -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>, %e: !pcflow.stream<2 x f32>):
    // CHECK: pcflow.weights @w {initial = array<i64: 1065353216, -1073741824, 0, 1036831949>
    pcflow.weights @w {value = dense<[[1.0, -2.0], [1.0e-40, 0.1]]> : tensor<2x2xf32>}
    // CHECK: pcflow.linear {{.+}} rate(1.000000e-09) -> <2 x !pcflow.single>
    %y = pcflow.linear weights(@w) predict(%p : <2 x f32>) vjp(%e : <2 x f32>) rate(1.0e-9) -> <2 x f32>
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
  // Only the function that has no unit is a table, over a range beyond which it is
  // constant; what is made of it natively stays.
  // CHECK: pcflow.vertex @f
  // CHECK: ^bb0(%[[A:.+]]: f32, %[[B:.+]]: f32):
  // CHECK-NOT: math.
  // CHECK: %[[T:.+]] = pcflow.lookup %[[A]] knots [{{.+}}] range(2) {error = 0.00149{{[0-9]+}} : f64} : f32
  // CHECK: %[[V:.+]] = arith.mulf %[[T]], %[[T]]
  // CHECK: %[[W:.+]] = arith.subf %{{.+}}, %[[V]]
  // CHECK: arith.mulf %[[W]], %[[B]]
  %d = pcflow.vertex @f parents(%h : !pcflow.stream<2 x f32>) answers [0] -> up(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p, %p) : (!pcflow.stream<2 x f32>, !pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32, %b: f32):
      %one = arith.constant 1.0 : f32
      %u = math.tanh %a : f32
      %v = arith.mulf %u, %u : f32
      %w = arith.subf %one, %v : f32
      %r = arith.mulf %w, %b : f32
      pcflow.yield %r : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}

// A function that is read by an expression without a unit and by a product beside it
// needs a table of its own.
// CHECK-LABEL: pcflow.graph @twice
// CHECK-NOT: math.
// CHECK: %[[T:.+]] = pcflow.lookup %[[A:.+]] knots
// CHECK: %[[Q:.+]] = pcflow.lookup %[[A]] knots
// CHECK: arith.mulf %[[T]], %[[Q]]
pcflow.graph @twice inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p) : (!pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32):
      %two = arith.constant 2.0 : f32
      %u = math.tanh %a : f32
      %s = arith.addf %two, %u : f32
      %q = arith.divf %two, %s : f32
      %r = arith.mulf %u, %q : f32
      pcflow.yield %r : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}
