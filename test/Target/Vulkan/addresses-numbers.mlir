// Kernels that take addresses have the bits of those that take bindings, in f32, bf16, integers and booleans, with
// vectors and at ragged edges.

// REQUIRES: vulkan
// RUN: rm -rf %t && %python %S/../../tools/Inputs/tensor.py write %t/in/input_0.pb float32 64x96 ramp
// RUN: %python %S/../../tools/Inputs/tensor.py write %t/in/input_1.pb float32 96x31 ramp
// RUN: pc-run %s --data %t/in --out %t/bindings --target=vulkan --device-profile=lavapipe
// RUN: pc-run %s --data %t/in --out %t/addresses --target=vulkan --device-profile=addressed
// RUN: pc-run %s --data %t/in --out %t/without --target=vulkan --device-profile=addressed --without=pc-gpu-address-buffers
// RUN: diff -r %t/bindings %t/addresses && diff -r %t/bindings %t/without

// The plan says so; no descriptor is ever written, and a replay allocates nothing.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=addressed -o %t/plan
// RUN: pc-plan-test %t/plan/addresses-numbers_model.pcvk --show | FileCheck %s --check-prefix=SHOW
// SHOW: kernel kernel_0 workgroup {{.*}} takes addresses
// RUN: pc-plan-test %t/plan/addresses-numbers_model.pcvk --runs=2 --counters | FileCheck %s --check-prefix=COUNTERS
// COUNTERS: 0 allocations, 0 descriptor writes (0 in all)
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=addressed -o %t/less --without=pc-gpu-address-buffers
// RUN: pc-plan-test %t/less/addresses-numbers_model.pcvk --show | FileCheck %s --check-prefix=LESS
// LESS-NOT: takes addresses

// A device without them is refused, and so is a plan that does not say what its shaders take.
// RUN: not pc-plan-test %t/plan/addresses-numbers_model.pcvk --no-addresses 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: status 3: kernel kernel_0 needs the feature bufferDeviceAddress, which the device has not
// RUN: not pc-plan-test %t/plan/addresses-numbers_model.pcvk --swap-forms 2>&1 | FileCheck %s --check-prefix=SWAP
// SWAP: error: status 5: bad plan: kernel kernel_0 has a shader that takes addresses, but is planned to take bindings

// A missing barrier is found in the plan as before. The layer does not see accesses by addresses, and so not this.
// RUN: not pc-plan-test %t/plan/addresses-numbers_model.pcvk --drop-barrier=0 2>&1 | FileCheck %s --check-prefix=HAZARD
// HAZARD: error: status 5: bad plan: dispatch {{.*}}barrier


#id = affine_map<(i, j) -> (i, j)>
func.func @model(%a: tensor<64x96xf32>, %b: tensor<96x31xf32>)
    -> (tensor<64x31xf32>, tensor<64x31xbf16>, tensor<64x31xi1>, tensor<64x31xi16>, tensor<31x64xf32>) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %e = tensor.empty() : tensor<64x31xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x31xf32>) -> tensor<64x31xf32>
  %m = linalg.matmul ins(%a, %b : tensor<64x96xf32>, tensor<96x31xf32>) outs(%f : tensor<64x31xf32>) -> tensor<64x31xf32>
  %t = math.tanh %m : tensor<64x31xf32>
  %brain = arith.truncf %t : tensor<64x31xf32> to tensor<64x31xbf16>
  %e1 = tensor.empty() : tensor<64x31xi1>
  %large = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%m : tensor<64x31xf32>) outs(%e1 : tensor<64x31xi1>) {
  ^bb0(%x: f32, %o: i1):
    %p = arith.cmpf ogt, %x, %half : f32
    linalg.yield %p : i1
  } -> tensor<64x31xi1>
  %whole = arith.fptosi %m : tensor<64x31xf32> to tensor<64x31xi16>
  %e2 = tensor.empty() : tensor<31x64xf32>
  %turned = linalg.transpose ins(%t : tensor<64x31xf32>) outs(%e2 : tensor<31x64xf32>) permutation = [1, 0]
  return %t, %brain, %large, %whole, %turned
      : tensor<64x31xf32>, tensor<64x31xbf16>, tensor<64x31xi1>, tensor<64x31xi16>, tensor<31x64xf32>
}
