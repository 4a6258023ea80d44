// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-pass-by-destination))' | FileCheck %s

// A result gets an argument of its own, a read-only argument stays read-only,
// and the op that computes the result writes it where it belongs.
// CHECK-LABEL: func @plain(
//  CHECK-SAME:   %[[X:.+]]: memref<4xf32> {llvm.noalias, llvm.readonly, pc.name = "x"}
//  CHECK-SAME:   %[[OUT:.+]]: memref<4xf32> {llvm.noalias, pc.name = "y", pc.result = 0 : i64}) {
//   CHECK-DAG:   %[[XT:.+]] = bufferization.to_tensor %[[X]] restrict : memref
//   CHECK-DAG:   %[[OT:.+]] = bufferization.to_tensor %[[OUT]] restrict writable
//       CHECK:   %[[Y:.+]] = linalg.exp ins(%[[XT]] : tensor<4xf32>) outs(%[[OT]] : tensor<4xf32>)
//       CHECK:   bufferization.materialize_in_destination %[[Y]] in restrict writable %[[OUT]]
//       CHECK:   return{{$}}
func.func @plain(%x: tensor<4xf32> {pc.name = "x"}) -> (tensor<4xf32> {pc.name = "y"}) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// What else reads the result reads it in its place.
// CHECK-LABEL: func @shared(
//  CHECK-SAME:   %{{.+}}: memref<4xf32> {{{.*}}}, %[[OUT:[^:]+]]: memref<4xf32> {llvm.noalias, pc.result = 0 : i64}
//       CHECK:   %[[OT:.+]] = bufferization.to_tensor %[[OUT]] restrict writable
//       CHECK:   %[[Y:.+]] = linalg.exp {{.*}} outs(%[[OT]] : tensor<4xf32>)
//       CHECK:   linalg.log ins(%[[Y]]
func.func @shared(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.log ins(%y : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// -----

// An update lands in its argument, after the plain result has been taken.
// CHECK-LABEL: func @update(
//  CHECK-SAME:   %[[W:[^:]+]]: memref<4xf32> {llvm.noalias, pc.next = 0 : i64, pc.role = "parameter"}
//  CHECK-SAME:   %[[OUT:[^:]+]]: memref<4xf32> {llvm.noalias, pc.result = 1 : i64}) {
//       CHECK:   %[[WT:.+]] = bufferization.to_tensor %[[W]] restrict writable
//       CHECK:   %[[NEXT:.+]] = linalg.exp {{.*}} outs(%[[WT]] : tensor<4xf32>)
//       CHECK:   materialize_in_destination %[[WT]] in restrict writable %[[OUT]]
//       CHECK:   materialize_in_destination %[[NEXT]] in restrict writable %[[W]]
func.func @update(%w: tensor<4xf32> {pc.role = "parameter"})
    -> (tensor<4xf32> {pc.role = "parameter", pc.updates = 0 : i64}, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %n = linalg.exp ins(%w : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %n, %w : tensor<4xf32>, tensor<4xf32>
}

// -----

// Two updates that exchange their values need a copy of both, taken before
// either is overwritten.
// CHECK-LABEL: func @exchange(
//       CHECK:   %[[COPY1:.+]] = bufferization.alloc_tensor() copy(
//       CHECK:   %[[COPY2:.+]] = bufferization.alloc_tensor() copy(
//       CHECK:   materialize_in_destination %[[COPY1]]
//       CHECK:   materialize_in_destination %[[COPY2]]
func.func @exchange(%a: tensor<4xf32>, %b: tensor<4xf32>)
    -> (tensor<4xf32> {pc.updates = 1 : i64}, tensor<4xf32> {pc.updates = 0 : i64}) {
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// -----

// Nothing to do without tensors.
// CHECK-LABEL: func @scalars(%{{.+}}: i32) -> i32
func.func @scalars(%a: i32) -> i32 {
  return %a : i32
}
