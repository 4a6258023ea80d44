// RUN: pc-opt %s -convert-pc-to-linalg -split-input-file | FileCheck %s

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

// One map for each operation, a loop for the iterations; graphs are gone.
// CHECK-NOT: pc.graph
// CHECK-LABEL: func @relax(
//  CHECK-SAME:   %[[D:.+]]: tensor<2xf64>, %[[M:.+]]: tensor<2xf64>)
//       CHECK:   %[[N:.+]] = arith.constant 7 : index
//       CHECK:   %[[R:.+]] = scf.for {{.+}} to %[[N]] {{.+}} iter_args(%[[S:.+]] = %[[D]])
//       CHECK:     %[[U:.+]] = linalg.generic {{.+}} ins(%[[M]], %[[S]] :
//       CHECK:       ^bb0(%[[IM:.+]]: f64, %[[IS:.+]]: f64, %{{.+}}: f64):
//       CHECK:       %[[ETA:.+]] = arith.constant 2.500000e-01
//       CHECK:       %[[A:.+]] = arith.mulf %[[ETA]], %[[IM]]
//       CHECK:       %[[KEEP:.+]] = arith.constant 7.500000e-01
//       CHECK:       %[[B:.+]] = arith.mulf %[[KEEP]], %[[IS]]
//       CHECK:       arith.addf %[[A]], %[[B]]
//       CHECK:     scf.yield %[[U]]
//       CHECK:   return %[[R]]
func.func @relax(%d: tensor<2xf64>, %m: tensor<2xf64>) -> tensor<2xf64> {
  %r = pc.relax iterations(7) states [@model_graph::@h] init(%d) : (tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>):
    %n = pc.update @model_graph::@h step(0.25) %s, %m : tensor<2xf64>
    pc.yield %n : tensor<2xf64>
  }
  return %r : tensor<2xf64>
}

// With step 1 the old error has no part, and one message is the next error. One
// iteration is no loop.
// CHECK-LABEL: func @step_one(
//  CHECK-SAME:   %{{.+}}: tensor<2xf64>, %[[M:.+]]: tensor<2xf64>)
//   CHECK-NOT:   scf.for
//       CHECK:   return %[[M]]
func.func @step_one(%d: tensor<2xf64>, %m: tensor<2xf64>) -> tensor<2xf64> {
  %r = pc.relax iterations(1) states [@model_graph::@h] init(%d) : (tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>):
    %n = pc.update @model_graph::@h step(1.0) %s, %m : tensor<2xf64>
    pc.yield %n : tensor<2xf64>
  }
  return %r : tensor<2xf64>
}

// States may swap places.
// CHECK-LABEL: func @swap(
//  CHECK-SAME:   %[[A:.+]]: tensor<2xf64>, %[[B:.+]]: tensor<2xf64>)
//       CHECK:   return %[[B]], %[[A]]
func.func @swap(%a: tensor<2xf64>, %b: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>) {
  %r:2 = pc.relax iterations(1) states [@model_graph::@h, @model_graph::@k] init(%a, %b)
      : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>, %t: tensor<2xf64>):
    pc.yield %t, %s : tensor<2xf64>, tensor<2xf64>
  }
  return %r#0, %r#1 : tensor<2xf64>, tensor<2xf64>
}

// precision ((mu - base) - displacement); displacement + step (error - message)
// CHECK-LABEL: func @strict(
//       CHECK:   linalg.generic
//       CHECK:     %[[MOVED:.+]] = arith.subf
//       CHECK:     %[[E:.+]] = arith.subf %[[MOVED]], %{{.+}}
//       CHECK:     arith.mulf %{{.+}}, %[[E]]
//       CHECK:   linalg.generic
//       CHECK:     %[[F:.+]] = arith.subf
//       CHECK:     %[[S:.+]] = arith.mulf %{{.+}}, %[[F]]
//       CHECK:     arith.addf %{{.+}}, %[[S]]
func.func @strict(%mu: tensor<2xf64>, %base: tensor<2xf64>, %e: tensor<2xf64>, %m: tensor<2xf64>) -> tensor<2xf64> {
  %d = pc.error @model_graph::@h precision(2.0) %mu, %base, %e : tensor<2xf64>
  %n = pc.advance @model_graph::@h step(0.1) %e, %d, %m : tensor<2xf64>
  return %n : tensor<2xf64>
}

// CHECK-LABEL: func @sums(
//       CHECK:   linalg.generic
//       CHECK:     arith.addf
//       CHECK:     arith.addf
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:   linalg.generic
//       CHECK:     arith.addf
func.func @sums(%a: tensor<2xf64>, %b: tensor<2xf64>) -> tensor<2xf64> {
  %s = pc.accumulate %a, %b, %a : tensor<2xf64>
  %t = pc.scale 3.0 * %s : tensor<2xf64>
  %v = pc.activity @model_graph::@h %t, %b : tensor<2xf64>
  return %v : tensor<2xf64>
}

// All results of a learning step in one map; the count of steps beside it.
// CHECK-LABEL: func @learn(
//       CHECK:   linalg.generic {{.+}} ins(%{{.+}}, %{{.+}} : tensor<2xf64>, tensor<2xf64>)
//       CHECK:   %{{.+}}:2 = linalg.generic
//       CHECK:   %[[COUNT:.+]] = linalg.generic {{.+}} outs(%{{.+}} : tensor<f64>)
//       CHECK:   %{{.+}}:3 = linalg.generic {{.+}} ins({{.+}}, %[[COUNT]] :
//       CHECK:   math.powf
//       CHECK:   math.sqrt
//       CHECK:   math.powf
func.func @learn(%w: tensor<2xf64>, %g: tensor<2xf64>, %m: tensor<2xf64>, %n: tensor<f64>)
    -> (tensor<2xf64>, tensor<2xf64>, tensor<f64>) {
  %w1 = pc.learn sgd rate(0.1) %w, %g : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
  %w2:2 = pc.learn momentum rate(0.1) %w1, %g, %m
      : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>)
  %w3:4 = pc.learn adam rate(0.001) %w2#0, %g, %m, %w2#1, %n
      : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<f64>)
      -> (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<f64>)
  return %w3#0, %w3#1, %w3#3 : tensor<2xf64>, tensor<2xf64>, tensor<f64>
}
