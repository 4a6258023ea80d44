// What is not supported is said, and nothing runs on the host in its place.

// RUN: rm -rf %t && mkdir %t
// RUN: not pc-run %s --data %t --out %t/out --target=vulkan 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: pc-run: error: {{.*}}expected elements that are f16, f32, f64, integers of 2 to 64 bits, or booleans, but got 'bf16', which the Vulkan target does not support
// RUN: not ls %t/out

// RUN: not pc-run %s --data %t --out %t/out --device=0 2>&1 | FileCheck %s --check-prefix=FLAG
// FLAG: pc-run: error: --device: expected --target=vulkan

// RUN: env VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent not pc-run %s --data %t --out %t/out --target=vulkan 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: pc-run: error: {{.*}}no Vulkan device

// REQUIRES: vulkan
func.func @model() -> tensor<2xbf16> {
  %y = arith.constant dense<[1.0, 2.0]> : tensor<2xbf16>
  %z = arith.addf %y, %y : tensor<2xbf16>
  return %z : tensor<2xbf16>
}
