// RUN: pc-opt %s -pc-cpu-drop-signs | FileCheck %s

// CHECK-LABEL: func @border(
//  CHECK-SAME:   %[[X:.+]]: tensor<2xi8>, %[[Y:.+]]: tensor<2xi64>) -> (tensor<2xi8>, tensor<2xi64>)
//  CHECK-NEXT:   %[[S:.+]] = arith.addi %[[X]], %[[X]]
//  CHECK-NEXT:   return %[[S]], %[[Y]] : tensor<2xi8>, tensor<2xi64>
func.func @border(%x: tensor<2xui8>, %y: tensor<2xsi64>) -> (tensor<2xui8>, tensor<2xsi64>) {
  %0 = tensor.bitcast %x : tensor<2xui8> to tensor<2xi8>
  %1 = arith.addi %0, %0 : tensor<2xi8>
  %2 = tensor.bitcast %1 : tensor<2xi8> to tensor<2xui8>
  return %2, %y : tensor<2xui8>, tensor<2xsi64>
}

// Constants keep their bits.
// CHECK-LABEL: func @constant
//       CHECK:   arith.constant dense<[-1, 1]> : tensor<2xi8>
func.func @constant() -> tensor<2xui8> {
  %0 = arith.constant dense<[255, 1]> : tensor<2xui8>
  return %0 : tensor<2xui8>
}

// A cast that changes more than the sign stays.
// CHECK-LABEL: func @float
//       CHECK:   tensor.bitcast %{{.+}} : tensor<2xf32> to tensor<2xi32>
func.func @float(%x: tensor<2xf32>) -> tensor<2xi32> {
  %0 = tensor.bitcast %x : tensor<2xf32> to tensor<2xi32>
  return %0 : tensor<2xi32>
}
