// What ends a relaxation with a tolerance of 0.1 and what does not, on the CPU and on a device.
// The slope of @small is 1/1024 everywhere: its first iteration is the last, and moves by half of that. One
// slope of @steep is 1, and one of @none is no number: all four iterations come.

// RUN: rm -rf %t && mkdir %t && pc-opt %s -convert-pc-to-linalg -canonicalize -cse -o %t/stop.mlir
// RUN: pc-jit-test %t/stop.mlir -entry=small | FileCheck %s --check-prefix=SMALL
// RUN: pc-jit-test %t/stop.mlir -entry=steep | FileCheck %s --check-prefix=STEEP
// RUN: pc-jit-test %t/stop.mlir -entry=none | FileCheck %s --check-prefix=NONE
// RUN: %if vulkan %{ pc-compile %t/stop.mlir --compile-from=tensor --target=vulkan -o %t %}
// RUN: %if vulkan %{ pc-plan-test %t/stop_small.pcvk | FileCheck %s --check-prefix=SMALL %}
// RUN: %if vulkan %{ pc-plan-test %t/stop_steep.pcvk | FileCheck %s --check-prefix=STEEP %}
// RUN: %if vulkan %{ pc-plan-test %t/stop_none.pcvk | FileCheck %s --check-prefix=NONE %}
// SMALL: result{{.*}} 0.000488281{{2?5?}} 0.000488281{{2?5?}} 0.000488281{{2?5?}} 0.000488281{{2?5?}} (
// STEEP: result{{.*}} 2 0.001953125 0.001953125 0.001953125
// NONE: result{{.*}} {{-?}}nan 0.001953125 0.001953125 0.001953125

pc.graph @model_graph(%x: tensor<2x2xf32> {pc.role = "input"}) -> (tensor<f32>) {
  %h = pc.vertex @h(%x : tensor<2x2xf32>) -> tensor<2x2xf32> {
  ^bb0(%p: tensor<2x2xf32>):
    pc.prediction %p : tensor<2x2xf32>
  }
  %l = pc.loss @l(%h : tensor<2x2xf32>) -> tensor<f32> {
  ^bb0(%p: tensor<2x2xf32>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0, %c0] : tensor<2x2xf32>
    %t = tensor.from_elements %e : tensor<f32>
    pc.prediction %t : tensor<f32>
  }
  pc.return %l : tensor<f32>
}

func.func @small() -> tensor<2x2xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %slope = arith.constant dense<9.765625e-4> : tensor<2x2xf32>
  %r = pc.relax iterations(4) tolerance(0.1) states [@model_graph::@h] init(%zero) : (tensor<2x2xf32>) {
  ^bb0(%s: tensor<2x2xf32>):
    %n = pc.advance @model_graph::@h step(0.5) %s, %slope : tensor<2x2xf32>
    pc.yield %n : tensor<2x2xf32>
  }
  return %r : tensor<2x2xf32>
}

func.func @steep() -> tensor<2x2xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %slope = arith.constant dense<[[1.0, 9.765625e-4], [9.765625e-4, 9.765625e-4]]> : tensor<2x2xf32>
  %r = pc.relax iterations(4) tolerance(0.1) states [@model_graph::@h] init(%zero) : (tensor<2x2xf32>) {
  ^bb0(%s: tensor<2x2xf32>):
    %n = pc.advance @model_graph::@h step(0.5) %s, %slope : tensor<2x2xf32>
    pc.yield %n : tensor<2x2xf32>
  }
  return %r : tensor<2x2xf32>
}

func.func @none() -> tensor<2x2xf32> {
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %slope = arith.constant dense<[[0x7FC00000, 9.765625e-4], [9.765625e-4, 9.765625e-4]]> : tensor<2x2xf32>
  %r = pc.relax iterations(4) tolerance(0.1) states [@model_graph::@h] init(%zero) : (tensor<2x2xf32>) {
  ^bb0(%s: tensor<2x2xf32>):
    %n = pc.advance @model_graph::@h step(0.5) %s, %slope : tensor<2x2xf32>
    pc.yield %n : tensor<2x2xf32>
  }
  return %r : tensor<2x2xf32>
}
