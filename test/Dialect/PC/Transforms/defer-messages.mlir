// RUN: split-file %s %t
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=9" -pc-defer-messages -pc-check-locality | FileCheck %t/skip.mlir
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=9 expose-states=true" -pc-defer-messages | FileCheck %t/skip.mlir --check-prefix=START
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=1" -pc-defer-messages | FileCheck %t/skip.mlir --check-prefix=KEPT
// RUN: pc-opt %t/skip.mlir -pc-expand-inference="schedule=strict iterations=9" -pc-defer-messages | FileCheck %t/skip.mlir --check-prefix=KEPT
// RUN: pc-opt %t/wide.mlir -pc-expand-inference="schedule=fixed step=0.5 iterations=9" -pc-defer-messages | FileCheck %t/wide.mlir

//--- skip.mlir
// No message carries the error of h on: k keeps a trace of its own, with the
// step of h, and tells h once. What o says never moves; of it 1 - 0.5^9 arrive.
// CHECK-LABEL: func @model_gradient(
//       CHECK:   %[[B:.+]] = pc.vjp @model_graph::@l
//       CHECK:   %[[D:.+]]:2 = pc.relax iterations(9) states [@model_graph::@k, @model_graph::@k]
//       CHECK:   ^bb0(%[[K:.+]]: tensor<2xf64>, %[[S:.+]]: tensor<2xf64>):
//   CHECK-NOT:     pc.vjp @model_graph::@k
//       CHECK:     %[[K1:.+]] = pc.update @model_graph::@k step(5.000000e-01) %[[K]], %{{.+}}#1 :
//       CHECK:     %[[S1:.+]] = pc.update @model_graph::@k step(2.500000e-01) %[[S]], %[[K]] :
//       CHECK:     pc.yield %[[K1]], %[[S1]]
//       CHECK:   %[[MK:.+]] = pc.vjp @model_graph::@k wrt [0] {{.+}} of [0](%[[D]]#1 :
//       CHECK:   %[[MO:.+]]:2 = pc.vjp @model_graph::@o {{.+}} of [0](%[[B]] :
//       CHECK:   %[[PO:.+]] = pc.scale 0.92491531{{[0-9]+}} * %[[MO]]#0 :
//       CHECK:   %[[H:.+]] = pc.accumulate %[[MK]], %[[PO]] :
//       CHECK:   pc.vjp @model_graph::@h wrt [1] {{.+}} of [0](%[[H]] :

// Of an error at the start 0.75^9 are left.
// START-LABEL: func @model_gradient(
//  START-SAME:   %[[H0:[a-z0-9]+]]: tensor<2xf64> {pc.name = "h", pc.role = "state"}
//       START:   pc.relax
//       START:   %[[LEFT:.+]] = pc.scale 0.0750846{{[0-9]+}} * %[[H0]] :
//       START:   pc.accumulate %[[LEFT]],

// KEPT: pc.relax iterations({{[19]}}) states [@model_graph::@h, @model_graph::@k]
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) step(0.5) -> tensor<2xf64> {
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

//--- wide.mlir
// A trace of k, a copy of h in 64 columns, is 64 times as large as h, and saves
// a multiplication for each of its numbers: h is told every time. The product m
// saves eight.
// CHECK-LABEL: func @model_gradient(
//       CHECK:   pc.relax iterations(9) states [@model_graph::@h, @model_graph::@k, @model_graph::@m, @model_graph::@m]
//       CHECK:     pc.vjp @model_graph::@k
//   CHECK-NOT:     pc.vjp @model_graph::@m
//       CHECK:     pc.yield
//   CHECK-NOT:   pc.vjp @model_graph::@k
//       CHECK:   pc.vjp @model_graph::@m
pc.graph @model_graph(%x: tensor<8xf64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<8xf64> {pc.name = "w", pc.role = "parameter"},
                      %v: tensor<8xf64> {pc.name = "v", pc.role = "parameter"},
                      %u: tensor<8x64xf64> {pc.name = "u", pc.role = "input"})
    -> (tensor<f64> {pc.role = "output"}, tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<8xf64>) params(%w : tensor<8xf64>) -> tensor<8xf64> {
  ^bb0(%p: tensor<8xf64>, %q: tensor<8xf64>):
    %y = arith.mulf %p, %q : tensor<8xf64>
    pc.prediction %y : tensor<8xf64>
  }
  %g = pc.vertex @g(%x : tensor<8xf64>) params(%v : tensor<8xf64>) -> tensor<8xf64> {
  ^bb0(%p: tensor<8xf64>, %q: tensor<8xf64>):
    %y = arith.mulf %p, %q : tensor<8xf64>
    pc.prediction %y : tensor<8xf64>
  }
  %k = pc.vertex @k(%h : tensor<8xf64>) -> tensor<8x64xf64> {
  ^bb0(%p: tensor<8xf64>):
    %e = tensor.empty() : tensor<8x64xf64>
    %y = linalg.broadcast ins(%p : tensor<8xf64>) outs(%e : tensor<8x64xf64>) dimensions = [1]
    pc.prediction %y : tensor<8x64xf64>
  }
  %m = pc.vertex @m(%g, %u : tensor<8xf64>, tensor<8x64xf64>) -> tensor<64xf64> {
  ^bb0(%p: tensor<8xf64>, %q: tensor<8x64xf64>):
    %zero = arith.constant dense<0.0> : tensor<64xf64>
    %y = linalg.vecmat ins(%p, %q : tensor<8xf64>, tensor<8x64xf64>) outs(%zero : tensor<64xf64>) -> tensor<64xf64>
    pc.prediction %y : tensor<64xf64>
  }
  %o = pc.vertex @o(%k, %m : tensor<8x64xf64>, tensor<64xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<8x64xf64>, %q: tensor<64xf64>):
    %zero = arith.constant dense<0.0> : tensor<8xf64>
    %r = linalg.matvec ins(%p, %q : tensor<8x64xf64>, tensor<64xf64>) outs(%zero : tensor<8xf64>) -> tensor<8xf64>
    %c0 = arith.constant 0 : index
    %e = tensor.extract %r[%c0] : tensor<8xf64>
    %y = tensor.from_elements %e : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = arith.mulf %p, %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  pc.return %o, %l : tensor<f64>, tensor<f64>
}
