// RUN: split-file %s %t
// RUN: not pc-opt %t/nodes.mlir -pc-autodiff -pc-check-locality='function=model_autodiff' 2>&1 | FileCheck %t/nodes.mlir
// RUN: cat %t/nodes.mlir %t/graph.mlir > %t/both.mlir
// RUN: not pc-opt %t/both.mlir -pc-autodiff -pc-check-locality='function=model_autodiff' 2>&1 | FileCheck %t/graph.mlir

// RUN: not pc-opt %t/nameless.mlir -pc-check-locality 2>&1 | FileCheck %t/nameless.mlir

// Reverse mode computes every error from new ones. Without a graph the edge is
// one between nodes of the model, with it one between vertices.

//--- nodes.mlir
// CHECK: L2: node 'first' reads the new error of node 'second' without relaxation
func.func @model_objective(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = math.tanh %w : tensor<f64> loc("first")
  %l = math.sin %h : tensor<f64> loc("second")
  return %l : tensor<f64>
}

//--- graph.mlir
// CHECK: error: L2: @a reads the new error of @b: the gradient of 'w' is computed without relaxation, 2 edges in no iteration
// CHECK: note: the reader is here
pc.graph @model_graph(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64>, tensor<f64>) {
  %a = pc.vertex @a() params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %b = pc.vertex @b(%a : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %c = pc.vertex @c(%b : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.sin %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%c : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %c, %l : tensor<f64>, tensor<f64>
}

//--- nameless.mlir
// CHECK: error: L2: the gradient of 'w' is computed without relaxation
// CHECK-NOT: error:
func.func @model_gradient(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.name = "w", pc.role = "gradient"},
        tensor<f64> {pc.name = "x", pc.role = "gradient"}) {
  %0 = math.tanh %w : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<f64>
  return %0, %zero : tensor<f64>, tensor<f64>
}
