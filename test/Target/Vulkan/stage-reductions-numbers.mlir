// Long reductions in two stages: the CPU's within rounding, the same bits from run to run, with fewer dispatches
// than one after the other, and with a rest.

// REQUIRES: vulkan
// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/in/input_0.pb float32 301x1000 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_1.pb float32 60013x3 ramp
// RUN: pc-run %s --data %t/in --out %t/staged --target=vulkan --device-profile=generic
// RUN: pc-run %s --data %t/in --out %t/again --target=vulkan --device-profile=generic
// RUN: diff -r %t/staged %t/again
// RUN: pc-run %s --data %t/in --out %t/whole --target=vulkan --device-profile=generic --without=pc-gpu-stage-reductions
// RUN: not diff -r %t/staged %t/whole
// RUN: pc-run %s --data %t/in --out %t/cpu
// 1e-5: f32 sums of up to 301000 terms in another order
// RUN: %python %S/../../tools/Inputs/tensor.py compare %t/staged %t/cpu output 1e-5 | FileCheck %s --check-prefix=CPU
// CPU: 3 output files agree

// The second stage waits for the first.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=generic -o %t/plan
// RUN: pc-plan-test %t/plan/stage-reductions-numbers_model.pcvk --counters | FileCheck %s
// CHECK: result 2 f32
// RUN: not pc-plan-test %t/plan/stage-reductions-numbers_model.pcvk --drop-barrier=0 2>&1 | FileCheck %s --check-prefix=HAZARD
// HAZARD: bad plan: dispatch {{[0-9]+}} {{.*}}barrier
// RUN: not pc-plan-test %t/plan/stage-reductions-numbers_model.pcvk --drop-barrier=0 --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// LAYER: error: status 9: {{.*}}SYNC-HAZARD

func.func @model(%x: tensor<301x1000xf32>, %y: tensor<60013x3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<f32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  // Of squares, and the root of that, which joins the second stage.
  %squares = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<301x1000xf32>) outs(%f0 : tensor<f32>) {
  ^bb0(%in: f32, %sum: f32):
    %0 = arith.mulf %in, %in : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  %norm = math.sqrt %squares : tensor<f32>
  %e1 = tensor.empty() : tensor<3xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %sums = linalg.reduce { arith.addf } ins(%y : tensor<60013x3xf32>) outs(%f1 : tensor<3xf32>) dimensions = [0]
  %f2 = linalg.fill ins(%low : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %max = linalg.reduce { arith.maximumf } ins(%y : tensor<60013x3xf32>) outs(%f2 : tensor<3xf32>) dimensions = [0]
  return %norm, %sums, %max : tensor<f32>, tensor<3xf32>, tensor<3xf32>
}
