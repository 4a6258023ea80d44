// Products of halves in all forms, alone or one of a batch, and a convolution, with edges that no tile divides: the
// tiles that cooperative matrices have, computed by single invocations, give the bits of kernels without
// matrices, from run to run. lavapipe has no cooperative matrices, so the native form is not run here.

// RUN: pc-opt %s --pc-gpu-to-launches=device-profile=emulated | FileCheck %s
// CHECK-COUNT-8: pc.cooperative
// CHECK-NOT: pc.cooperative

// REQUIRES: vulkan
// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/in/input_0.pb float32 61x47 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_1.pb float32 47x31 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_2.pb float32 2x32x24 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_3.pb float32 31 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_4.pb float32 160x64 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_5.pb float32 2x9x29x5 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_6.pb float32 3x3x5x31 ramp
// RUN: pc-run %s --data %t/in --out %t/alone --target=vulkan --device-profile=lavapipe
// RUN: pc-run %s --data %t/in --out %t/matrices --target=vulkan --device-profile=emulated
// RUN: pc-run %s --data %t/in --out %t/again --target=vulkan --device-profile=emulated
// RUN: diff -r %t/alone %t/matrices && diff -r %t/matrices %t/again
// RUN: pc-run %s --data %t/in --out %t/cpu
// RUN: %python %S/../../tools/Inputs/tensor.py compare %t/matrices %t/cpu output 1e-5 | FileCheck %s --check-prefix=CPU
// CPU: 8 output files agree

// Without the barriers of its workgroups, the results are others.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=emulated -o %t/plan
// RUN: pc-plan-test %t/plan/cooperative-numbers_model.pcvk > %t/right
// RUN: pc-plan-test --unsynchronised %t/plan/cooperative-numbers_model.pcvk > %t/wrong
// RUN: not diff %t/right %t/wrong

// The native form says what it needs, and a device that has not got it is refused.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=h100 -o %t/native
// RUN: not pc-plan-test %t/native/cooperative-numbers_model.pcvk 2>&1 | FileCheck %s --check-prefix=REFUSED
// REFUSED: error: status 3: kernel kernel_{{[0-9]+}} needs cooperative matrices of 16x16x16 f16 to f32, but the device has none
// RUN: not pc-plan-test --no-matrices %t/native/cooperative-numbers_model.pcvk 2>&1 | FileCheck %s --check-prefix=UNSAID
// UNSAID: error: status 5: bad plan: kernel kernel_{{[0-9]+}} has a shader with cooperative matrices, but is planned without
// RUN: not pc-plan-test --subgroup=48 %t/native/cooperative-numbers_model.pcvk 2>&1 | FileCheck %s --check-prefix=SUBGROUP
// SUBGROUP: error: status 5: bad plan: kernel kernel_{{[0-9]+}} is planned for workgroups of {{[0-9]+}}x1x1, which are not whole subgroups of 48
// RUN: pc-plan-test --show %t/native/cooperative-numbers_model.pcvk | FileCheck %s --check-prefix=PLAN
// PLAN: shares {{[0-9]+}} bytes multiplies 16x16x16 f16 to f32 in subgroups of 32
// PLAN: multiplies 16x16x16 bf16 to f32 in subgroups of 32

