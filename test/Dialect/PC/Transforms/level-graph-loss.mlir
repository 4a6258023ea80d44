// RUN: pc-opt %s -pc-level-graph | FileCheck %s

// A loss that reads vertices of levels 1 and 0 reads the former through one
// identity; a levelled graph is left as it is.
// CHECK-LABEL: pc.graph @model_graph(
//       CHECK:   %[[H:.+]] = pc.vertex @h(
//       CHECK:   %[[I:.+]] = pc.vertex @h_at_0(%[[H]] :
//       CHECK:   %[[K:.+]] = pc.vertex @k(%[[H]] :
//       CHECK:   pc.loss @l(%[[I]], %[[K]] :
pc.graph @model_graph(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64>) {
  %h = pc.vertex @h(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.exp %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
