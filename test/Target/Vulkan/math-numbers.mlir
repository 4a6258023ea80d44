// log1p near zero on a device: x, where a driver that takes (1 + x) - 1 for x
// would give 2 x, the first number above the half of the last place of 1.

// REQUIRES: vulkan
// RUN: rm -rf %t && pc-compile %s --compile-from=tensor --target=vulkan -o %t
// RUN: pc-plan-test %t/math-numbers_small.pcvk | FileCheck %s
// CHECK: result 0 f32: 0 5.967949e-08 1.19359e-07 1.790385e-07
func.func @small(%x: tensor<8xf32>) -> tensor<8xf32> {
  %scale = arith.constant dense<4.7743592e-7> : tensor<8xf32>
  %s = arith.mulf %x, %scale : tensor<8xf32>
  %y = math.log1p %s : tensor<8xf32>
  return %y : tensor<8xf32>
}
