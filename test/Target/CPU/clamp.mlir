// RUN: pc-opt %s -pc-cpu-pipeline | FileCheck %s --implicit-check-not=llvm.fcmp

// The lower bound first, then the upper one, and a NaN stays one.
// CHECK-LABEL: llvm.func @clamp(
//       CHECK:   %[[RAISED:.+]] = llvm.intr.maximum(%{{.+}}, %{{.+}}) : (f32, f32) -> f32
//       CHECK:   llvm.intr.minimum(%[[RAISED]], %{{.+}}) : (f32, f32) -> f32
func.func @clamp(%x: tensor<f32>, %low: tensor<f32>, %high: tensor<f32>) -> tensor<f32> {
  %0 = math.clampf %x to [%low, %high] : tensor<f32>
  return %0 : tensor<f32>
}
