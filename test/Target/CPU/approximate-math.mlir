// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-approximate-math))' | FileCheck %s

// CHECK-LABEL: func @vectors
//   CHECK-NOT:   math.{{exp|log|tanh|erf}}
//       CHECK:   math.fma
//       CHECK:   return
func.func @vectors(%x: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
  %a = math.exp %x : vector<16xf32>
  %b = math.log %x : vector<16xf32>
  %c = math.tanh %x : vector<16xf32>
  %d = math.erf %x : vector<16xf32>
  return %a, %b, %c, %d : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
}

// f64, and functions whose polynomials are less accurate, stay.
// CHECK-LABEL: func @library
//       CHECK:   math.exp
//       CHECK:   math.sin
func.func @library(%x: vector<8xf64>, %y: vector<16xf32>) -> (vector<8xf64>, vector<16xf32>) {
  %a = math.exp %x : vector<8xf64>
  %b = math.sin %y : vector<16xf32>
  return %a, %b : vector<8xf64>, vector<16xf32>
}
