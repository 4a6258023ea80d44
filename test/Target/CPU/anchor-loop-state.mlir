// RUN: pc-opt %s -pc-cpu-anchor-loop-state | FileCheck %s

// The op that computes the next value writes over the old one.
// CHECK-LABEL: func @next
//       CHECK:   scf.for {{.*}} iter_args(%[[OLD:.+]] = %{{.+}})
//       CHECK:     %[[NEXT:.+]] = linalg.exp {{.*}} outs(%[[OLD]] : tensor<4xf32>)
//       CHECK:     %[[HERE:.+]] = bufferization.materialize_in_destination %[[NEXT]] in %[[OLD]]
//       CHECK:     scf.yield %[[HERE]]
func.func @next(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %y = linalg.exp ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %y : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// Tensors that change places are copied before either is overwritten.
// CHECK-LABEL: func @exchange
//       CHECK:   scf.for {{.*}} iter_args(%[[A:.+]] = %{{.+}}, %[[B:.+]] = %{{.+}})
//       CHECK:     %[[CB:.+]] = bufferization.alloc_tensor() copy(%[[B]])
//       CHECK:     %[[CA:.+]] = bufferization.alloc_tensor() copy(%[[A]])
//       CHECK:     materialize_in_destination %[[CB]] in %[[A]]
//       CHECK:     materialize_in_destination %[[CA]] in %[[B]]
func.func @exchange(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %y) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.yield %b, %a : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// A tensor that stays the same stays where it is; numbers are nobody's memory.
// CHECK-LABEL: func @same
//   CHECK-NOT:   materialize
//       CHECK:   return
func.func @same(%x: tensor<4xf32>, %f: f32, %n: index) -> (tensor<4xf32>, f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %f) -> (tensor<4xf32>, f32) {
    %g = arith.addf %b, %b : f32
    scf.yield %a, %g : tensor<4xf32>, f32
  }
  return %r#0, %r#1 : tensor<4xf32>, f32
}

// A loop with a condition may hand on its tensors in another order, and not all of them: what
// the body yields goes where the old value is, whatever its place.
// CHECK-LABEL: func @condition
//       CHECK:   scf.while (%[[A:.+]] = %{{.+}}, %[[B:.+]] = %{{.+}}, %[[N:.+]] = %{{.+}})
//       CHECK:     scf.condition(%{{.+}}) %[[B]], %[[N]]
//       CHECK:   ^bb0(%[[OLD:.+]]: tensor<4xf32>, %[[K:.+]]: index):
//       CHECK:     %[[FREE:.+]] = linalg.exp
//       CHECK:     %[[NEXT:.+]] = linalg.exp {{.*}} outs(%[[OLD]] : tensor<4xf32>)
//       CHECK:     %[[HERE:.+]] = bufferization.materialize_in_destination %[[NEXT]] in %[[OLD]]
//       CHECK:     scf.yield %[[FREE]], %[[HERE]], %{{.+}}
func.func @condition(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.while (%a = %x, %b = %y, %i = %c0) : (tensor<4xf32>, tensor<4xf32>, index) -> (tensor<4xf32>, index) {
    %f = tensor.extract %a[%c0] : tensor<4xf32>
    %z = arith.constant 0.0 : f32
    %p = arith.cmpf ogt, %f, %z : f32
    scf.condition(%p) %b, %i : tensor<4xf32>, index
  } do {
  ^bb0(%b: tensor<4xf32>, %i: index):
    %e = tensor.empty() : tensor<4xf32>
    %f = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %g = tensor.empty() : tensor<4xf32>
    %h = linalg.exp ins(%b : tensor<4xf32>) outs(%g : tensor<4xf32>) -> tensor<4xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %f, %h, %j : tensor<4xf32>, tensor<4xf32>, index
  }
  return %r#0 : tensor<4xf32>
}
