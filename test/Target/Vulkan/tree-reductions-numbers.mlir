// Reductions that a workgroup does together, of whole tensors, of rows and columns, of lengths that nothing
// divides, and longer than one dispatch may take: as the CPU's within rounding, the same bits from run to run.

// RUN: pc-opt %s --pc-gpu-to-launches=device-profile=generic | FileCheck %s
// CHECK-COUNT-5: pc.tree
// CHECK-NOT: pc.tree

// REQUIRES: vulkan
// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/in/input_0.pb float32 50x103 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_1.pb float32 301x1000 ramp
// RUN: pc-run %s --data %t/in --out %t/tree --target=vulkan --device-profile=generic
// RUN: pc-run %s --data %t/in --out %t/again --target=vulkan --device-profile=generic
// RUN: diff -r %t/tree %t/again
// RUN: pc-run %s --data %t/in --out %t/cpu
// 1e-5: f32 sums of up to 301000 terms in another order
// RUN: %python %S/../../tools/Inputs/tensor.py compare %t/tree %t/cpu output 1e-5 | FileCheck %s --check-prefix=CPU
// CPU: 5 output files agree

// Without the barriers of its workgroups, the results are others.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=generic -o %t/plan
// RUN: pc-plan-test %t/plan/tree-reductions-numbers_model.pcvk > %t/right
// RUN: pc-plan-test --unsynchronised %t/plan/tree-reductions-numbers_model.pcvk > %t/wrong
// RUN: not diff %t/right %t/wrong

func.func @model(%x: tensor<50x103xf32>, %y: tensor<301x1000xf32>)
    -> (tensor<f32>, tensor<50xf32>, tensor<103xf32>, tensor<f32>, tensor<103xbf16>) {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  // A loss: of squares, and its root, which joins the kernel.
  %e0 = tensor.empty() : tensor<f32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %squares = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>], iterator_types = ["reduction", "reduction"]}
      ins(%x : tensor<50x103xf32>) outs(%f0 : tensor<f32>) {
  ^bb0(%in: f32, %sum: f32):
    %0 = arith.mulf %in, %in : f32
    %1 = arith.addf %sum, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  %norm = math.sqrt %squares : tensor<f32>
  // The maxima of rows.
  %e1 = tensor.empty() : tensor<50xf32>
  %f1 = linalg.fill ins(%low : f32) outs(%e1 : tensor<50xf32>) -> tensor<50xf32>
  %max = linalg.reduce { arith.maximumf } ins(%x : tensor<50x103xf32>) outs(%f1 : tensor<50xf32>) dimensions = [1]
  // The gradient of a bias, on top of a bias.
  %e2 = tensor.empty() : tensor<103xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<103xf32>) -> tensor<103xf32>
  %bias = linalg.reduce { arith.addf } ins(%x : tensor<50x103xf32>) outs(%f2 : tensor<103xf32>) dimensions = [0]
  // Longer than one dispatch may take.
  %all = linalg.reduce { arith.addf } ins(%y : tensor<301x1000xf32>) outs(%f0 : tensor<f32>) dimensions = [0, 1]
  // Rounded where it is stored.
  %half = arith.truncf %bias : tensor<103xf32> to tensor<103xbf16>
  return %norm, %max, %bias, %all, %half : tensor<f32>, tensor<50xf32>, tensor<103xf32>, tensor<f32>, tensor<103xbf16>
}
