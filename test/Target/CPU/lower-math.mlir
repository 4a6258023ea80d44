// RUN: pc-opt %s -pc-cpu-lower-math | FileCheck %s

// CHECK-DAG: func.func private @log1pf(f32) -> f32
// CHECK-DAG: func.func private @erf(f64) -> f64

// Accuracy near zero is what log1p is for.
// CHECK-LABEL: func @library
//       CHECK:   call @log1pf
//       CHECK:   call @erf
//       CHECK:   call @tanhf
//   CHECK-NOT:   math.
func.func @library(%x: f32, %y: f64) -> (f32, f64, f32) {
  %a = math.log1p %x : f32
  %b = math.erf %y : f64
  %c = math.tanh %x : f32
  return %a, %b, %c : f32, f64, f32
}

// CHECK-LABEL: func @intrinsic
//       CHECK:   llvm.intr.sqrt
//       CHECK:   llvm.intr.exp
func.func @intrinsic(%x: f32, %y: f64) -> (f32, f64) {
  %a = math.sqrt %x : f32
  %b = math.exp %y : f64
  return %a, %b : f32, f64
}

// Element by element where the library has no vectors.
// CHECK-LABEL: func @vector
// CHECK-COUNT-4: call @tanhf
func.func @vector(%x: vector<4xf32>) -> vector<4xf32> {
  %a = math.tanh %x : vector<4xf32>
  return %a : vector<4xf32>
}
