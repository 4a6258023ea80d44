// RUN: pc-opt %s -split-input-file -pcflow-quantize="format=f32" -verify-diagnostics

// It grows without end: no table is right for all floats.
pcflow.graph @grows inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<2 x f32>):
  %f = pcflow.vertex @f parents(%x : !pcflow.stream<2 x f32>) -> down(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %y = pcflow.map(%p) : (!pcflow.stream<2 x f32>) -> !pcflow.stream<2 x f32> {
    ^bb0(%a: f32):
      // expected-error@+1 {{'math.exp' op has no table of f32: expected an error of at most 1.562500e-02 for all floats with 256 pieces; the nearest that has one: more pieces, a function that ends up constant, or words of fixed<W,F>}}
      %q = math.exp %a : f32
      pcflow.yield %q : f32
    }
    pcflow.yield %y : !pcflow.stream<2 x f32>
  }
}

// -----

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
