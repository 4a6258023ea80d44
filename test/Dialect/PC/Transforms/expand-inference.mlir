// RUN: split-file %s %t
// RUN: pc-opt %t/skip.mlir -pc-expand-inference | FileCheck %t/skip.mlir --check-prefixes=CHECK,EXACT
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed iterations=7" | FileCheck %t/skip.mlir --check-prefixes=CHECK,FIXED
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.5 tolerance=1e-6" | FileCheck %t/skip.mlir --check-prefix=TOLERANCE
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9" | FileCheck %t/skip.mlir --check-prefix=STRICT
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9 tolerance=1e-2" | FileCheck %t/skip.mlir --check-prefix=STOPS
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9 tolerance=1e-2" -pc-fold-relaxation -pc-defer-messages -pc-prune-wavefront | FileCheck %t/skip.mlir --check-prefix=STOPS
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=centred-nudged tolerance=1e-2" | FileCheck %t/skip.mlir --check-prefix=CENTREDSTOPS
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=centred-nudged beta=0.25" | FileCheck %t/skip.mlir --check-prefix=CENTRED
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=incremental rate=0.5" | FileCheck %t/skip.mlir --check-prefix=INCREMENTAL
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=sweep" | FileCheck %t/skip.mlir --check-prefix=SWEEP
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=z-il allow-unlevelled=true" | FileCheck %t/skip.mlir --check-prefix=ZIL
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="expose-states=true wrt=all" | FileCheck %t/skip.mlir --check-prefix=EXPOSE
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=centred-nudged expose-states=true wrt=all" | FileCheck %t/skip.mlir --check-prefix=CENTREDSTATES
// RUN: pc-opt %t/attributes.mlir -pc-expand-inference | FileCheck %t/attributes.mlir
// RUN: pc-opt %t/attributes.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=5" | FileCheck %t/attributes.mlir --check-prefix=OPTION
// RUN: pc-opt %t/debias.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=2 debias=true" | FileCheck %t/debias.mlir

//--- skip.mlir
// h reaches the clamped output o directly and through k: depth 2.
// Predictions come first and are frozen; b is the error of the clamped output;
// all states of an iteration are read before any is written.
// CHECK-LABEL: func @model_gradient(
//  CHECK-SAME:   %[[X:.+]]: tensor<2xf64> {pc.name = "x", pc.role = "input"}, %[[W:.+]]: tensor<2xf64>
//       CHECK:   %[[H:.+]] = pc.predict @model_graph::@h(%[[X]] : tensor<2xf64>) params(%[[W]] : tensor<2xf64>)
//       CHECK:   %[[K:.+]] = pc.predict @model_graph::@k(%[[H]] : tensor<2xf64>)
//       CHECK:   %[[O:.+]] = pc.predict @model_graph::@o(%[[H]], %[[K]] :
//       CHECK:   %[[L:.+]] = pc.predict @model_graph::@l(%[[O]] :
//       CHECK:   %[[B:.+]] = pc.vjp @model_graph::@l wrt [0] at(%[[O]] :
//       EXACT:   %[[D:.+]]:2 = pc.relax iterations(2) states [@model_graph::@h, @model_graph::@k]
//       FIXED:   %[[D:.+]]:2 = pc.relax iterations(7) states [@model_graph::@h, @model_graph::@k]
//       CHECK:   ^bb0(%[[DH:.+]]: tensor<2xf64>, %[[DK:.+]]: tensor<2xf64>):
//       CHECK:     %[[MK:.+]] = pc.vjp @model_graph::@k wrt [0] at(%[[H]] : tensor<2xf64>) of [0](%[[DK]] :
//       CHECK:     %[[MO:.+]]:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%[[H]], %[[K]] : {{.+}}) of [0](%[[B]] :
//       EXACT:     pc.update @model_graph::@h step(1.000000e+00) %[[DH]], %[[MK]], %[[MO]]#0
//       FIXED:     pc.update @model_graph::@h step(1.000000e-01) %[[DH]], %[[MK]], %[[MO]]#0
//       CHECK:     pc.update @model_graph::@k step({{.+}}) %[[DK]], %[[MO]]#1
//       CHECK:   %[[G:.+]] = pc.vjp @model_graph::@h wrt [1] at(%[[X]] : {{.+}}) params(%[[W]] : {{.+}}) of [0](%[[D]]#0 :
//       CHECK:   return %[[O]], %[[L]], %[[G]] :

// P(Binomial(24, 1/2) < 2) = 25 / 2^24 = 1.49e-6, P(Binomial(25, 1/2) < 2) = 7.7e-7.
// TOLERANCE: pc.relax iterations(25)

