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

// A tolerance is held against the largest slope, error - sum of messages, that an
// iteration began with. It is computed once: the step reads it. The loop
// carries it in memory; one that is no number is not at most the tolerance.
// CHECK-LABEL: func @stops(
//  CHECK-SAME:   %[[D:.+]]: tensor<4x3xf32>, %[[E:.+]]: tensor<4x3xf32>, %[[M:.+]]: tensor<4x3xf32>)
//   CHECK-DAG:   %[[N:.+]] = arith.constant 7 : index
//   CHECK-DAG:   %[[INF:.+]] = arith.constant 0x7F800000 : f32
//       CHECK:   %[[START:.+]] = linalg.fill ins(%[[INF]] : f32) outs(%{{.+}} : tensor<f32>)
//       CHECK:   %[[R:.+]]:3 = scf.while (%[[S:.+]] = %[[D]], %[[SLOPE:.+]] = %[[START]], %[[I:.+]] = %{{.+}})
//       CHECK:     %[[X:.+]] = tensor.extract %[[SLOPE]][]
//       CHECK:     %[[TAU:.+]] = arith.constant 1.250000e-01 : f32
//       CHECK:     %[[STEEP:.+]] = arith.cmpf ugt, %[[X]], %[[TAU]] : f32
//       CHECK:     %[[LEFT:.+]] = arith.cmpi ult, %[[I]], %[[N]] : index
//       CHECK:     %[[GO:.+]] = arith.andi %[[STEEP]], %[[LEFT]] : i1
//       CHECK:     scf.condition(%[[GO]]) %[[S]], %[[SLOPE]], %[[I]]
//       CHECK:   ^bb0(%[[OLD:.+]]: tensor<4x3xf32>, %[[LAST:.+]]: tensor<f32>, %[[J:.+]]: index):
//       CHECK:     %[[F:.+]] = linalg.generic {{.+}} ins(%[[E]], %[[M]] :
//       CHECK:       arith.subf
//       CHECK:     %[[NEXT:.+]] = linalg.generic {{.+}} ins(%[[OLD]], %[[F]] :
//       CHECK:     %[[ROWS:.+]] = linalg.generic {{.+}} iterator_types = ["parallel", "reduction"]} ins(%[[F]] : tensor<4x3xf32>) outs(%{{.+}} : tensor<4xf32>)
//       CHECK:       %[[ABS:.+]] = math.absf
//       CHECK:       arith.maximumf %{{.+}}, %[[ABS]] : f32
//       CHECK:     %[[NONE:.+]] = linalg.fill ins(%{{.+}} : f32) outs(%[[LAST]] : tensor<f32>)
//       CHECK:     %[[LARGEST:.+]] = linalg.generic {{.+}} iterator_types = ["reduction"]} ins(%[[ROWS]] : tensor<4xf32>) outs(%[[NONE]] : tensor<f32>)
//       CHECK:     %[[K:.+]] = arith.addi %[[J]], %{{.+}} : index
//       CHECK:     scf.yield %[[NEXT]], %[[LARGEST]], %[[K]]
//       CHECK:   return %[[R]]#0
func.func @stops(%d: tensor<4x3xf32>, %e: tensor<4x3xf32>, %m: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %r = pc.relax iterations(7) tolerance(0.125) states [@model_graph::@h] init(%d) : (tensor<4x3xf32>) {
  ^bb0(%s: tensor<4x3xf32>):
    %n = pc.advance @model_graph::@h step(0.5) %s, %e, %m : tensor<4x3xf32>
    pc.yield %n : tensor<4x3xf32>
  }
  return %r : tensor<4x3xf32>
}

// The slopes of all states count, in the widest of their types; those of one
// shape are compared at once.
// CHECK-LABEL: func @stops_all(
//       CHECK:   scf.while
//       CHECK:     linalg.generic {{.+}} ins(%{{.+}}, %{{.+}} : tensor<2xf32>, tensor<2xf32>) outs(%{{.+}} : tensor<f64>)
//       CHECK:       arith.extf %{{.+}} : f32 to f64
//       CHECK:     linalg.generic {{.+}} ins(%{{.+}} : tensor<f64>) outs(%{{.+}} : tensor<f64>)
func.func @stops_all(%a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<f64>) -> tensor<f64> {
  %r:3 = pc.relax iterations(7) tolerance(0.125) states [@model_graph::@h, @model_graph::@h, @model_graph::@h] init(%a, %b, %c) : (tensor<2xf32>, tensor<2xf32>, tensor<f64>) {
  ^bb0(%s: tensor<2xf32>, %t: tensor<2xf32>, %u: tensor<f64>):
    %n = pc.advance @model_graph::@h step(0.5) %s, %b : tensor<2xf32>
    %o = pc.advance @model_graph::@h step(0.5) %t, %a : tensor<2xf32>
    %p = pc.advance @model_graph::@h step(0.5) %u, %c : tensor<f64>
    pc.yield %n, %o, %p : tensor<2xf32>, tensor<2xf32>, tensor<f64>
  }
  return %r#2 : tensor<f64>
}