#nt_a = affine_map<(m, n, k) -> (m, k)>
#nt_b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#tn_a = affine_map<(m, n, k) -> (k, m)>
#tn_b = affine_map<(m, n, k) -> (k, n)>
func.func @model(%a: tensor<61x47xf32>, %b: tensor<47x31xf32>, %d: tensor<2x32x24xf32>, %bias: tensor<31xf32>, %v: tensor<160x64xf32>,
                 %image: tensor<2x9x29x5xf32>, %filter: tensor<3x3x5x31xf32>)
    -> (tensor<61x31xf32>, tensor<61x61xf32>, tensor<31x31xf32>, tensor<2x24x24xf32>, tensor<61x31xf32>,
        tensor<61x31xf32>, tensor<160x160xf32>, tensor<2x7x27x31xf32>) {
  %zero = arith.constant 0.0 : f32
  %a16 = arith.truncf %a : tensor<61x47xf32> to tensor<61x47xf16>
  %b16 = arith.truncf %b : tensor<47x31xf32> to tensor<47x31xf16>
  %d16 = arith.truncf %d : tensor<2x32x24xf32> to tensor<2x32x24xf16>
  %e0 = tensor.empty() : tensor<61x31xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<61x31xf32>) -> tensor<61x31xf32>
  // A prediction, with a bias and an activation that join its kernel.
  %nn = linalg.matmul ins(%a16, %b16 : tensor<61x47xf16>, tensor<47x31xf16>) outs(%f0 : tensor<61x31xf32>) -> tensor<61x31xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%nn, %bias : tensor<61x31xf32>, tensor<31xf32>) outs(%e0 : tensor<61x31xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %0 = arith.addf %x, %w : f32
    %1 = math.tanh %0 : f32
    linalg.yield %1 : f32
  } -> tensor<61x31xf32>
  // A message, through the transposed weight.
  %e1 = tensor.empty() : tensor<61x61xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<61x61xf32>) -> tensor<61x61xf32>
  %nt = linalg.matmul indexing_maps = [#nt_a, #nt_b, #c]
      ins(%a16, %a16 : tensor<61x47xf16>, tensor<61x47xf16>) outs(%f1 : tensor<61x61xf32>) -> tensor<61x61xf32>
  // A gradient of a weight.
  %e2 = tensor.empty() : tensor<31x31xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<31x31xf32>) -> tensor<31x31xf32>
  %tn = linalg.matmul indexing_maps = [#tn_a, #tn_b, #c]
      ins(%b16, %b16 : tensor<47x31xf16>, tensor<47x31xf16>) outs(%f2 : tensor<31x31xf32>) -> tensor<31x31xf32>
  // Of a batch.
  %e3 = tensor.empty() : tensor<2x24x24xf32>
  %f3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x24x24xf32>) -> tensor<2x24x24xf32>
  %batch = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (b, k, n)>,
                                            affine_map<(b, m, n, k) -> (b, m, n)>],
                           iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%d16, %d16 : tensor<2x32x24xf16>, tensor<2x32x24xf16>) outs(%f3 : tensor<2x24x24xf32>) {
  ^bb0(%p: f16, %q: f16, %s: f32):
    %0 = arith.extf %p : f16 to f32
    %1 = arith.extf %q : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %s, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<2x24x24xf32>
  // bf16, and a sum that goes on from what was there.
  %ab = arith.truncf %a : tensor<61x47xf32> to tensor<61x47xbf16>
  %bb = arith.truncf %b : tensor<47x31xf32> to tensor<47x31xbf16>
  %brain = linalg.matmul ins(%ab, %bb : tensor<61x47xbf16>, tensor<47x31xbf16>) outs(%f0 : tensor<61x31xf32>) -> tensor<61x31xf32>
  %on = linalg.matmul ins(%ab, %bb : tensor<61x47xbf16>, tensor<47x31xbf16>) outs(%y : tensor<61x31xf32>) -> tensor<61x31xf32>
  // Of several subgroups in a workgroup.
  %w16 = arith.truncf %v : tensor<160x64xf32> to tensor<160x64xbf16>
  %e4 = tensor.empty() : tensor<160x160xf32>
  %f4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<160x160xf32>) -> tensor<160x160xf32>
  %large = linalg.matmul indexing_maps = [#nt_a, #nt_b, #c]
      ins(%w16, %w16 : tensor<160x64xbf16>, tensor<160x64xbf16>) outs(%f4 : tensor<160x160xf32>) -> tensor<160x160xf32>
  // A convolution: the columns of images and the channels are the sides of its tiles.
  %i16 = arith.truncf %image : tensor<2x9x29x5xf32> to tensor<2x9x29x5xf16>
  %k16 = arith.truncf %filter : tensor<3x3x5x31xf32> to tensor<3x3x5x31xf16>
  %e5 = tensor.empty() : tensor<2x7x27x31xf32>
  %f5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<2x7x27x31xf32>) -> tensor<2x7x27x31xf32>
  %conv = linalg.conv_2d_nhwc_hwcf ins(%i16, %k16 : tensor<2x9x29x5xf16>, tensor<3x3x5x31xf16>)
      outs(%f5 : tensor<2x7x27x31xf32>) -> tensor<2x7x27x31xf32>
  return %y, %nt, %tn, %batch, %brain, %on, %large, %conv
      : tensor<61x31xf32>, tensor<61x61xf32>, tensor<31x31xf32>, tensor<2x24x24xf32>, tensor<61x31xf32>, tensor<61x31xf32>,
        tensor<160x160xf32>, tensor<2x7x27x31xf32>
}
