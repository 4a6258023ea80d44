// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-merge-reductions))' -split-input-file | FileCheck %s

// The maxima of windows and, after something else, their sums: one op where the first one was.
// CHECK-LABEL: func @windows
//       CHECK:   scf.for
//       CHECK:     linalg.fill
//       CHECK:     linalg.fill
//       CHECK:     %[[R:.+]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
//  CHECK-SAME:       outs(%{{.+}}, %{{.+}} : tensor<8xf32>, tensor<8xf32>)
//       CHECK:     ^bb0(%[[X:.+]]: f32, %{{.+}}: f32, %[[M:.+]]: f32, %[[S:.+]]: f32)
//   CHECK-DAG:       %[[MAX:.+]] = arith.maximumf %[[M]], %[[X]]
//   CHECK-DAG:       %[[SUM:.+]] = arith.addf %[[S]], %[[X]]
//       CHECK:       linalg.yield %[[MAX]], %[[SUM]]
//       CHECK:     linalg.exp ins(%[[R]]#0
//       CHECK:     linalg.add ins(%{{.+}}, %[[R]]#1
func.func @windows(%x: tensor<16xf32>, %start: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %w = tensor.empty() : tensor<2xf32>
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<8xf32>) {
    %e0 = tensor.empty() : tensor<8xf32>
    %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<8xf32>) -> tensor<8xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f0 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.maximumf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e1 = tensor.empty() : tensor<8xf32>
    %y = linalg.exp ins(%m : tensor<8xf32>) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
    %e2 = tensor.empty() : tensor<8xf32>
    %f2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<8xf32>) -> tensor<8xf32>
    %u = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f2 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.addf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e3 = tensor.empty() : tensor<8xf32>
    %n = linalg.add ins(%y, %u : tensor<8xf32>, tensor<8xf32>) outs(%e3 : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %n : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// A sum that goes on from the result of the other one stays behind it, and so do windows that are others.
// CHECK-LABEL: func @apart
//       CHECK:   scf.for
// CHECK-COUNT-3: linalg.generic
func.func @apart(%x: tensor<16xf32>, %start: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %w = tensor.empty() : tensor<2xf32>
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<8xf32>) {
    %e0 = tensor.empty() : tensor<8xf32>
    %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<8xf32>) -> tensor<8xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f0 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.addf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %u = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%m : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.mulf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e1 = tensor.empty() : tensor<8xf32>
    %f1 = linalg.fill ins(%z : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
    %v = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 + d1 * 8)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f1 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.addf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e2 = tensor.empty() : tensor<8xf32>
    %n = linalg.add ins(%u, %v : tensor<8xf32>, tensor<8xf32>) outs(%e2 : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %n : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// Outside of a loop the second one waits until it is wanted.
// CHECK-LABEL: func @straight
// CHECK-COUNT-2: linalg.generic
func.func @straight(%x: tensor<16xf32>) -> (tensor<f32>, tensor<f32>) {
  %z = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<f32>
  %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %m = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<16xf32>) outs(%f0 : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %1 = arith.addf %o, %a : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  %u = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<16xf32>) outs(%f0 : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %1 = arith.maximumf %o, %a : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  return %m, %u : tensor<f32>, tensor<f32>
}

// -----

// A body that reads a number which is computed behind the first op.
// CHECK-LABEL: func @captured
//       CHECK:   scf.for
//       CHECK:     linalg.generic {{.*}} outs(%{{[^,]+}} : tensor<f32>)
//       CHECK:     tensor.extract
//       CHECK:     linalg.generic {{.*}} outs(%{{[^,]+}} : tensor<f32>)
func.func @captured(%x: tensor<16xf32>, %start: tensor<f32>) -> tensor<f32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %start) -> (tensor<f32>) {
    %e = tensor.empty() : tensor<f32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<f32>) -> tensor<f32>
    %m = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
        ins(%x : tensor<16xf32>) outs(%f : tensor<f32>) {
    ^bb0(%a: f32, %o: f32):
      %1 = arith.maximumf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<f32>
    %best = tensor.extract %m[] : tensor<f32>
    %u = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>], iterator_types = ["reduction"]}
        ins(%x : tensor<16xf32>) outs(%f : tensor<f32>) {
    ^bb0(%a: f32, %o: f32):
      %1 = arith.subf %a, %best : f32
      %2 = arith.addf %o, %1 : f32
      linalg.yield %2 : f32
    } -> tensor<f32>
    scf.yield %u : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

// So it is in a loop that memory ends.
// CHECK-LABEL: func @windows_until
//       CHECK:   scf.while
//       CHECK:     linalg.generic {{.*}} outs(%{{.+}}, %{{.+}} : tensor<8xf32>, tensor<8xf32>)
//   CHECK-NOT:     linalg.generic
//       CHECK:   return
func.func @windows_until(%x: tensor<16xf32>, %start: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %z = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %w = tensor.empty() : tensor<2xf32>
  %r:2 = scf.while (%s = %start, %t = %c0) : (tensor<8xf32>, index) -> (tensor<8xf32>, index) {
    %left = arith.cmpi ult, %t, %c9 : index
    scf.condition(%left) %s, %t : tensor<8xf32>, index
  } do {
  ^bb0(%s: tensor<8xf32>, %t: index):
    %e0 = tensor.empty() : tensor<8xf32>
    %f0 = linalg.fill ins(%low : f32) outs(%e0 : tensor<8xf32>) -> tensor<8xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f0 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.maximumf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e1 = tensor.empty() : tensor<8xf32>
    %y = linalg.exp ins(%m : tensor<8xf32>) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
    %e2 = tensor.empty() : tensor<8xf32>
    %f2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<8xf32>) -> tensor<8xf32>
    %u = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 * 2 + d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%x, %w : tensor<16xf32>, tensor<2xf32>) outs(%f2 : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %1 = arith.addf %o, %a : f32
      linalg.yield %1 : f32
    } -> tensor<8xf32>
    %e3 = tensor.empty() : tensor<8xf32>
    %n = linalg.add ins(%y, %u : tensor<8xf32>, tensor<8xf32>) outs(%e3 : tensor<8xf32>) -> tensor<8xf32>
    %j = arith.addi %t, %c1 : index
    scf.yield %n, %j : tensor<8xf32>, index
  }
  return %r#0 : tensor<8xf32>
}
