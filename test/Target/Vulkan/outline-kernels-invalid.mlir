// RUN: pc-opt %s -split-input-file -verify-diagnostics --pc-gpu-outline-kernels

// A loop that only the device could count.
func.func @loop(%a: memref<4xf32>, %n: memref<index>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'memref.load' op is not supported by the Vulkan target between kernels}}
  %limit = memref.load %n[] : memref<index>
  // expected-error @below {{'scf.for' op is not supported by the Vulkan target between kernels}}
  scf.for %i = %c0 to %limit step %c1 {
    memref.store %v, %a[%i] : memref<4xf32>
  }
  return
}

// -----

// A number that the host would have to read back first.
func.func @scalar(%a: memref<4xf32>, %v: memref<f32>) {
  %s = memref.load %v[] : memref<f32>
  // expected-error @below {{expected numbers that are known when it is compiled}}
  linalg.fill ins(%s : f32) outs(%a : memref<4xf32>)
  return
}
