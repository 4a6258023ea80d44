// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-guard-division))' | FileCheck %s

// CHECK-LABEL: func @signed(
//  CHECK-SAME:   %[[X:.+]]: i32, %[[Y:.+]]: i32
//   CHECK-DAG:   %[[BYZERO:.+]] = arith.cmpi eq, %[[Y]], %c0
//   CHECK-DAG:   %[[BYMINUS:.+]] = arith.cmpi eq, %[[Y]], %c-1
//       CHECK:   %[[UNSAFE:.+]] = arith.ori %[[BYZERO]], %[[BYMINUS]]
//       CHECK:   %[[SAFE:.+]] = arith.select %[[UNSAFE]], %c1{{.*}}, %[[Y]]
//       CHECK:   %[[Q:.+]] = arith.divsi %[[X]], %[[SAFE]]
//       CHECK:   arith.select %[[UNSAFE]], %{{.+}}, %[[Q]]
func.func @signed(%x: i32, %y: i32) -> i32 {
  %q = arith.divsi %x, %y : i32
  return %q : i32
}

// A divisor that is known to be harmless.
// CHECK-LABEL: func @constant
//   CHECK-NOT:   arith.select
//       CHECK:   return
func.func @constant(%x: i32) -> i32 {
  %c = arith.constant 7 : i32
  %q = arith.remui %x, %c : i32
  return %q : i32
}

// RUN: pc-jit-test %s --entry=divide --arg=7,-7,-2147483648,5,0 --arg=2,2,-1,0,0 | FileCheck %s --check-prefix=VALUES
// RUN: pc-jit-test %s --entry=divide --arg=7,-7,-2147483648,5,0 --arg=2,2,-1,0,0 -O0 | FileCheck %s --check-prefix=VALUES
// VALUES: result 0: 5xi32 = 3 -3 -2.14748365e+09 0 0
// VALUES: result 1: 5xi32 = 1 -1 0 0 0
// VALUES: result 2: 5xi32 = 3 -4 -2.14748365e+09 {{.*}}
func.func @divide(%x: tensor<5xi32>, %y: tensor<5xi32>) -> (tensor<5xi32>, tensor<5xi32>, tensor<5xi32>) {
  %q = arith.divsi %x, %y : tensor<5xi32>
  %r = arith.remsi %x, %y : tensor<5xi32>
  %f = arith.floordivsi %x, %y : tensor<5xi32>
  return %q, %r, %f : tensor<5xi32>, tensor<5xi32>, tensor<5xi32>
}
