// RUN: pc-opt %s -pcflow-quantize="format=fixed<8,4> segments=4" | FileCheck %s
// RUN: pc-opt %s -pcflow-quantize="format=fixed<8,4> segments=4" -pcflow-quantize="format=fixed<16,8>" | FileCheck %s

// CHECK-LABEL: pcflow.graph @q
// CHECK: ^bb0(%{{.+}}: !pcflow.stream<2 x !pcflow.fixed<8, 4>>, %{{.+}}: !pcflow.stream<1 x i32>)
pcflow.graph @q inputs ["x", "t"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>, %t: !pcflow.stream<1 x i32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<2 x f32>) messages(%e : !pcflow.stream<3 x f32>)
      -> down(!pcflow.stream<3 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>, %d: !pcflow.stream<3 x f32>):
    // Rows as the unit reads them; rounded to even, saturated.
    // CHECK: pcflow.weights @w {initial = array<i64: 16, 127, -128, 2, 0, 2>, transposed, value
    pcflow.weights @w {transposed, value = dense<[[1.0, -90.0, 0.03125], [9.0, 0.125, 0.09375]]> : tensor<2x3xf32>}
    // CHECK: pcflow.linear {{.+}} -> <3 x !pcflow.fixed<8, 4>>
    %y = pcflow.linear weights(@w) predict(%p : <2 x f32>) vjp(%d : <3 x f32>) rate(0.5) -> <3 x f32>
    pcflow.yield %y : !pcflow.stream<3 x f32>
  }
  // What depends on %a alone and has no native form is one table; the extremum
  // stays, and so does the product of two words.
  // CHECK: pcflow.vertex @f
  // CHECK: ^bb0(%[[A:.+]]: f32, %[[B:.+]]: f32):
  // CHECK-NOT: math.
  // CHECK-DAG: %[[F:.+]] = pcflow.lookup %[[A]] knots [{{.+}}] range({{.+}}) {error = {{.+}}} : f32
  // CHECK-DAG: %[[M:.+]] = arith.maximumf %[[B]],
  // CHECK: arith.mulf %[[F]], %[[M]]
  %f = pcflow.vertex @f parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p, %p) : (!pcflow.stream<2 x f32>, !pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32, %b: f32):
      %one = arith.constant 1.0 : f32
      %zero = arith.constant 0.0 : f32
      %u = math.tanh %a : f32
      %v = arith.mulf %u, %u : f32
      %w = arith.subf %one, %v : f32
      %m = arith.maximumf %b, %zero : f32
      %r = arith.mulf %w, %m : f32
      pcflow.yield %r : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
  // |x| / 4 is exact with pieces of length 4: knots at -8, -4, 0, 4, 8 in
  // sixteenths, and a range that leaves no word out.
  // CHECK: pcflow.vertex @g
  // CHECK: pcflow.lookup %{{.+}} knots [32, 16, 0, 16, 32] range(3) {error = 0.000000e+00 : f64} : f32
  %g = pcflow.vertex @g parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p) : (!pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32):
      %four = arith.constant 4.0 : f32
      %u = math.absf %a : f32
      %v = arith.divf %u, %four : f32
      pcflow.yield %v : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
  // CHECK: pcflow.softmax_error {{.+}} {knots = array<i64: {{.+}}>, range = {{.+}}, table_error =
  %e = pcflow.vertex @l parents(%h, %t : !pcflow.stream<3 x f32>, !pcflow.stream<1 x i32>) answers [0]
      -> up(!pcflow.stream<3 x f32>) {
  ^bb0(%p: !pcflow.stream<3 x f32>, %q: !pcflow.stream<1 x i32>):
    %s = pcflow.softmax_error %p, %q : !pcflow.stream<3 x f32>, !pcflow.stream<1 x i32>
    %r = pcflow.latch %s : <3 x f32>
    pcflow.yield %r : !pcflow.stream<3 x f32>
  }
}

// Large parameters are resources.
// CHECK-LABEL: pcflow.graph @resource
// CHECK: pcflow.weights @r {initial = array<i64: 16, -8>, value = dense_resource<r>
pcflow.graph @resource inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<2 x f32>) messages(%b : !pcflow.stream<1 x f32>)
      -> down(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>, %d: !pcflow.stream<1 x f32>):
    pcflow.weights @r {value = dense_resource<r> : tensor<1x2xf32>}
    %y = pcflow.linear weights(@r) predict(%p : <2 x f32>) vjp(%d : <1 x f32>) rate(0.5) -> <1 x f32>
    pcflow.yield %y : !pcflow.stream<1 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<1 x f32>) answers [0] -> up(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<1 x f32>):
    %s = pcflow.latch %p : <1 x f32>
    pcflow.yield %s : !pcflow.stream<1 x f32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      r: "0x040000000000803F000000BF"
    }
  }
#-}
