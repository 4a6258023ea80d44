// A binding ends at 128 MiB on lavapipe, an address does not: a kernel with a larger buffer takes addresses there.

// REQUIRES: vulkan
// RUN: rm -rf %t && pc-compile %s --compile-from=tensor --target=vulkan -o %t/plan
// RUN: pc-plan-test %t/plan/addresses-large_column.pcvk --show | FileCheck %s --check-prefix=SHOW
// SHOW: kernel kernel_0 workgroup {{.*}} takes addresses
// RUN: pc-plan-test %t/plan/addresses-large_column.pcvk | FileCheck %s
// The last column of k / 8: 749.875 and 750 more in each row, in f32.
// CHECK: result 0 f32: -749.875 -1499.875 -2249.875 {{.*}}(sum -6.62528526e+11)
// RUN: pc-compile %s --compile-from=tensor --target=vulkan -o %t/bindings --without=pc-gpu-address-buffers
// RUN: not pc-plan-test %t/bindings/addresses-large_column.pcvk 2>&1 | FileCheck %s --check-prefix=LIMIT
// LIMIT: error: status 4: the plan needs bytes of one buffer of 14{{[0-9]+}}, but the device allows 134217728

func.func @column(%x: tensor<6000x6000xf32>) -> tensor<6000xf32> {
  %column = tensor.extract_slice %x[0, 5999] [6000, 1] [1, 1] : tensor<6000x6000xf32> to tensor<6000xf32>
  %y = arith.negf %column : tensor<6000xf32>
  return %y : tensor<6000xf32>
}
