// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP

// A choice: the same one, with zero where a branch does not depend on a value.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   scf.if %[[C:.+]] -> (tensor<3xf32>)
//       CHECK:   %{{.+}}:2 = scf.if %[[C]] -> (tensor<3xf32>, tensor<3xf32>)
//   CHECK-DAG:     arith.mulf
//   CHECK-DAG:     arith.mulf
//       CHECK:   } else {
//       CHECK:     %[[ZERO:.+]] = arith.constant dense<0.0
//       CHECK:     scf.yield %[[ZERO]], %{{.+}}
// JVP-LABEL: func.func @model_jvp(
//       JVP:   scf.if %[[C:.+]] -> (tensor<3xf32>)
//       JVP:   scf.if %[[C]] -> (tensor<3xf32>)
func.func @model(%x: tensor<3xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<3xf32> {pc.name = "w", pc.role = "parameter"},
                 %c: tensor<i1> {pc.name = "c", pc.role = "input"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %b = tensor.extract %c[] : tensor<i1>
  %y = scf.if %b -> (tensor<3xf32>) {
    %p = arith.mulf %x, %w : tensor<3xf32>
    scf.yield %p : tensor<3xf32>
  } else {
    scf.yield %w : tensor<3xf32>
  }
  return %y : tensor<3xf32>
}

// -----

// A loop: what the derivative reads is stacked over the iterations, which are
// then visited backward. A slice that the body takes of an outer tensor sends
// its cotangent to that slice of the sum.
// CHECK-LABEL: func.func @model_autodiff(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<5x3xf32>
//  CHECK-SAME:   %[[H:[^:]+]]: tensor<3xf32>
//       CHECK:   scf.for {{.*}} -> (tensor<3xf32>)
//       CHECK:   %[[EMPTY:.+]] = tensor.empty() : tensor<5x3xf32>
//       CHECK:   %[[REPLAY:.+]]:2 = scf.for %[[T:.+]] = {{.*}} iter_args(%[[V:.+]] = %[[H]], %[[STACK:.+]] = %[[EMPTY]])
//       CHECK:     tensor.insert_slice %[[V]] into %[[STACK]][%[[T]], 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<5x3xf32>
//       CHECK:   scf.for %[[I:.+]] = {{.*}} iter_args(%[[DH:.+]] = %{{.+}}, %[[DX:.+]] = %{{.+}}) -> (tensor<3xf32>, tensor<5x3xf32>)
//       CHECK:     %[[BACK:.+]] = arith.subi %{{.+}}, %[[I]]
//       CHECK:     tensor.extract_slice %[[REPLAY]]#1[%[[BACK]], 0] [1, 3] [1, 1]
//       CHECK:     %[[OLD:.+]] = tensor.extract_slice %[[DX]][%[[ROW:.+]], 0] [1, 3] [1, 1]
//       CHECK:     %[[NEW:.+]] = arith.addf %[[OLD]]
//       CHECK:     tensor.insert_slice %[[NEW]] into %[[DX]][%[[ROW]], 0] [1, 3] [1, 1]
// JVP-LABEL: func.func @model_jvp(
//       JVP:   scf.for {{.*}} -> (tensor<3xf32>)
//       JVP:   scf.for {{.*}} -> (tensor<3xf32>, tensor<3xf32>)
func.func @model(%x: tensor<5x3xf32> {pc.name = "x", pc.role = "input"},
                 %h: tensor<3xf32> {pc.name = "h", pc.role = "parameter"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %y = scf.for %t = %c0 to %c5 step %c1 iter_args(%v = %h) -> (tensor<3xf32>) {
    %row = tensor.extract_slice %x[%t, 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<3xf32>
    %p = arith.mulf %v, %row : tensor<3xf32>
    scf.yield %p : tensor<3xf32>
  }
  return %y : tensor<3xf32>
}
