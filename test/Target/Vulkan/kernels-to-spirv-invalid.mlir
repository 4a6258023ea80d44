// RUN: pc-opt %s -split-input-file -verify-diagnostics --pc-gpu-kernels-to-spirv

gpu.module @quad {
  // expected-error @below {{expected elements that are f16, bf16, f32, f64, integers of 2 to 64 bits, or booleans, but got 'f128', which the Vulkan target does not support}}
  gpu.func @quad(%a: memref<4xf128>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    gpu.return
  }
}

// -----

gpu.module @unsized {
  // expected-error @below {{expected a known block size}}
  gpu.func @unsized(%a: memref<4xf32>) kernel {
    gpu.return
  }
}

// -----

gpu.module @copies {
  gpu.func @copies(%a: memref<4xf32>, %b: memref<4xf32>) kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
    // expected-error @below {{'memref.copy' op is not supported in a kernel of the Vulkan target}}
    memref.copy %a, %b : memref<4xf32> to memref<4xf32>
    gpu.return
  }
}
