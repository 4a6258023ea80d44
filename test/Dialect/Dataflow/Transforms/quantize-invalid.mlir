// RUN: pc-opt %s -split-input-file -pcflow-quantize -verify-diagnostics
// RUN: not pc-opt %s -pcflow-quantize="format=fixed<48,14>" 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not pc-opt %s -pcflow-quantize="segments=100" 2>&1 | FileCheck %s --check-prefix=SEGMENTS

// FORMAT: expected a format fixed<W,F>, fixed<W> or f32, but got fixed<48,14>
// SEGMENTS: expected a power of 2 up to 2^18 of segments, but got 100

pcflow.graph @two_words inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %f = pcflow.vertex @f parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p, %p) : (!pcflow.stream<2 x f32>, !pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32, %b: f32):
      // expected-error@+1 {{'arith.divf' op has no unit: it depends on more than one word}}
      %q = arith.divf %a, %b : f32
      pcflow.yield %q : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}

// -----

pcflow.graph @unknown_function inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %f = pcflow.vertex @f parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p) : (!pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32):
      // expected-error@+1 {{'math.cbrt' op has no table: its function is not known here}}
      %q = math.cbrt %a : f32
      pcflow.yield %q : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}

// -----

// Negative numbers have no logarithm.
pcflow.graph @no_value inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %f = pcflow.vertex @f parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p) : (!pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32):
      // expected-error@+1 {{'math.log' op has no table: it has no value for some words of the format}}
      %q = math.log %a : f32
      pcflow.yield %q : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}

// -----

pcflow.graph @rate inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    // expected-error@+1 {{has no circuit: expected a rate of 2^-16 to 4, but got 1.000000e-06}}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) rate(1.0e-6) -> <4 x f32>
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @no_values inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    // expected-error@+1 {{expected its value in the module, as floats or a resource of f32 or f64}}
    pcflow.weights @r {value = dense_resource<gone> : tensor<1x2xf32>}
    pcflow.yield %p : !pcflow.stream<2 x f32>
  }
}
