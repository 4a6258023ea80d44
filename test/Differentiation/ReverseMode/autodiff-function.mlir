// RUN: pc-opt %s -pc-autodiff=function=energy -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// A function that returns a loss is its own objective. The derivative of a node
// keeps the name of the node, also where terms add up.
// CHECK-LABEL: func.func @energy(
// CHECK-LABEL: func.func @energy_autodiff(
//       CHECK:   math.sin %[[W:.+]] : tensor<f64> loc("wave")
//       CHECK:   arith.addf {{.+}} loc("skip")
//       CHECK:   %[[COS:.+]] = math.cos %[[W]] : tensor<f64> loc(fused<"derivative">["wave"])
//       CHECK:   %[[D:.+]] = arith.mulf %{{.+}}, %[[COS]] : tensor<f64> loc(fused<"derivative">["wave"])
//       CHECK:   arith.addf %{{.+}}, %[[D]] : tensor<f64> loc(fused<"derivative">
func.func @energy(%w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %a = math.sin %w : tensor<f64> loc("wave")
  %l = arith.addf %w, %a : tensor<f64> loc("skip")
  return %l : tensor<f64>
}
