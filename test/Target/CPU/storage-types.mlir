// RUN: pc-opt %s -pc-cpu-storage-types | FileCheck %s

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

// Narrow floats are bits: conversions round in integer arithmetic.
// CHECK-LABEL: func @narrow(
//  CHECK-SAME:   %{{.+}}: tensor<2xi8>, %{{.+}}: tensor<2xi4>) -> (tensor<2xi8>, tensor<2xi4>)
//   CHECK-NOT:   f8E4M3FN
//       CHECK:   arith.mulf {{.*}} : f32
//       CHECK:   arith.bitcast {{.*}} : f32 to i32
//       CHECK:   arith.trunci {{.*}} : i32 to i8
//       CHECK:   return
func.func @narrow(%x: tensor<2xf8E4M3FN>, %y: tensor<2xf4E2M1FN>) -> (tensor<2xf8E4M3FN>, tensor<2xf4E2M1FN>) {
  %c0 = arith.constant 0 : index
  %a = tensor.extract %x[%c0] : tensor<2xf8E4M3FN>
  %b = arith.extf %a : f8E4M3FN to f32
  %c = arith.addf %b, %b : f32
  %d = arith.truncf %c : f32 to f8E4M3FN
  %e = tensor.from_elements %d, %a : tensor<2xf8E4M3FN>
  return %e, %y : tensor<2xf8E4M3FN>, tensor<2xf4E2M1FN>
}

// CHECK-LABEL: func @narrow_constant
//       CHECK:   arith.constant dense<[60, -68]> : tensor<2xi8>
func.func @narrow_constant() -> tensor<2xf8E5M2> {
  %0 = arith.constant dense<[1.0, -1.0]> : tensor<2xf8E5M2>
  return %0 : tensor<2xf8E5M2>
}
