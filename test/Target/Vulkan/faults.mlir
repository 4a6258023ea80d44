// A plan that is replayed, and what is found when something is wrong with it.

// REQUIRES: vulkan
// RUN: rm -rf %t && pc-compile %s --compile-from=tensor --target=vulkan -o %t
// RUN: pc-plan-test %t/faults_chain.pcvk | FileCheck %s
// x w of the first row: the sum over k of k / 8 times (50 k + j) / 8, divided by 4096
// CHECK: result 0 f32: 0.01049042 0.01054764

// Replayed, nothing is allocated or written to a
// descriptor, and each run is one submission.
// RUN: pc-plan-test %t/faults_chain.pcvk --runs=3 --counters | FileCheck %s --check-prefix=AGAIN
// AGAIN: after the first run: 2 submits, 0 uploads, 4 dispatches, 2 barriers, 0 allocations, 0 descriptor writes

// What was written once stays on the device.
// RUN: pc-plan-test %t/faults_chain.pcvk --runs=3 --write-once | FileCheck %s

// A missing barrier is found in the plan, and by the validation layer when the
// plan is trusted; one that orders but does not let see is as bad.
// RUN: not pc-plan-test %t/faults_chain.pcvk --drop-barrier=0 2>&1 | FileCheck %s --check-prefix=HAZARD
// HAZARD: error: status 5: bad plan: dispatch 1 reads what dispatch 0 accesses, and no barrier is between them
// RUN: not pc-plan-test %t/faults_chain.pcvk --drop-barrier=0 --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: not pc-plan-test %t/faults_chain.pcvk --weaken-barrier=0 --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// LAYER: error: status 9: {{.*}}SYNC-HAZARD-READ-AFTER-WRITE

// A workgroup that is not the one of the shader computes part of the elements.
// RUN: not pc-plan-test %t/faults_chain.pcvk --workgroup=32 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: error: status 5: bad plan: kernel kernel_0 is planned for workgroups of 32x1x1, but was compiled for 64x1x1

// RUN: not pc-plan-test %t/faults_chain.pcvk --outside 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// OUTSIDE: error: status 5: bad plan: dispatch 0 reaches beyond the memory of the plan
// RUN: not pc-plan-test %t/faults_chain.pcvk --truncate=1000 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: error: status 5: expected a plan of {{[0-9]+}} bytes behind its header, but got 976
// RUN: not pc-plan-test %t/faults_chain.pcvk --truncate=3 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: status 5: expected a plan, but the file does not begin like one
// RUN: not pc-plan-test %t/faults_chain.pcvk --flip=300 2>&1 | FileCheck %s --check-prefix=FLIP
// FLIP: error: status 5: expected a plan, but its contents are damaged
// RUN: not pc-plan-test %t/faults_chain.pcvk --grid=70000 2>&1 | FileCheck %s --check-prefix=GRID
// GRID: error: status 4: the plan needs a grid of 70000, but the device allows 65535
// RUN: not pc-plan-test %t/faults_chain.pcvk --shared=256 2>&1 | FileCheck %s --check-prefix=SHARED
// SHARED: error: status 5: bad plan: kernel kernel_0 is planned for workgroups that share 256 bytes, but was compiled for 0

// No device of that name, no device at all.
// RUN: not pc-plan-test %t/faults_chain.pcvk --device=nothing 2>&1 | FileCheck %s --check-prefix=NAME
// NAME: error: status 2: no Vulkan device: expected one with the number or the name 'nothing', but found 0 'llvmpipe
// RUN: env VK_DRIVER_FILES=/nonexistent VK_ICD_FILENAMES=/nonexistent not pc-plan-test %t/faults_chain.pcvk 2>&1 | FileCheck %s --check-prefix=DRIVER
// DRIVER: error: status 2: no Vulkan device: no driver is installed

func.func @chain(%x: tensor<40x6xf32>, %w: tensor<6x50xf32>) -> tensor<1x40x50xf32> {
  %empty = tensor.empty() : tensor<40x50xf32>
  %zero = arith.constant 0.0 : f32
  %scale = arith.constant 2.44140625e-4 : f32
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<40x50xf32>) -> tensor<40x50xf32>
  %m = linalg.matmul ins(%x, %w : tensor<40x6xf32>, tensor<6x50xf32>)
      outs(%init : tensor<40x50xf32>) -> tensor<40x50xf32>
  // Elements of another shape: a kernel of its own.
  %whole = tensor.empty() : tensor<1x40x50xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(a, i, j) -> (i, j)>, affine_map<(a, i, j) -> (a, i, j)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%m : tensor<40x50xf32>) outs(%whole : tensor<1x40x50xf32>) {
  ^bb0(%in: f32, %out: f32):
    %scaled = arith.mulf %in, %scale : f32
    linalg.yield %scaled : f32
  } -> tensor<1x40x50xf32>
  return %y : tensor<1x40x50xf32>
}
