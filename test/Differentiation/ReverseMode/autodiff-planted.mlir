// RUN: pc-opt %s -pc-plant-fault="op=math.sin" -pc-autodiff=function=energy | FileCheck %s
// RUN: pc-opt %s -pc-autodiff=function=energy | FileCheck %s --check-prefix=SOUND --implicit-check-not=arith.negf

// A planted fault makes the rule wrong in this walk too.
// CHECK-LABEL: func.func @energy_autodiff(
//       CHECK:   %[[COS:.+]] = math.cos
//       CHECK:   %[[D:.+]] = arith.mulf %{{.+}}, %[[COS]]
//       CHECK:   %[[WRONG:.+]] = arith.negf %[[D]]
//       CHECK:   return %{{.+}}, %[[WRONG]]
// SOUND-LABEL: func.func @energy_autodiff(
func.func @energy(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %a = math.sin %w : tensor<f64>
  return %a : tensor<f64>
}
