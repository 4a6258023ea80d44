// RUN: pc-opt %s -pcflow-fold="max-dsp=7" | FileCheck %s --check-prefix=DSP
// RUN: pc-opt %s -pcflow-fold="target-cycles=199" | FileCheck %s --check-prefix=TARGET
// RUN: pc-opt %s -pcflow-fold="max-lanes=64" | FileCheck %s --check-prefix=PACE
// RUN: not pc-opt %s -pcflow-fold="max-dsp=2" 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not pc-opt %s -pcflow-fold="target-cycles=117" 2>&1 | FileCheck %s --check-prefix=FAST
// RUN: not pc-opt %s -pcflow-fold="target-cycles=120 max-dsp=7" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: pc-opt %s -pcflow-fold="max-lanes=64 max-dsp=7" | FileCheck %s --check-prefix=DSP
// RUN: pc-opt %s -pcflow-fold="max-lanes=2 max-dsp=64" | FileCheck %s --check-prefix=DSP
// RUN: pc-opt %s -pcflow-fold="max-lanes=1 max-dsp=64" | FileCheck %s --check-prefix=TARGET
// RUN: not pc-opt %s -pcflow-fold="max-lanes=1 max-dsp=2" 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not pc-opt %s -pcflow-fold="target-cycles=120 max-lanes=2 max-dsp=64" 2>&1 | FileCheck %s --check-prefix=LANES
// RUN: not pc-opt %s -pcflow-fold="target-cycles=120 max-lanes=64 max-dsp=7" 2>&1 | FileCheck %s --check-prefix=BOTH

// The convolution has 4 rows of 4 columns at 9 positions and an image of 16 words:
// (4 + 4 / pe * 4) * 9 + 16 + 3 cycles, so 199, 127 or 91. A lane has 3 DSP, for
// the product, that of rank 1 and the rate. The pool has no folding: 16 results of
// 4 words each, an image of 36 words and 2 cycles more are 118, so that nothing
// is gained by a convolution that is faster than need be for that.
// DSP: pcflow.conv {{.*}}{pe = 2 :
// TARGET: pcflow.conv
// TARGET-NOT: pe =
// PACE: pcflow.conv {{.*}}{pe = 4 :
// FEW: needs 3 DSP at least, but got 2
// FAST: 'pcflow.pool' op has no folding of at most 117 cycles a round; its fastest takes 118
// Of two budgets the tighter one decides.
// LANES: takes 127 cycles a round with 2 lanes; 120 need 4
// BOTH: takes 127 cycles a round with 7 DSP; 120 need 12
!x = !pcflow.stream<16 x !pcflow.fixed<8, 4>>
!y = !pcflow.stream<36 x !pcflow.fixed<8, 4>>
!z = !pcflow.stream<16 x !pcflow.fixed<8, 4>>
pcflow.graph @f inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%g : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    pcflow.weights @w {value = dense<1.0> : tensor<4x1x2x2xf32>}
    %d = pcflow.state %m step(1.0) : <36 x !pcflow.fixed<8, 4>>
    %r = pcflow.conv weights(@w) predict(%p : <16 x !pcflow.fixed<8, 4>>) vjp(%d : <36 x !pcflow.fixed<8, 4>>)
        window(<image [1, 4, 4] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        rate(0.3) -> <36 x !pcflow.fixed<8, 4>>
    pcflow.yield %r : !y
  }
  %o, %g = pcflow.vertex @o parents(%h : !y) messages(%b : !z) answers [0] -> down(!z) up(!y) {
  ^bb0(%p: !y, %m: !z):
    %r, %u = pcflow.pool max predict(%p : <36 x !pcflow.fixed<8, 4>>) vjp(%m : <16 x !pcflow.fixed<8, 4>>)
        window(<image [4, 3, 3] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        -> <16 x !pcflow.fixed<8, 4>> up(<36 x !pcflow.fixed<8, 4>>)
    pcflow.yield %r, %u : !z, !y
  }
  %b = pcflow.vertex @l parents(%o : !z) answers [0] -> up(!z) {
  ^bb0(%p: !z):
    %r = pcflow.latch %p : <16 x !pcflow.fixed<8, 4>>
    pcflow.yield %r : !z
  }
}
