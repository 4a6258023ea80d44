// RUN: pc-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-address-buffers)))' | FileCheck %s
// RUN: pc-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pc-gpu-address-buffers{least-bytes=1600})))' | FileCheck %s --check-prefix=LARGE

// From the first element to the last one, 1576 bytes; the other kernel has 1600.
// CHECK: gpu.func @gaps{{.*}}pc.addresses
// LARGE: gpu.func @gaps
// LARGE-NOT: pc.addresses
gpu.module @gaps {
  gpu.func @gaps(%a: memref<20x14xf32, strided<[20, 1], offset: ?>>) kernel {
    gpu.return
  }
}

// CHECK: gpu.func @whole{{.*}}pc.addresses
// LARGE: gpu.func @whole{{.*}}pc.addresses
gpu.module @whole {
  gpu.func @whole(%a: memref<4xi1>, %b: memref<20x20xf32>) kernel {
    gpu.return
  }
}

// 17 pointers are more than the push constants of every device hold.
// CHECK: gpu.func @many
// CHECK-NOT: pc.addresses
gpu.module @many {
  gpu.func @many(%0: memref<4xf32>, %1: memref<4xf32>, %2: memref<4xf32>, %3: memref<4xf32>, %4: memref<4xf32>,
                 %5: memref<4xf32>, %6: memref<4xf32>, %7: memref<4xf32>, %8: memref<4xf32>, %9: memref<4xf32>,
                 %10: memref<4xf32>, %11: memref<4xf32>, %12: memref<4xf32>, %13: memref<4xf32>,
                 %14: memref<4xf32>, %15: memref<4xf32>, %16: memref<4xf32>) kernel {
    gpu.return
  }
}
