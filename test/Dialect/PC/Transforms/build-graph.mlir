// RUN: pc-opt %s -split-input-file -pc-build-graph | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-build-graph=granularity=op | FileCheck %s --check-prefix=OP
// RUN: pc-opt %s -split-input-file -pc-build-graph="granularity=block cuts=relu" | FileCheck %s --check-prefix=BLOCK

// Operations of one node become one vertex; what the loss alone needs is its
// body; a constant stands in every vertex that reads it.
// CHECK-LABEL: pc.graph @model_graph(
//  CHECK-SAME:   %[[X:.+]]: tensor<2xf64> {pc.name = "x", pc.role = "input"}, %[[W:.+]]: tensor<2xf64>
//       CHECK:   %[[H:.+]] = pc.vertex @dense(%[[X]] : tensor<2xf64>) params(%[[W]] : tensor<2xf64>) -> tensor<2xf64> {
//       CHECK:     arith.constant dense<1.0
//       CHECK:     arith.mulf
//       CHECK:     arith.addf
//       CHECK:   %[[R:.+]] = pc.vertex @relu(%[[H]] : tensor<2xf64>) -> tensor<2xf64> {
//       CHECK:     arith.constant dense<1.0
//       CHECK:     arith.maximumf
//       CHECK:   %[[L:.+]] = pc.loss @loss(%[[R]] : tensor<2xf64>) energy(<objective>) -> tensor<f64> {
//       CHECK:     linalg.reduce
//       CHECK:   pc.return %[[R]], %[[L]] : tensor<2xf64>, tensor<f64>

// Every operation is a vertex; the second half of @dense gets a name of its own.
// OP-LABEL: pc.graph @model_graph(
//       OP:   pc.vertex @dense(
//       OP:   pc.vertex @dense_1(
//       OP:   pc.vertex @relu(
//       OP:   pc.loss @loss(

// One vertex up to the cut, named by its last node.
// BLOCK-LABEL: pc.graph @model_graph(
//       BLOCK:   pc.vertex @relu(%{{.+}} : tensor<2xf64>) params(%{{.+}} : tensor<2xf64>) -> tensor<2xf64> {
//       BLOCK:     arith.mulf
//       BLOCK:     arith.maximumf
//   BLOCK-NOT:   pc.vertex
//       BLOCK:   pc.loss @loss(
func.func @model_objective(%x: tensor<2xf64> {pc.role = "input", pc.name = "x"},
                           %w: tensor<2xf64> {pc.role = "parameter", pc.name = "w"})
    -> (tensor<2xf64> {pc.role = "output"}, tensor<f64> {pc.role = "loss"}) {
  %one = arith.constant dense<1.0> : tensor<2xf64>
  %m = arith.mulf %w, %x : tensor<2xf64> loc("dense")
  %a = arith.addf %m, %one : tensor<2xf64> loc("dense")
  %r = arith.maximumf %a, %one : tensor<2xf64> loc("relu")
  %zero = arith.constant dense<0.0> : tensor<f64> loc("loss")
  %l = linalg.reduce {arith.addf} ins(%r : tensor<2xf64>) outs(%zero : tensor<f64>)
      dimensions = [0] loc("loss")
  return %r, %l : tensor<2xf64>, tensor<f64>
}

// -----

// A view joins each of its readers, a parameter read through it is still the
// parameter; a loss that another node reads is a vertex.
// CHECK-LABEL: pc.graph @model_graph(
//       CHECK:   %[[A:.+]] = pc.vertex @a(%{{.+}} : tensor<2x3xf64>) params(%{{.+}} : tensor<3x2xf64>) -> tensor<2x3xf64> {
//       CHECK:     linalg.transpose
//       CHECK:     arith.mulf
//   CHECK-NOT:   pc.vertex @view
//       CHECK:   %[[B:.+]] = pc.vertex @relu(
//       CHECK:     linalg.transpose
//       CHECK:     arith.addf
//       CHECK:   %[[S:.+]] = pc.vertex @sum(
//       CHECK:   %[[L:.+]] = pc.loss @loss(%[[S]] : tensor<f64>) energy(<objective>) -> tensor<f64> {
//  CHECK-NEXT:   ^bb0(%[[P:.+]]: tensor<f64>):
//  CHECK-NEXT:     pc.prediction %[[P]]
//       CHECK:   pc.return %{{.+}}, %[[S]], %[[L]]
// OP-LABEL: pc.graph @model_graph(
//       OP:   pc.vertex @view() params(
// BLOCK-LABEL: pc.graph @model_graph(
//       BLOCK:   pc.vertex @relu(
//       BLOCK:   %[[V:.+]]:2 = pc.vertex @negative(
//       BLOCK:   pc.loss @loss(%[[V]]#0 :
func.func @model_objective(%x: tensor<2x3xf64> {pc.role = "input"},
                           %w: tensor<3x2xf64> {pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "output"}, tensor<f64> {pc.role = "output"},
        tensor<f64> {pc.role = "loss"}) {
  %e = tensor.empty() : tensor<2x3xf64>
  %v = linalg.transpose ins(%w : tensor<3x2xf64>) outs(%e : tensor<2x3xf64>)
      permutation = [1, 0] loc("view")
  %a = arith.mulf %v, %x : tensor<2x3xf64> loc("a")
  %b = arith.addf %a, %v : tensor<2x3xf64> loc("relu")
  %zero = arith.constant dense<0.0> : tensor<f64>
  %l = linalg.reduce {arith.addf} ins(%b : tensor<2x3xf64>) outs(%zero : tensor<f64>)
      dimensions = [0, 1] loc("sum")
  %n = arith.negf %l : tensor<f64> loc("negative")
  return %n, %l, %l : tensor<f64>, tensor<f64>, tensor<f64>
}

// -----

// A loss that is an output as well is pc.loss all the same.
// CHECK-LABEL: pc.graph @model_graph(
//       CHECK:   %[[L:.+]] = pc.loss @y(
//       CHECK:   pc.return %[[L]], %[[L]]
// OP-LABEL: pc.graph @model_graph(
// BLOCK-LABEL: pc.graph @model_graph(
func.func @model_objective(%x: tensor<f64> {pc.role = "input"})
    -> (tensor<f64> {pc.role = "output"}, tensor<f64> {pc.role = "loss"}) {
  %r = math.tanh %x : tensor<f64> loc("relu")
  %y = math.sin %r : tensor<f64> loc("y")
  return %y, %y : tensor<f64>, tensor<f64>
}
