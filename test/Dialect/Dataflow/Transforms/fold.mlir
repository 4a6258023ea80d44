// RUN: pc-opt %s -pcflow-fold="max-lanes=10" | FileCheck %s --check-prefix=LANES
// RUN: pc-opt %s -pcflow-fold="target-cycles=28" | FileCheck %s --check-prefix=TARGET
// RUN: pc-opt %s -pcflow-fold | FileCheck %s --check-prefix=NOTHING
// RUN: not pc-opt %s -pcflow-fold="max-lanes=1" 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not pc-opt %s -pcflow-fold="target-cycles=19" 2>&1 | FileCheck %s --check-prefix=FAST
// RUN: not pc-opt %s -pcflow-fold="target-cycles=20 max-lanes=8" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not pc-opt %s -pcflow-fold="max-dsp=8" 2>&1 | FileCheck %s --check-prefix=WORDS

// 8 rows of 8 columns: 8 / pe * max(pe, 8 / simd) + 8 + 4 cycles; 2 rows of 8:
// 2 / pe * max(pe, 8 / simd) + 8 + 4. With 10 lanes, 8 and 2: 20 cycles each.
// LANES: pcflow.linear weights(@w) {{.*}}{simd = 8 :
// LANES: pcflow.linear weights(@v) {{.*}}{simd = 2 :
// The fewest lanes that keep to 28 cycles.
// TARGET: pcflow.linear weights(@w) {{.*}}{simd = 4 :
// TARGET: pcflow.linear weights(@v) predict
// TARGET-NOT: simd
// NOTHING-NOT: simd

// FEW: needs 2 lanes at least, but got 1
// FAST: has no folding of at most 19 cycles a round; its fastest takes 20
// BOTH: takes 28 cycles a round with 8 lanes; 20 need 10
// WORDS: expected words of a format for a budget of DSP; run pcflow-quantize first
pcflow.graph @f inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<8 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<8 x f32>) messages(%g : !pcflow.stream<8 x f32>)
      -> down(!pcflow.stream<8 x f32>) {
  ^bb0(%p: !pcflow.stream<8 x f32>, %m: !pcflow.stream<8 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<8x8xf32>}
    %d = pcflow.state %m step(1.0) : <8 x f32>
    %y = pcflow.linear weights(@w) predict(%p : <8 x f32>) vjp(%d : <8 x f32>) rate(0.5) -> <8 x f32>
    pcflow.yield %y : !pcflow.stream<8 x f32>
  }
  %o, %g = pcflow.vertex @o parents(%h : !pcflow.stream<8 x f32>) messages(%b : !pcflow.stream<2 x f32>) answers [0]
      -> down(!pcflow.stream<2 x f32>) up(!pcflow.stream<8 x f32>) {
  ^bb0(%p: !pcflow.stream<8 x f32>, %m: !pcflow.stream<2 x f32>):
    pcflow.weights @v {value = dense<1.0> : tensor<2x8xf32>}
    %y, %u = pcflow.linear weights(@v) predict(%p : <8 x f32>) vjp(%m : <2 x f32>) rate(0.5)
        -> <2 x f32> up(!pcflow.stream<8 x f32>)
    pcflow.yield %y, %u : !pcflow.stream<2 x f32>, !pcflow.stream<8 x f32>
  }
  %b = pcflow.vertex @l parents(%o : !pcflow.stream<2 x f32>) answers [0] -> up(!pcflow.stream<2 x f32>) {
  ^bb0(%p: !pcflow.stream<2 x f32>):
    %r = pcflow.latch %p : <2 x f32>
    pcflow.yield %r : !pcflow.stream<2 x f32>
  }
}
