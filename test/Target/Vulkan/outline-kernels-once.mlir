// RUN: not pc-opt %s --pc-gpu-outline-kernels 2>&1 | FileCheck %s --implicit-check-not=error:

// Iterations of one node are refused once.
// CHECK: error: loc("node"): 'memref.load' op is not supported by the Vulkan target between kernels
// CHECK: error: loc("node"): 'memref.store' op is not supported by the Vulkan target between kernels
func.func @unrolled(%a: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = memref.load %a[%c0] : memref<4xf32> loc("node")
  memref.store %x, %a[%c1] : memref<4xf32> loc("node")
  %y = memref.load %a[%c1] : memref<4xf32> loc("node")
  memref.store %y, %a[%c0] : memref<4xf32> loc("node")
  return
}
