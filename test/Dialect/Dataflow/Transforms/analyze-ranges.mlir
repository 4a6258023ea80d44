// RUN: pc-opt %s --pcflow-analyze-ranges=inputs=2 | FileCheck %s
// RUN: pc-opt %s --pcflow-analyze-ranges=inputs=4 | FileCheck %s --check-prefix=MORE
// RUN: pc-opt %s --pcflow-analyze-ranges=inputs=2 --pcflow-report -o /dev/null | FileCheck %s --check-prefix=REPORT
// RUN: sed -e 's/, initial = array<i64: 24, -8>//' -e 's/!pcflow.fixed<8, 4>/f32/g' %s > %t.mlir
// RUN: not pc-opt %t.mlir --pcflow-analyze-ranges 2>&1 | FileCheck %s --check-prefix=FLOAT
// RUN: pc-opt %t.mlir --pcflow-quantize="format=fixed<8> inputs=2" | FileCheck %s --check-prefix=CHOSEN
// RUN: pc-opt %t.mlir --pcflow-quantize="format=fixed<10> inputs=2" | FileCheck %s --check-prefix=WIDER
// RUN: not pc-opt %t.mlir --pcflow-quantize="format=fixed<4> inputs=100 segments=4" 2>&1 | FileCheck %s --check-prefix=NONE

// y = 1.5 a - 0.5 b is within 2 * 2 and half a unit, its difference from a target within 6 and that;
// a message is 1.5 of it, within 9.1: the format ends at 8. Of inputs within 4, differences get beyond it too.
// CHECK: attributes {input_range = 2.000000e+00 : f64, largest_word = 9.078125 : f64, may_saturate = ["h/linear"]}
// MORE: may_saturate = ["h/linear", "l/map"]
// REPORT: ranges inputs within 2: words within 9.078 of 8; may saturate: h/linear
// FLOAT: expected a quantised circuit; has pcflow-quantize run?

// With 3 bits behind the point words of 8 bits go to 16, with 4 to 8; two bits more, two more behind the point.
// CHOSEN: initial = array<i64: 12, -4>
// WIDER: initial = array<i64: 48, -16>
// NONE: has no format of 4 bits with room for every word where inputs keep to 100.00; the nearest that has one: more bits, smaller inputs
!x = !pcflow.stream<2 x !pcflow.fixed<8, 4>>
!y = !pcflow.stream<1 x !pcflow.fixed<8, 4>>
pcflow.graph @net inputs ["x", "t"] iterations(0) batch(1) wired {
^bb0(%x: !x, %t: !y):
  %xq = pcflow.buffer %x depth(2) : <2 x !pcflow.fixed<8, 4>>
  %tq = pcflow.buffer %t depth(1) : <1 x !pcflow.fixed<8, 4>>
  %y, %g = pcflow.vertex @h parents(%xq : !x) messages(%e : !y) answers [0] -> down(!y) up(!x) {
  ^bb0(%p: !x, %m: !y):
    pcflow.weights @w {value = dense<[[1.5, -0.5]]> : tensor<1x2xf32>, initial = array<i64: 24, -8>}
    %d = pcflow.tap "h" %m : <1 x !pcflow.fixed<8, 4>>
    %r, %u = pcflow.linear weights(@w) predict(%p : <2 x !pcflow.fixed<8, 4>>) vjp(%d : <1 x !pcflow.fixed<8, 4>>)
        -> <1 x !pcflow.fixed<8, 4>> up(!x)
    %rq = pcflow.buffer %r depth(1) : <1 x !pcflow.fixed<8, 4>>
    pcflow.yield %rq, %u : !y, !x
  }
  pcflow.sink %g : <2 x !pcflow.fixed<8, 4>>
  %e = pcflow.vertex @l parents(%y, %tq : !y, !y) answers [0] -> up(!y) {
  ^bb0(%p: !y, %q: !y):
    %c = pcflow.map(%p, %q) : (!y, !y) -> !y {
    ^bb0(%a: f32, %b: f32):
      %s = arith.subf %a, %b : f32
      pcflow.yield %s : f32
    }
    %k = pcflow.buffer %c depth(1) : <1 x !pcflow.fixed<8, 4>>
    %l = pcflow.latch %k : <1 x !pcflow.fixed<8, 4>>
    %o = pcflow.buffer %l depth(1) : <1 x !pcflow.fixed<8, 4>>
    pcflow.yield %o : !y
  }
}
