// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-shorten-lifetimes))' | FileCheck %s

// A sweep of two errors and the gradients after it: the gradient of each weight goes to
// its error, in front of the next one. The sum of each is smaller than the error.
// CHECK-LABEL: func @sweep
//  CHECK-SAME:   %[[E2:[^:]+]]: tensor<64x64xf32>, %[[V1:[^:]+]]: tensor<64x64xf32>, %[[V0:[^:]+]]: tensor<64x64xf32>
//       CHECK:   %[[D2:.+]] = linalg.mul ins(%[[E2]]
//       CHECK:   %[[G2:.+]] = linalg.reduce {{.*}} ins(%[[D2]]
//       CHECK:   %[[E1:.+]] = linalg.matmul ins(%[[D2]]
//       CHECK:   %[[D1:.+]] = linalg.mul ins(%[[E1]]
//   CHECK-DAG:   %[[G1:.+]] = linalg.reduce {{.*}} ins(%[[D1]]
//   CHECK-DAG:   %[[E0:.+]] = linalg.matmul ins(%[[D1]]
//       CHECK:   return %[[E0]], %[[G2]], %[[G1]]
func.func @sweep(%e2: tensor<64x64xf32>, %v1: tensor<64x64xf32>, %v0: tensor<64x64xf32>,
                 %w: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64xf32>, tensor<64xf32>) {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<64x64xf32>
  %d2 = linalg.mul ins(%e2, %v1 : tensor<64x64xf32>, tensor<64x64xf32>) outs(%n0 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n1 = tensor.empty() : tensor<64x64xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%n1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %e1 = linalg.matmul ins(%d2, %w : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n2 = tensor.empty() : tensor<64x64xf32>
  %d1 = linalg.mul ins(%e1, %v0 : tensor<64x64xf32>, tensor<64x64xf32>) outs(%n2 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n3 = tensor.empty() : tensor<64x64xf32>
  %f3 = linalg.fill ins(%z : f32) outs(%n3 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %e0 = linalg.matmul ins(%d1, %w : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f3 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n4 = tensor.empty() : tensor<64xf32>
  %f4 = linalg.fill ins(%z : f32) outs(%n4 : tensor<64xf32>) -> tensor<64xf32>
  %g2 = linalg.reduce { arith.addf } ins(%d2 : tensor<64x64xf32>) outs(%f4 : tensor<64xf32>) dimensions = [0]
  %n5 = tensor.empty() : tensor<64xf32>
  %f5 = linalg.fill ins(%z : f32) outs(%n5 : tensor<64xf32>) -> tensor<64xf32>
  %g1 = linalg.reduce { arith.addf } ins(%d1 : tensor<64x64xf32>) outs(%f5 : tensor<64xf32>) dimensions = [0]
  return %e0, %g2, %g1 : tensor<64x64xf32>, tensor<64xf32>, tensor<64xf32>
}

// A parameter is updated where it is: not before the message has been read from it,
// although that would need less memory.
// CHECK-LABEL: func @update
//  CHECK-SAME:   %[[W:[^:]+]]: tensor<64x64xf32>, %[[E:[^:]+]]: tensor<64x64xf32>
//       CHECK:   %[[M:.+]] = linalg.matmul ins(%[[E]], %[[W]]
//       CHECK:   %[[NEXT:.+]] = linalg.sub ins(%[[W]]
//       CHECK:   %[[Y:.+]] = linalg.exp ins(%[[M]]
//       CHECK:   return %[[NEXT]], %[[Y]]
func.func @update(%w: tensor<64x64xf32>, %e: tensor<64x64xf32>)
    -> (tensor<64x64xf32> {pc.updates = 0}, tensor<64x64xf32>) {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<64x64xf32>
  %f0 = linalg.fill ins(%z : f32) outs(%n0 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %g = linalg.matmul ins(%e, %e : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f0 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n1 = tensor.empty() : tensor<64x64xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%n1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %m = linalg.matmul ins(%e, %w : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n2 = tensor.empty() : tensor<64x64xf32>
  %next = linalg.sub ins(%w, %g : tensor<64x64xf32>, tensor<64x64xf32>) outs(%n2 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n3 = tensor.empty() : tensor<64x64xf32>
  %y = linalg.exp ins(%m : tensor<64x64xf32>) outs(%n3 : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %next, %y : tensor<64x64xf32>, tensor<64x64xf32>
}

// Without the update the same ops go in pairs.
// CHECK-LABEL: func @no_update
//  CHECK-SAME:   %[[W:[^:]+]]: tensor<64x64xf32>, %[[E:[^:]+]]: tensor<64x64xf32>
//       CHECK:   linalg.sub ins(%[[W]]
//       CHECK:   linalg.matmul ins(%[[E]], %[[W]]
func.func @no_update(%w: tensor<64x64xf32>, %e: tensor<64x64xf32>)
    -> (tensor<64x64xf32>, tensor<64x64xf32>) {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<64x64xf32>
  %f0 = linalg.fill ins(%z : f32) outs(%n0 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %g = linalg.matmul ins(%e, %e : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f0 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n1 = tensor.empty() : tensor<64x64xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%n1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %m = linalg.matmul ins(%e, %w : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n2 = tensor.empty() : tensor<64x64xf32>
  %next = linalg.sub ins(%w, %g : tensor<64x64xf32>, tensor<64x64xf32>) outs(%n2 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n3 = tensor.empty() : tensor<64x64xf32>
  %y = linalg.exp ins(%m : tensor<64x64xf32>) outs(%n3 : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %next, %y : tensor<64x64xf32>, tensor<64x64xf32>
}

// The same as for a parameter, for what a loop carries.
// CHECK-LABEL: func @loop
//       CHECK:   scf.for {{.*}} iter_args(%[[V:.+]] = %{{.+}}, %[[S:.+]] = %{{.+}})
//       CHECK:     linalg.exp ins(%[[V]]
//       CHECK:     linalg.sub ins(%[[V]]
//       CHECK:     scf.yield
func.func @loop(%v0: tensor<64xf32>, %s0: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r:2 = scf.for %i = %c0 to %c9 step %c1 iter_args(%v = %v0, %s = %s0) -> (tensor<64xf32>, tensor<64xf32>) {
    %n0 = tensor.empty() : tensor<64xf32>
    %q = linalg.mul ins(%v, %v : tensor<64xf32>, tensor<64xf32>) outs(%n0 : tensor<64xf32>) -> tensor<64xf32>
    %n1 = tensor.empty() : tensor<64xf32>
    %m = linalg.exp ins(%v : tensor<64xf32>) outs(%n1 : tensor<64xf32>) -> tensor<64xf32>
    %n2 = tensor.empty() : tensor<64xf32>
    %u = linalg.sub ins(%v, %q : tensor<64xf32>, tensor<64xf32>) outs(%n2 : tensor<64xf32>) -> tensor<64xf32>
    %n3 = tensor.empty() : tensor<64xf32>
    %t = linalg.add ins(%s, %m : tensor<64xf32>, tensor<64xf32>) outs(%n3 : tensor<64xf32>) -> tensor<64xf32>
    scf.yield %u, %t : tensor<64xf32>, tensor<64xf32>
  }
  return %r#0, %r#1 : tensor<64xf32>, tensor<64xf32>
}

// And for what a loop with a condition carries, whose body has it in another order.
// CHECK-LABEL: func @condition
//       CHECK:   scf.while
//       CHECK:   ^bb0(%[[S:.+]]: tensor<64xf32>, %[[V:.+]]: tensor<64xf32>, %{{.+}}: index):
//       CHECK:     linalg.exp ins(%[[V]]
//       CHECK:     linalg.sub ins(%[[V]]
//       CHECK:     scf.yield
func.func @condition(%v0: tensor<64xf32>, %s0: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r:3 = scf.while (%v = %v0, %s = %s0, %i = %c0) : (tensor<64xf32>, tensor<64xf32>, index) -> (tensor<64xf32>, tensor<64xf32>, index) {
    %p = arith.cmpi ult, %i, %c9 : index
    scf.condition(%p) %s, %v, %i : tensor<64xf32>, tensor<64xf32>, index
  } do {
  ^bb0(%s: tensor<64xf32>, %v: tensor<64xf32>, %i: index):
    %n0 = tensor.empty() : tensor<64xf32>
    %q = linalg.mul ins(%v, %v : tensor<64xf32>, tensor<64xf32>) outs(%n0 : tensor<64xf32>) -> tensor<64xf32>
    %n1 = tensor.empty() : tensor<64xf32>
    %m = linalg.exp ins(%v : tensor<64xf32>) outs(%n1 : tensor<64xf32>) -> tensor<64xf32>
    %n2 = tensor.empty() : tensor<64xf32>
    %u = linalg.sub ins(%v, %q : tensor<64xf32>, tensor<64xf32>) outs(%n2 : tensor<64xf32>) -> tensor<64xf32>
    %n3 = tensor.empty() : tensor<64xf32>
    %t = linalg.add ins(%s, %m : tensor<64xf32>, tensor<64xf32>) outs(%n3 : tensor<64xf32>) -> tensor<64xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %u, %t, %j : tensor<64xf32>, tensor<64xf32>, index
  }
  return %r#1, %r#0 : tensor<64xf32>, tensor<64xf32>
}

// Nothing would be gained: the order stays.
// CHECK-LABEL: func @chain
//       CHECK:   linalg.exp
//       CHECK:   linalg.log
//       CHECK:   linalg.abs
func.func @chain(%x: tensor<64xf32>) -> tensor<64xf32> {
  %n0 = tensor.empty() : tensor<64xf32>
  %n1 = tensor.empty() : tensor<64xf32>
  %n2 = tensor.empty() : tensor<64xf32>
  %a = linalg.exp ins(%x : tensor<64xf32>) outs(%n0 : tensor<64xf32>) -> tensor<64xf32>
  %b = linalg.log ins(%a : tensor<64xf32>) outs(%n1 : tensor<64xf32>) -> tensor<64xf32>
  %c = linalg.abs ins(%b : tensor<64xf32>) outs(%n2 : tensor<64xf32>) -> tensor<64xf32>
  return %c : tensor<64xf32>
}

// The update waits for the gradient and for the message that reads the old weight: the
// gradient comes first, after which the activity is forgotten.
// CHECK-LABEL: func @gradient_first
//       CHECK:   %[[H:.+]] = linalg.exp
//       CHECK:   %[[G:.+]] = linalg.generic {{.*}} ins(%[[H]]
//       CHECK:   %[[M:.+]] = linalg.matmul
//       CHECK:   linalg.sub {{.*}}%[[G]]
//       CHECK:   return
func.func @gradient_first(%w: tensor<64x64xf32>, %x: tensor<4096x64xf32>, %e: tensor<4096x64xf32>)
    -> (tensor<64x64xf32> {pc.updates = 0}, tensor<4096x64xf32>) {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<4096x64xf32>
  %h = linalg.exp ins(%x : tensor<4096x64xf32>) outs(%n0 : tensor<4096x64xf32>) -> tensor<4096x64xf32>
  %n1 = tensor.empty() : tensor<4096x64xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%n1 : tensor<4096x64xf32>) -> tensor<4096x64xf32>
  %m = linalg.matmul ins(%e, %w : tensor<4096x64xf32>, tensor<64x64xf32>) outs(%f1 : tensor<4096x64xf32>) -> tensor<4096x64xf32>
  %n2 = tensor.empty() : tensor<64x64xf32>
  %f2 = linalg.fill ins(%z : f32) outs(%n2 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %g = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%h, %e : tensor<4096x64xf32>, tensor<4096x64xf32>) outs(%f2 : tensor<64x64xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %p = arith.mulf %a, %b : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  } -> tensor<64x64xf32>
  %n3 = tensor.empty() : tensor<64x64xf32>
  %next = linalg.sub ins(%w, %g : tensor<64x64xf32>, tensor<64x64xf32>) outs(%n3 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %n4 = tensor.empty() : tensor<4096x64xf32>
  %y = linalg.exp ins(%m : tensor<4096x64xf32>) outs(%n4 : tensor<4096x64xf32>) -> tensor<4096x64xf32>
  return %next, %y : tensor<64x64xf32>, tensor<4096x64xf32>
}