// Everything is recomputed where the activities are; h reads the input alone,
// its prediction is the one it made at the start.
// STRICT-LABEL: func @model_gradient(
//       STRICT:   %[[H0:.+]] = pc.predict @model_graph::@h(
//       STRICT:   %[[K0:.+]] = pc.predict @model_graph::@k(
//       STRICT:   pc.relax iterations(9)
//       STRICT:   ^bb0(%[[EH:.+]]: tensor<2xf64>, %[[EK:.+]]: tensor<2xf64>):
//       STRICT:     %[[V:.+]] = pc.activity @model_graph::@h %[[H0]], %[[EH]]
//       STRICT:     %[[DH:.+]] = pc.error @model_graph::@h precision(1.000000e+00) %[[H0]], %[[H0]], %[[EH]]
//       STRICT:     %[[MU:.+]] = pc.predict @model_graph::@k(%[[V]] :
//       STRICT:     pc.error @model_graph::@k precision(1.000000e+00) %[[MU]], %[[K0]], %[[EK]]
//       STRICT:     pc.vjp @model_graph::@l
//       STRICT:     %[[M:.+]] = pc.vjp @model_graph::@k wrt [0] at(%[[V]] :
//       STRICT:     pc.advance @model_graph::@h step(1.000000e-01) %[[EH]], %[[DH]], %[[M]],
//       STRICT:     pc.yield

// With a tolerance, at most so many; each of the two relaxations of
// centred-nudged ends by itself. Nothing folds, prunes or defers in them.
// STOPS-LABEL: func @model_gradient(
//       STOPS:   pc.relax iterations(9) tolerance(1.000000e-02) states [@model_graph::@h, @model_graph::@k]
//   STOPS-NOT:   pc.relax
// CENTREDSTOPS-COUNT-2: pc.relax iterations(100) tolerance(1.000000e-02)

// (G(beta) - G(-beta)) / (2 beta)
//     CENTRED: pc.relax iterations(100)
//     CENTRED:   pc.scale 2.500000e-01 *
//     CENTRED: %[[P:.+]] = pc.scale 2.000000e+00 *
//     CENTRED: pc.relax iterations(100)
//     CENTRED:   pc.scale -2.500000e-01 *
//     CENTRED: %[[N:.+]] = pc.scale -2.000000e+00 *
//     CENTRED: pc.accumulate %[[P]], %[[N]]

// The gradients so far are states, the parameters follow them.
// INCREMENTAL: pc.relax iterations(100) states [@model_graph::@h, @model_graph::@k, @model_graph::@h]
// INCREMENTAL:   %[[C:.+]] = pc.scale -5.000000e-01 *
// INCREMENTAL:   pc.accumulate %{{.+}}, %[[C]]

// New errors are read in the iteration that makes them.
// SWEEP: pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k, @model_graph::@o]
// SWEEP:   %[[O:.+]] = pc.update @model_graph::@o
// SWEEP:   pc.vjp @model_graph::@o wrt [0, 1] {{.+}} of [0](%[[O]] :

// One iteration a level; h has the level 2. In the first iteration no error but
// that of the output is there, and its parents are where they were.
//         ZIL: pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k]
//     ZIL-NOT:   pc.predict
//         ZIL:   pc.yield
//         ZIL: pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k]
//     ZIL-NOT: pc.relax
//         ZIL: pc.vjp @model_graph::@h wrt [1]

// EXPOSE: func @model_gradient(%{{.+}}: tensor<2xf64> {pc.name = "h", pc.role = "state"}, %{{.+}}: tensor<2xf64> {pc.name = "k", pc.role = "state"})
// EXPOSE-SAME: tensor<2xf64> {pc.name = "x", pc.role = "gradient"}, tensor<2xf64> {pc.name = "w", pc.role = "gradient"}, tensor<2xf64> {pc.name = "h", pc.role = "state"}, tensor<2xf64> {pc.name = "k", pc.role = "state"})

// CENTREDSTATES: func @model_gradient(%{{.+}}: tensor<2xf64> {pc.name = "h (loss falls)", pc.role = "state"}, %{{.+}}: tensor<2xf64> {pc.name = "k (loss falls)", pc.role = "state"}, %{{.+}}: tensor<2xf64> {pc.name = "h (loss rises)", pc.role = "state"}, %{{.+}}: tensor<2xf64> {pc.name = "k (loss rises)", pc.role = "state"})
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %k = pc.vertex @k(%h : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.tanh %p : tensor<2xf64>
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

//--- attributes.mlir
// The schedule of the graph holds where no option overrides it. A precision and
// a step of its own scale the step of a vertex; a vertex with fewer iterations
// of its own stops while the others go on.
// CHECK-LABEL: func @model_gradient(
//       CHECK:   %[[D:.+]]:2 = pc.relax iterations(3) states [@model_graph::@h, @model_graph::@k]
//       CHECK:     pc.update @model_graph::@h step(5.000000e-01)
//       CHECK:     pc.update @model_graph::@k step(2.500000e-01)
//       CHECK:   pc.relax iterations(7) states [@model_graph::@k] init(%[[D]]#1)
//  OPTION-DAG:   pc.relax iterations(3) states [@model_graph::@h, @model_graph::@k]
//  OPTION-DAG:   pc.relax iterations(2) states [@model_graph::@k]
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"})
    attributes {schedule = #pc.schedule<"fixed", step = 0.25, iterations = 10>} {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>)
      energy(<gaussian, precision = 2.0>) iterations(3) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%k : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- debias.mlir
// After two steps of 1/2 a path of one edge has arrived to 3/4.
// CHECK: %[[D:.+]] = pc.relax iterations(2) states [@model_graph::@h]
// CHECK: %[[S:.+]] = pc.scale 1.333333
// CHECK-SAME: * %[[D]]
// CHECK: pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[S]] :
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
