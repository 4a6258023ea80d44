// Grids are written anew once they have been read: order alone, where the question itself is an argument. Without
// it the check and the layer have the same to say. (The question stays in the loop, or
// it would be asked once.)

// REQUIRES: vulkan
// RUN: rm -rf %t && pc-compile %s --compile-from=tensor --target=vulkan --without=loop-invariant-code-motion -o %t
// RUN: pc-plan-test %t/early-stop-order_asks.pcvk --show | FileCheck %s
//      CHECK: barrier grid
// CHECK-NEXT: dispatch kernel_{{[0-9]+}} grid up to
// CHECK-NEXT: barrier execution
// CHECK-NEXT: dispatch kernel_{{[0-9]+}} grid 1x1x1 reads {{.+}} writes
// RUN: not pc-plan-test %t/early-stop-order_asks.pcvk --drop-barrier=1 2>&1 | FileCheck %s --check-prefix=AGAIN
// AGAIN: error: status 5: bad plan: dispatch {{[0-9]+}} overwrites what dispatch {{[0-9]+}} accesses, and no barrier is between them
// RUN: not pc-plan-test %t/early-stop-order_asks.pcvk --drop-barrier=1 --trusting 2>&1 | FileCheck %s --check-prefix=LAYER
// LAYER: error: status 9: {{.*}}SYNC-HAZARD-WRITE-AFTER-READ

func.func @asks(%x: tensor<8x10xf32>, %flag: tensor<f32>) -> tensor<8x10xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %half = arith.constant 0.5 : f32
  %zero = arith.constant dense<0.0> : tensor<8x10xf32>
  %r:2 = scf.while (%s = %zero, %i = %c0) : (tensor<8x10xf32>, index) -> (tensor<8x10xf32>, index) {
    %f = tensor.extract %flag[] : tensor<f32>
    %low = arith.cmpf ult, %f, %half : f32
    %left = arith.cmpi ult, %i, %c2 : index
    %go = arith.andi %low, %left : i1
    scf.condition(%go) %s, %i : tensor<8x10xf32>, index
  } do {
  ^bb0(%s: tensor<8x10xf32>, %i: index):
    %n = arith.addf %s, %x : tensor<8x10xf32>
    %j = arith.addi %i, %c1 : index
    scf.yield %n, %j : tensor<8x10xf32>, index
  }
  return %r#0 : tensor<8x10xf32>
}
