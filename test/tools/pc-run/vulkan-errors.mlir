// What is not supported is said, and nothing runs on the host in its place.

// RUN: rm -rf %t && %python %S/../Inputs/tensor.py write %t/in/input_0.pb float64 2 1,2
// RUN: not pc-run %s --data %t/in --out %t/out --target=vulkan 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: pc-run: error: {{.*}}'math.log' op of f64 is not supported by the Vulkan target
// RUN: not ls %t/out

// RUN: not pc-run %s --data %t/in --out %t/out --device=0 2>&1 | FileCheck %s --check-prefix=FLAG
// FLAG: pc-run: error: --device: expected --target=vulkan

// RUN: env VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent not pc-run %s --data %t/in --out %t/out --target=vulkan 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: pc-run: error: {{.*}}no Vulkan device

// REQUIRES: vulkan
func.func @model(%x: tensor<2xf64>) -> tensor<2xf64> {
  %y = math.log %x : tensor<2xf64>
  return %y : tensor<2xf64>
}
