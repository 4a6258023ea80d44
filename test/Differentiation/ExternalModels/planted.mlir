// RUN: pc-opt %s -pc-plant-fault=op=arith.mulf -pc-autodiff=function=energy | FileCheck %s
// RUN: pc-opt %s -pc-autodiff=function=energy | FileCheck %s --check-prefix=SOUND --implicit-check-not=arith.negf

// A fault in the body of a structured operation is one of its derivative.
// CHECK-LABEL: func.func @energy_autodiff(
//       CHECK:   linalg.generic {{.*}}iterator_types = ["parallel"]
//       CHECK:     %[[P:.+]] = arith.mulf
//       CHECK:     arith.negf %[[P]]
// SOUND-LABEL: func.func @energy_autodiff(
//       SOUND:   linalg.generic {{.*}}iterator_types = ["parallel"]
func.func @energy(%w: tensor<4xf32> {pc.name = "w", pc.role = "parameter"},
                  %x: tensor<4xf32> {pc.name = "x", pc.role = "input"})
    -> (tensor<f32> {pc.role = "loss"}) {
  %z = arith.constant dense<0.0> : tensor<f32>
  %l = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> ()>],
                       iterator_types = ["reduction"]}
      ins(%w, %x : tensor<4xf32>, tensor<4xf32>) outs(%z : tensor<f32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %l : tensor<f32>
}
