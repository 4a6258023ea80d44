// Products of all forms whose workgroups share tiles: the bits are those of
// invocations that share nothing, in f32, f16 and bf16, alone or one of a batch, with edges that no tile
// divides, and of convolutions, from run to run.

// RUN: pc-opt %s --pc-gpu-to-launches=device-profile=generic | FileCheck %s
// CHECK-COUNT-9: pc.shared
// CHECK-NOT: pc.shared

// REQUIRES: vulkan
// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/in/input_0.pb float32 64x96 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_1.pb float32 96x32 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_2.pb float32 4x32x16 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_3.pb float32 61x47 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_4.pb float32 2x9x19x5 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_5.pb float32 3x3x5x18 ramp
// RUN: pc-run %s --data %t/in --out %t/alone --target=vulkan --device-profile=lavapipe
// RUN: pc-run %s --data %t/in --out %t/shared --target=vulkan --device-profile=generic
// RUN: pc-run %s --data %t/in --out %t/again --target=vulkan --device-profile=generic
// RUN: diff -r %t/alone %t/shared && diff -r %t/shared %t/again
// RUN: pc-run %s --data %t/in --out %t/cpu
// RUN: %python %S/../../tools/Inputs/tensor.py compare %t/shared %t/cpu output 1e-5 | FileCheck %s --check-prefix=CPU
// CPU: 9 output files agree

// Without the barriers of its workgroups, the results are others.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=generic -o %t/plan
// RUN: pc-plan-test %t/plan/share-tiles-numbers_model.pcvk > %t/right
// RUN: pc-plan-test --unsynchronised %t/plan/share-tiles-numbers_model.pcvk > %t/wrong
// RUN: not diff %t/right %t/wrong

// What a workgroup shares has to be within the limit of the device.
// RUN: not pc-plan-test --share=20000 %t/plan/share-tiles-numbers_model.pcvk 2>&1 | FileCheck %s --check-prefix=LIMIT
// LIMIT: error: status 4: the plan needs bytes of the memory of a workgroup of {{[0-9]+}}, but the device allows 32768

#nt_a = affine_map<(m, n, k) -> (m, k)>
#nt_b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#tn_a = affine_map<(m, n, k) -> (k, m)>
#tn_b = affine_map<(m, n, k) -> (k, n)>
func.func @model(%a: tensor<64x96xf32>, %b: tensor<96x32xf32>, %d: tensor<4x32x16xf32>, %r: tensor<61x47xf32>,
                 %x: tensor<2x9x19x5xf32>, %w: tensor<3x3x5x18xf32>)
    -> (tensor<64x32xf32>, tensor<64x64xf32>, tensor<32x32xf32>, tensor<4x16x16xf32>, tensor<64x32xf16>,
        tensor<64x32xf32>, tensor<61x61xf32>, tensor<2x7x17x18xf32>, tensor<3x3x5x18xf32>) {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<64x32xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  // A prediction, with an activation that joins its kernel.
  %nn = linalg.matmul ins(%a, %b : tensor<64x96xf32>, tensor<96x32xf32>) outs(%f0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  %y = math.tanh %nn : tensor<64x32xf32>
  // A message, through the transposed weight.
  %e1 = tensor.empty() : tensor<64x64xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  %nt = linalg.matmul indexing_maps = [#nt_a, #nt_b, #c]
      ins(%a, %a : tensor<64x96xf32>, tensor<64x96xf32>) outs(%f1 : tensor<64x64xf32>) -> tensor<64x64xf32>
  // A gradient of a weight.
  %e2 = tensor.empty() : tensor<32x32xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<32x32xf32>) -> tensor<32x32xf32>
  %tn = linalg.matmul indexing_maps = [#tn_a, #tn_b, #c]
      ins(%b, %b : tensor<96x32xf32>, tensor<96x32xf32>) outs(%f2 : tensor<32x32xf32>) -> tensor<32x32xf32>
  // Of a batch.
  %e3 = tensor.empty() : tensor<4x16x16xf32>
  %f3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<4x16x16xf32>) -> tensor<4x16x16xf32>
  %batch = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (b, k, n)>,
                                            affine_map<(b, m, n, k) -> (b, m, n)>],
                           iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%d, %d : tensor<4x32x16xf32>, tensor<4x32x16xf32>) outs(%f3 : tensor<4x16x16xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32):
    %0 = arith.mulf %p, %q : f32
    %1 = arith.addf %s, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x16x16xf32>
  // Halves, and their sums in f32.
  %ah = arith.truncf %a : tensor<64x96xf32> to tensor<64x96xf16>
  %bh = arith.truncf %b : tensor<96x32xf32> to tensor<96x32xf16>
  %half = linalg.matmul ins(%ah, %bh : tensor<64x96xf16>, tensor<96x32xf16>) outs(%f0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  %h = arith.truncf %half : tensor<64x32xf32> to tensor<64x32xf16>
  %ab = arith.truncf %a : tensor<64x96xf32> to tensor<64x96xbf16>
  %bb = arith.truncf %b : tensor<96x32xf32> to tensor<96x32xbf16>
  %brain = linalg.matmul ins(%ab, %bb : tensor<64x96xbf16>, tensor<96x32xbf16>) outs(%f0 : tensor<64x32xf32>) -> tensor<64x32xf32>
  // With edges.
  %e4 = tensor.empty() : tensor<61x61xf32>
  %f4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<61x61xf32>) -> tensor<61x61xf32>
  %rag = linalg.matmul indexing_maps = [#nt_a, #nt_b, #c]
      ins(%r, %r : tensor<61x47xf32>, tensor<61x47xf32>) outs(%f4 : tensor<61x61xf32>) -> tensor<61x61xf32>
  %ragged = math.tanh %rag : tensor<61x61xf32>
  // A convolution, and the gradient of its filter.
  %e5 = tensor.empty() : tensor<2x7x17x18xf32>
  %f5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<2x7x17x18xf32>) -> tensor<2x7x17x18xf32>
  %conv = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<2x9x19x5xf32>, tensor<3x3x5x18xf32>)
      outs(%f5 : tensor<2x7x17x18xf32>) -> tensor<2x7x17x18xf32>
  %e6 = tensor.empty() : tensor<3x3x5x18xf32>
  %f6 = linalg.fill ins(%zero : f32) outs(%e6 : tensor<3x3x5x18xf32>) -> tensor<3x3x5x18xf32>
  %filter = linalg.generic {indexing_maps = [affine_map<(p, q, c, f, n, i, j) -> (n, i + p, j + q, c)>,
                                             affine_map<(p, q, c, f, n, i, j) -> (n, i, j, f)>,
                                             affine_map<(p, q, c, f, n, i, j) -> (p, q, c, f)>],
                            iterator_types = ["parallel", "parallel", "parallel", "parallel",
                                              "reduction", "reduction", "reduction"]}
      ins(%x, %conv : tensor<2x9x19x5xf32>, tensor<2x7x17x18xf32>) outs(%f6 : tensor<3x3x5x18xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32):
    %0 = arith.mulf %p, %q : f32
    %1 = arith.addf %s, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x3x5x18xf32>
  return %y, %nt, %tn, %batch, %h, %brain, %ragged, %conv, %filter
      : tensor<64x32xf32>, tensor<64x64xf32>, tensor<32x32xf32>, tensor<4x16x16xf32>, tensor<64x32xf16>, tensor<64x32xf32>,
        tensor<61x61xf32>, tensor<2x7x17x18xf32>, tensor<3x3x5x18xf32>
}
