// A relaxation that a device ends by itself: the command buffer has all twenty iterations, and those after
// the last one have grids of zeros. Replayed, nothing is allocated or written to a descriptor,
// and each run is one submission.

// REQUIRES: vulkan
// RUN: rm -rf %t && mkdir %t && pc-opt %s -convert-pc-to-linalg -canonicalize -cse -o %t/early.mlir
// RUN: pc-compile %t/early.mlir --compile-from=tensor --target=vulkan -o %t
// RUN: pc-plan-test %t/early_stops.pcvk --runs=3 --counters > %t/stops.txt
// RUN: FileCheck %s --input-file %t/stops.txt
// CHECK: after the first run: 2 submits, 0 uploads, 166 dispatches, {{[0-9]+}} barriers, 0 allocations, 0 descriptor writes

// The state moves half the way to x in each iteration, from 0. The slope is x - s, whose largest element, 9.875, is
// halved each time: the seventh begins with 0.154 and the eighth with 0.077, which is
// below 0.1. So the eighth is the last.
// RUN: grep result %t/stops.txt > %t/stops.numbers
// RUN: pc-plan-test %t/early_eight.pcvk | grep result | diff %t/stops.numbers -
// RUN: pc-plan-test %t/early_seven.pcvk | grep result | not diff %t/stops.numbers -

// The plan: a kernel decides, and a barrier lets its grids be seen.
// RUN: pc-plan-test %t/early_stops.pcvk --show | FileCheck %s --check-prefix=PLAN
// PLAN:      barrier memory
// PLAN-NEXT: dispatch [[ASK:kernel_[0-9]+]] grid 1x1x1 reads {{.+}} writes [[[GRIDS:[0-9]+]],
// PLAN-NEXT: barrier grid
// PLAN-NEXT: dispatch kernel_{{[0-9]+}} grid up to {{.+}} from [{{[0-9]+}}, {{[0-9]+}})

// Without that barrier, or with one that lets shaders alone see them, the plan is refused; where it is
// trusted, the layer sees the grid that is read too early.
// RUN: not pc-plan-test %t/early_stops.pcvk --hide-grids 2>&1 | FileCheck %s --check-prefix=HAZARD
// RUN: not pc-plan-test %t/early_stops.pcvk --drop-barrier=1 2>&1 | FileCheck %s --check-prefix=HAZARD
// HAZARD: error: status 5: bad plan: dispatch {{[0-9]+}} has the grid that dispatch {{[0-9]+}} accesses, and no barrier is between them
// RUN: not pc-plan-test %t/early_stops.pcvk --hide-grids --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: not pc-plan-test %t/early_stops.pcvk --drop-barrier=1 --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// LAYER: error: status 9: {{.*}}SYNC-HAZARD-READ-AFTER-WRITE{{.*}}vkCmdDispatchIndirect

// A grid that nobody wrote could be any; nor may it lie elsewhere.
// RUN: not pc-plan-test %t/early_stops.pcvk --grid-at=0 2>&1 | FileCheck %s --check-prefix=UNWRITTEN
// UNWRITTEN: error: status 5: bad plan: dispatch {{[0-9]+}} has its grid where no dispatch before it has written
// RUN: not pc-plan-test %t/early_stops.pcvk --grid-at=2 2>&1 | FileCheck %s --check-prefix=UNALIGNED
// UNALIGNED: error: status 5: bad plan: dispatch {{[0-9]+}} has a grid that is not aligned to its words
// RUN: not pc-plan-test %t/early_stops.pcvk --grid-at=1000000 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// RUN: not pc-plan-test %t/early_stops.pcvk --grid-at=18446744073709551612 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// OUTSIDE: error: status 5: bad plan: dispatch {{[0-9]+}} has its grid beyond the memory of the plan

// In kernels for hardware, whose reductions are trees, and by address.
// RUN: pc-compile %t/early.mlir --compile-from=tensor --target=vulkan --device-profile=generic -o %t/generic
// RUN: pc-plan-test %t/generic/early_stops.pcvk | grep result | diff %t/stops.numbers -
// RUN: pc-compile %t/early.mlir --compile-from=tensor --target=vulkan --device-profile=addressed -o %t/addressed
// RUN: pc-plan-test %t/addressed/early_stops.pcvk | grep result | diff %t/stops.numbers -

pc.graph @model_graph(%x: tensor<8x10xf32> {pc.role = "input"}) -> (tensor<f32>) {
  %h = pc.vertex @h(%x : tensor<8x10xf32>) -> tensor<8x10xf32> {
  ^bb0(%p: tensor<8x10xf32>):
    pc.prediction %p : tensor<8x10xf32>
  }
  %l = pc.loss @l(%h : tensor<8x10xf32>) -> tensor<f32> {
  ^bb0(%p: tensor<8x10xf32>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0, %c0] : tensor<8x10xf32>
    %t = tensor.from_elements %e : tensor<f32>
    pc.prediction %t : tensor<f32>
  }
  pc.return %l : tensor<f32>
}
func.func @stops(%x: tensor<8x10xf32>) -> tensor<8x10xf32> {
  %zero = arith.constant dense<0.0> : tensor<8x10xf32>
  %r = pc.relax iterations(20) tolerance(0.1) states [@model_graph::@h] init(%zero) : (tensor<8x10xf32>) {
  ^bb0(%s: tensor<8x10xf32>):
    %d = pc.error @model_graph::@h precision(1.0) %x, %zero, %s : tensor<8x10xf32>
    %n = pc.advance @model_graph::@h step(0.5) %s, %d : tensor<8x10xf32>
    pc.yield %n : tensor<8x10xf32>
  }
  return %r : tensor<8x10xf32>
}
func.func @eight(%x: tensor<8x10xf32>) -> tensor<8x10xf32> {
  %zero = arith.constant dense<0.0> : tensor<8x10xf32>
  %r = pc.relax iterations(8) states [@model_graph::@h] init(%zero) : (tensor<8x10xf32>) {
  ^bb0(%s: tensor<8x10xf32>):
    %d = pc.error @model_graph::@h precision(1.0) %x, %zero, %s : tensor<8x10xf32>
    %n = pc.advance @model_graph::@h step(0.5) %s, %d : tensor<8x10xf32>
    pc.yield %n : tensor<8x10xf32>
  }
  return %r : tensor<8x10xf32>
}
func.func @seven(%x: tensor<8x10xf32>) -> tensor<8x10xf32> {
  %zero = arith.constant dense<0.0> : tensor<8x10xf32>
  %r = pc.relax iterations(7) states [@model_graph::@h] init(%zero) : (tensor<8x10xf32>) {
  ^bb0(%s: tensor<8x10xf32>):
    %d = pc.error @model_graph::@h precision(1.0) %x, %zero, %s : tensor<8x10xf32>
    %n = pc.advance @model_graph::@h step(0.5) %s, %d : tensor<8x10xf32>
    pc.yield %n : tensor<8x10xf32>
  }
  return %r : tensor<8x10xf32>
}
