// RUN: pc-opt %s -pc-level-graph | FileCheck %s

// h is of level 2, o of level 0: the edge between them gets one identity. The
// output of the model stays o.
// CHECK-LABEL: pc.graph @model_graph(
//       CHECK:   %[[H:.+]] = pc.vertex @h(
//       CHECK:   %[[I:.+]] = pc.vertex @h_at_1(%[[H]] : tensor<2xf64>) -> tensor<2xf64> {
//  CHECK-NEXT:   ^bb0(%[[P:.+]]: tensor<2xf64>):
//  CHECK-NEXT:     pc.prediction %[[P]]
//       CHECK:   %[[K:.+]] = pc.vertex @k(%[[H]] :
//       CHECK:   %[[O:.+]] = pc.vertex @o(%[[I]], %[[K]] :
//       CHECK:   %[[L:.+]] = pc.loss @l(%[[O]] :
//       CHECK:   pc.return %[[O]], %[[L]]
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
