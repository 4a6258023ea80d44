// RUN: split-file %s %t
// RUN: pc-opt %t/skip.mlir -pc-expand-inference -pc-prune-wavefront | FileCheck %t/skip.mlir
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=9" -pc-prune-wavefront | FileCheck %t/skip.mlir --check-prefix=HALF
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=1 iterations=9" -pc-prune-wavefront | FileCheck %t/skip.mlir
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9" -pc-prune-wavefront | FileCheck %t/skip.mlir --check-prefix=STRICT
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9 tolerance=1e-3" -pc-prune-wavefront | FileCheck %t/skip.mlir --check-prefix=TOLERANCE

//--- skip.mlir
// The error reaches h directly and, one iteration later, through k: k is active
// in the first iteration alone, h in both. Updates beyond that leave no trace.
// CHECK-LABEL: func @model_gradient(
//       CHECK:   %[[D1:.+]]:2 = pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k]
//       CHECK:     %[[MO:.+]]:2 = pc.vjp @model_graph::@o
//   CHECK-NOT:     pc.vjp @model_graph::@k
//       CHECK:     pc.update @model_graph::@h step(1.000000e+00) %{{.+}}, %[[MO]]#0 :
//       CHECK:     pc.update @model_graph::@k
//       CHECK:   %[[D2:.+]] = pc.relax iterations(1) states [@model_graph::@h] init(%[[D1]]#0)
//       CHECK:     %[[MK:.+]] = pc.vjp @model_graph::@k {{.+}} of [0](%[[D1]]#1 :
//       CHECK:     pc.update @model_graph::@h
//   CHECK-NOT:   pc.relax
//       CHECK:   pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[D2]] :

// With a smaller step every vertex moves until the end, both from the first
// iteration on; in that one k has nothing to say.
//       HALF: pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k]
//   HALF-NOT:   pc.vjp @model_graph::@k
//       HALF:   pc.yield
//       HALF: pc.relax iterations(8) states [@model_graph::@h, @model_graph::@k]
//       HALF:   pc.vjp @model_graph::@k

// Where activities move, none has moved before the first iteration: all errors
// are zero, and the predictions are those that were made before.
// STRICT-LABEL: func @model_gradient(
//       STRICT:   %[[H0:.+]] = pc.predict @model_graph::@h
//       STRICT:   %[[K0:.+]] = pc.predict @model_graph::@k(%[[H0]] :
//       STRICT:   pc.predict @model_graph::@o(%[[H0]], %[[K0]] :
//       STRICT:   %[[D:.+]]:2 = pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k]
//   STRICT-NOT:     pc.{{predict|error|activity}}
//       STRICT:     pc.vjp @model_graph::@o wrt [0, 1] at(%[[H0]], %[[K0]] :
//   STRICT-NOT:     pc.{{vjp|predict}}
//       STRICT:     pc.advance @model_graph::@h
//       STRICT:     pc.advance @model_graph::@k
//       STRICT:   pc.relax iterations(8) states [@model_graph::@h, @model_graph::@k] init(%[[D]]#0, %[[D]]#1)
//       STRICT:     pc.predict @model_graph::@k

// Values decide how many iterations there are: the loop stays.
// TOLERANCE: pc.relax iterations(9) tolerance
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
