// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-place-parts))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-place-parts{vector-bits=256}))' -split-input-file | FileCheck %s --check-prefix=SHORT

// An activation inside its border of zeros; another reader finds it there.
// CHECK-LABEL: func @border
//       CHECK:   %[[ZEROS:.+]] = linalg.fill {{.*}} -> tensor<4x18x18xf32>
//       CHECK:   %[[PLACE:.+]] = tensor.extract_slice %[[ZEROS]][0, 1, 1] [4, 16, 16] [1, 1, 1]
//       CHECK:   %[[Y:.+]] = linalg.exp {{.*}} outs(%[[PLACE]]
//       CHECK:   %[[PADDED:.+]] = tensor.insert_slice %[[Y]] into %[[ZEROS]][0, 1, 1]
//       CHECK:   %[[Z:.+]] = linalg.abs ins(%[[Y]]
//       CHECK:   return %[[PADDED]], %[[Z]]
func.func @border(%x: tensor<4x16x16xf32>) -> (tensor<4x18x18xf32>, tensor<4x16x16xf32>) {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<4x16x16xf32>
  %y = linalg.exp ins(%x : tensor<4x16x16xf32>) outs(%n0 : tensor<4x16x16xf32>) -> tensor<4x16x16xf32>
  %p = tensor.pad %y low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %z : f32
  } : tensor<4x16x16xf32> to tensor<4x18x18xf32>
  %n1 = tensor.empty() : tensor<4x16x16xf32>
  %a = linalg.abs ins(%y : tensor<4x16x16xf32>) outs(%n1 : tensor<4x16x16xf32>) -> tensor<4x16x16xf32>
  return %p, %a : tensor<4x18x18xf32>, tensor<4x16x16xf32>
}

// -----

// Rows of eight are half a vector of 512 bits, but one of 256.
// CHECK-LABEL: func @rows
//   CHECK-NOT:   tensor.extract_slice
//       CHECK:   return
// SHORT-LABEL: func @rows
//       SHORT:   linalg.exp {{.*}} outs(%extracted_slice
func.func @rows(%x: tensor<4x8xf32>) -> tensor<4x10xf32> {
  %z = arith.constant 0.0 : f32
  %n0 = tensor.empty() : tensor<4x8xf32>
  %y = linalg.exp ins(%x : tensor<4x8xf32>) outs(%n0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = tensor.empty() : tensor<4x10xf32>
  %f = linalg.fill ins(%z : f32) outs(%n1 : tensor<4x10xf32>) -> tensor<4x10xf32>
  %p = tensor.insert_slice %y into %f[0, 1] [4, 8] [1, 1] : tensor<4x8xf32> into tensor<4x10xf32>
  return %p : tensor<4x10xf32>
}

// -----

// An argument is where it is; what holds a part already is not filled again; a sum that
// goes on from another one is where that one is.
// CHECK-LABEL: func @elsewhere
//   CHECK-NOT:   tensor.extract_slice
//       CHECK:   return
func.func @elsewhere(%x: tensor<4x16xf32>, %d: tensor<4x18xf32>) -> (tensor<4x18xf32>, tensor<4x18xf32>, tensor<4x18xf32>) {
  %z = arith.constant 0.0 : f32
  %n = tensor.empty() : tensor<4x18xf32>
  %f = linalg.fill ins(%z : f32) outs(%n : tensor<4x18xf32>) -> tensor<4x18xf32>
  %a = tensor.insert_slice %x into %f[0, 1] [4, 16] [1, 1] : tensor<4x16xf32> into tensor<4x18xf32>
  %n0 = tensor.empty() : tensor<4x16xf32>
  %y = linalg.exp ins(%x : tensor<4x16xf32>) outs(%n0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %b = tensor.insert_slice %y into %d[0, 1] [4, 16] [1, 1] : tensor<4x16xf32> into tensor<4x18xf32>
  %s = linalg.add ins(%x, %x : tensor<4x16xf32>, tensor<4x16xf32>) outs(%y : tensor<4x16xf32>) -> tensor<4x16xf32>
  %c = tensor.insert_slice %s into %f[0, 1] [4, 16] [1, 1] : tensor<4x16xf32> into tensor<4x18xf32>
  return %a, %b, %c : tensor<4x18xf32>, tensor<4x18xf32>, tensor<4x18xf32>
}
