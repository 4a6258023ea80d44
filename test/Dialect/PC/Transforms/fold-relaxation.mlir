// RUN: split-file %s %t
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.25 iterations=9" -pc-fold-relaxation -mlir-print-debuginfo | FileCheck %t/skip.mlir
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.25 iterations=1" -pc-fold-relaxation | FileCheck %t/skip.mlir --check-prefix=ONE
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.25 iterations=2000" -pc-fold-relaxation | FileCheck %t/skip.mlir --check-prefix=ARRIVED
// RUN: pc-opt %t/skip.mlir -pc-expand-inference -pc-fold-relaxation | FileCheck %t/skip.mlir --check-prefix=ARRIVED
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9" -pc-fold-relaxation | FileCheck %t/skip.mlir --check-prefix=STRICT
// RUN: not pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed iterations=9" -pc-fold-relaxation -pc-check-locality 2>&1 | FileCheck %t/skip.mlir --check-prefix=LOCALITY
// RUN: pc-opt %t/steps.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=3" -pc-fold-relaxation | FileCheck %t/steps.mlir
// RUN: pc-opt %t/steps.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=3 expose-states" -pc-fold-relaxation -verify-diagnostics | FileCheck %t/steps.mlir --check-prefix=DEAR
// RUN: pc-opt %t/read.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=2" -pc-fold-relaxation | FileCheck %t/read.mlir
// RUN: pc-opt %t/circle.mlir -pc-fold-relaxation -verify-diagnostics | FileCheck %t/circle.mlir

//--- skip.mlir
// The error of h has come on a path of one edge and on one of two, in the parts
// P(Binomial(9, 1/4) >= 1) and >= 2; that of k, which nothing learns from, is
// needed as it is.
// CHECK-LABEL: func.func @model_gradient(
//  CHECK-SAME:   attributes {pc.non_local = ["pc-fold-relaxation"]}
//       CHECK:   %[[B:.+]] = pc.vjp @model_graph::@l
//   CHECK-NOT:   pc.relax
//       CHECK:   %[[MO:.+]]:2 = pc.vjp @model_graph::@o {{.+}} of [0](%[[B]] :
//       CHECK:   %[[MK:.+]] = pc.vjp @model_graph::@k {{.+}} of [0](%[[MO]]#1 :
//       CHECK:   %[[NEAR:.+]] = pc.scale 0.92491531372070313 * %[[MO]]#0 : tensor<2xf64> loc(#[[H:.+]])
//       CHECK:   %[[FAR:.+]] = pc.scale 0.6996612548828125 * %[[MK]]
//       CHECK:   %[[D:.+]] = pc.accumulate %[[NEAR]], %[[FAR]]
//       CHECK:   pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[D]] :
//       CHECK: #[[H]] = loc("node of h")

// After one iteration nothing has come on two edges, and @k sends nothing.
//  ONE-LABEL: func.func @model_gradient(
//        ONE:   %[[MO:.+]]:2 = pc.vjp @model_graph::@o
//    ONE-NOT:   pc.vjp @model_graph::@k
//        ONE:   %[[D:.+]] = pc.scale 2.500000e-01 * %[[MO]]#0
//        ONE:   pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[D]] :

// When all has arrived, one error a vertex is enough, and no factor is left.
//  ARRIVED-LABEL: func.func @model_gradient(
//        ARRIVED:   %[[MO:.+]]:2 = pc.vjp @model_graph::@o
//        ARRIVED:   %[[MK:.+]] = pc.vjp @model_graph::@k
//    ARRIVED-NOT:   pc.scale
//        ARRIVED:   %[[D:.+]] = pc.accumulate %[[MK]], %[[MO]]#0
//        ARRIVED:   pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[D]] :

// STRICT: pc.relax iterations(9)

// LOCALITY: L2: @h reads the new error of @k
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  } loc("node of h")
  %k = pc.vertex @k(%h : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.exp %p : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%h, %k : tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}

//--- steps.mlir
// Five ways of three edges, each through a vertex with a step of its own: five
// partial errors at @g, each with a factor of its own.
// CHECK-LABEL: func.func @model_gradient(
//   CHECK-NOT:   pc.relax
// CHECK-COUNT-5: pc.scale
//   CHECK-NOT:   pc.scale
//       CHECK:   pc.accumulate

// Errors that are there at the start would have ways of their own: 22 products
// for the 21 of the loop.
// DEAR: pc.relax iterations(3)
// expected-remark@+1 {{the relaxation stays a loop: its paths arrive in so many ways that a sweep would take more than the 21 vector-Jacobian products of the iterations}}
pc.graph @model_graph(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64>, tensor<f64> {pc.role = "loss"}) {
  %g = pc.vertex @g() params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %h = pc.vertex @h(%g : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k1 = pc.vertex @k1(%h : tensor<f64>) step(0.2) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k2 = pc.vertex @k2(%h : tensor<f64>) step(0.4) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.cos %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k3 = pc.vertex @k3(%h : tensor<f64>) step(0.6) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k4 = pc.vertex @k4(%h : tensor<f64>) step(0.8) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.exp %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k5 = pc.vertex @k5(%h : tensor<f64>) step(1.6) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.atan %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%k1, %k2, %k3, %k4, %k5 : tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>, %r: tensor<f64>, %s: tensor<f64>, %t: tensor<f64>):
    %a = arith.mulf %p, %q : tensor<f64>
    %b = arith.mulf %r, %s : tensor<f64>
    %c = arith.addf %a, %b : tensor<f64>
    %y = arith.mulf %c, %t : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %o, %l : tensor<f64>, tensor<f64>
}

//--- read.mlir
// The loss reads @h beside @o: what it says to @h is there from the start and
// stands without a factor, what comes through @o has one.
// CHECK-LABEL: func.func @model_gradient(
//       CHECK:   %[[B:.+]]:2 = pc.vjp @model_graph::@l
//       CHECK:   %[[MO:.+]] = pc.vjp @model_graph::@o {{.+}} of [0](%[[B]]#1 :
//       CHECK:   %[[FAR:.+]] = pc.scale 7.500000e-01 * %[[MO]]
//       CHECK:   %[[D:.+]] = pc.accumulate %[[B]]#0, %[[FAR]]
//       CHECK:   pc.vjp @model_graph::@h wrt [0] {{.+}} of [0](%[[D]] :
pc.graph @model_graph(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64>, tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h() params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%h, %o : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  pc.return %o, %l : tensor<f64>, tensor<f64>
}

//--- circle.mlir
pc.graph @g(%x: tensor<f64>, %z: tensor<f64>) -> (tensor<f64>, tensor<f64>) {
  %h = pc.vertex @h(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  %l = pc.loss @l(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %h, %l : tensor<f64>, tensor<f64>
}
// A state that its own message reaches again has paths without end.
// CHECK-LABEL: func.func @circle(
//       CHECK:   pc.relax iterations(5)
func.func @circle(%x: tensor<f64>, %zero: tensor<f64>) -> tensor<f64> {
  // expected-remark@+1 {{the relaxation stays a loop: the errors of its states feed each other in a circle, and paths have no end}}
  %d = pc.relax iterations(5) states [@g::@h] init(%zero) : (tensor<f64>) {
  ^bb0(%old: tensor<f64>):
    %m = pc.vjp @g::@h wrt [0] at(%x : tensor<f64>) of [0](%old : tensor<f64>) -> tensor<f64>
    %new = pc.update @g::@h step(0.5) %old, %m : tensor<f64>
    pc.yield %new : tensor<f64>
  }
  return %d : tensor<f64>
}
