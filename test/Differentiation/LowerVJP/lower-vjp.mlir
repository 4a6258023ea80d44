// RUN: pc-opt %s -pc-lower-vjp | FileCheck %s

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

// A prediction is the body of its vertex; a VJP is the body again, as far as
// cotangents need it, and the VJPs of its operations; derivatives keep the name
// of their node.
// CHECK-LABEL: func @both(
//  CHECK-SAME:   %[[H:.+]]: tensor<2xf64>, %[[D:.+]]: tensor<2xf64>)
//   CHECK-NOT:   pc.
//       CHECK:   %[[MU:.+]] = math.exp %[[H]]
//       CHECK:   %[[Y:.+]] = math.exp %[[H]]
//       CHECK:   %[[M:.+]] = arith.mulf %[[D]], %[[Y]]
//       CHECK:   return %[[MU]], %[[M]]
func.func @both(%h: tensor<2xf64>, %d: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>) {
  %mu = pc.predict @model_graph::@k(%h : tensor<2xf64>) -> tensor<2xf64>
  %m = pc.vjp @model_graph::@k wrt [0] at(%h : tensor<2xf64>) of [0](%d : tensor<2xf64>) -> tensor<2xf64>
  return %mu, %m : tensor<2xf64>, tensor<2xf64>
}

// One value as two parents: each message is that of its own edge.
// CHECK-LABEL: func @same_value_twice(
//  CHECK-SAME:   %[[H:.+]]: tensor<2xf64>, %[[D:.+]]: tensor<2xf64>)
//       CHECK:   %[[A:.+]] = arith.mulf %[[D]], %[[H]]
//       CHECK:   %[[B:.+]] = arith.mulf %[[D]], %[[H]]
//       CHECK:   return %[[A]], %[[B]]
func.func @same_value_twice(%h: tensor<2xf64>, %d: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>) {
  %m:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%h, %h : tensor<2xf64>, tensor<2xf64>)
      of [0](%d : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
  return %m#0, %m#1 : tensor<2xf64>, tensor<2xf64>
}
