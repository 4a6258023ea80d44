// DEFINE: %{graph} = pc-attach-loss{loss=mse},pc-build-graph,pc-expand-inference{schedule=fixed-exact}
// RUN: pc-opt %s -pc-choose-parameters | FileCheck %s --check-prefix=NONE
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-choose-parameters{learn=fc2.weight},%{graph})' | FileCheck %s --check-prefixes=CHECK,LAST
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-choose-parameters{freeze=fc2\..*},%{graph})' | FileCheck %s --check-prefixes=CHECK,FIRST
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-choose-parameters{learn=x,scale},%{graph})' | FileCheck %s --check-prefixes=CHECK,INPUT
// RUN: pc-opt %s -pass-pipeline='builtin.module(pc-choose-parameters{learn=.* freeze=fc.*},%{graph})' | FileCheck %s --check-prefixes=CHECK,INPUT

// Without options all is as it was.
// NONE-LABEL: func.func @model(
//  NONE-SAME: {pc.name = "x", pc.role = "input"}
//  NONE-SAME: {pc.name = "fc1.weight", pc.role = "parameter"}
//  NONE-SAME: {pc.name = "fc2.weight", pc.role = "parameter"}
//  NONE-SAME: {pc.frozen, pc.name = "scale", pc.role = "parameter"}
//  NONE-SAME: {pc.name = "n", pc.role = "input"}

// CHECK-LABEL: func.func @model_gradient(

// The last layer alone: nobody asks for another error, and no VJP is built for
// what is frozen, but that of the loss.
//  LAST-SAME: {pc.frozen, pc.name = "fc1.weight", pc.role = "parameter"}
//  LAST-SAME: {pc.name = "fc2.weight", pc.role = "parameter"}
//  LAST-NOT: pc.relax
//      LAST: pc.vjp @model_graph::@loss wrt [0]
//  LAST-NOT: pc.vjp
//      LAST: pc.vjp @model_graph::@o wrt [1]
//  LAST-NOT: pc.vjp
//      LAST: return

// The first layer alone: the last one sends its message (0), but learns nothing.
// FIRST-SAME: {pc.name = "fc1.weight", pc.role = "parameter"}
// FIRST-SAME: {pc.frozen, pc.name = "fc2.weight", pc.role = "parameter"}
// FIRST-SAME: {pc.frozen, pc.name = "scale", pc.role = "parameter"}
//      FIRST: pc.vjp @model_graph::@o wrt [0]
//  FIRST-NOT: pc.vjp @model_graph::@o
//      FIRST: pc.vjp @model_graph::@h wrt [1]
//  FIRST-NOT: pc.vjp
//      FIRST: return

// An input that is learned is a parameter; what was frozen may be learned.
// INPUT-SAME: {pc.name = "x", pc.role = "parameter"}
// INPUT-SAME: {pc.frozen, pc.name = "fc1.weight", pc.role = "parameter"}
// INPUT-SAME: {pc.frozen, pc.name = "fc2.weight", pc.role = "parameter"}
// INPUT-SAME: {pc.name = "scale", pc.role = "parameter"}
// INPUT-SAME: {pc.name = "n", pc.role = "input"}
//  INPUT-DAG: pc.vjp @model_graph::@h wrt [0] at() params(%arg0, %arg1
//  INPUT-DAG: pc.vjp @model_graph::@s wrt [1]
func.func @model(%x: tensor<1x2xf64> {pc.name = "x", pc.role = "input"},
                 %u: tensor<2x2xf64> {pc.name = "fc1.weight", pc.role = "parameter"},
                 %w: tensor<2x2xf64> {pc.name = "fc2.weight", pc.role = "parameter"},
                 %s: tensor<1x2xf64> {pc.name = "scale", pc.role = "parameter", pc.frozen},
                 %n: tensor<2xi64> {pc.name = "n", pc.role = "input"})
    -> (tensor<1x2xf64> {pc.name = "y", pc.role = "output"}) {
  %c = arith.constant dense<0.0> : tensor<1x2xf64>
  %h = linalg.matmul ins(%x, %u : tensor<1x2xf64>, tensor<2x2xf64>) outs(%c : tensor<1x2xf64>) -> tensor<1x2xf64> loc("h")
  %t = arith.mulf %h, %s : tensor<1x2xf64> loc("s")
  %o = linalg.matmul ins(%t, %w : tensor<1x2xf64>, tensor<2x2xf64>) outs(%c : tensor<1x2xf64>) -> tensor<1x2xf64> loc("o")
  return %o : tensor<1x2xf64>
}
