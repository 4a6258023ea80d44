// RUN: pc-opt %s -pcflow-report -o /dev/null | FileCheck %s
// RUN: pc-opt %s -pcflow-report=json -o /dev/null | %python -m json.tool | FileCheck %s --check-prefix=JSON

// The queue in front of the sum is one deep and full while the product works.
// CHECK: bypass: 1 iterations, batch 2, fixed<8,4>
// CHECK:   cycles  {{[0-9]+}} of the first sample, {{[0-9]+}} of each further one, {{[0-9]+}} of each further iteration
// CHECK:   sweep   {{[0-9]+}} cycles of the first sample, were it one backward sweep on the same units
// CHECK:   lanes   2
// CHECK:   memory  15 words, 120 bits; queues 9 words
// Two products a lane, and those of the rate are shifts; a table has one.
// CHECK:   takes   5 DSP, about {{[0-9]+}} LUT, about {{[0-9]+}} FF, 0 BRAM
// CHECK:   h/linear linear 1 2 0 10 4 {{[0-9]+}} {{[0-9]+}} 0
// CHECK:   l/map map 0 0 1 3 1 {{[0-9]+}} {{[0-9]+}} 0
// CHECK:   queue behind
// CHECK:   h/fork.1 2 2

// JSON: "cycles": {{[1-9][0-9]*}},
// JSON: "name": "bypass"
// JSON: "depth": 2,
// JSON: "kind": "linear",
// JSON: "simd": 2,
!s = !pcflow.stream<2 x !pcflow.fixed<8, 4>>
pcflow.graph @bypass inputs ["x"] iterations(1) batch(2) wired {
^bb0(%x: !s):
  %q = pcflow.buffer %x depth(1) : <2 x !pcflow.fixed<8, 4>>
  %h = pcflow.vertex @h parents(%q : !s) messages(%b : !s) -> down(!s) {
  ^bb0(%p: !s, %d: !s):
    pcflow.weights @w {value = dense<1.0> : tensor<2x2xf32>}
    %f:2 = pcflow.fork %p into 2 : <2 x !pcflow.fixed<8, 4>>
    %i = pcflow.buffer %f#0 depth(1) : <2 x !pcflow.fixed<8, 4>>
    %j = pcflow.buffer %f#1 depth(2) : <2 x !pcflow.fixed<8, 4>>
    %y = pcflow.linear weights(@w) predict(%i : <2 x !pcflow.fixed<8, 4>>) vjp(%d : <2 x !pcflow.fixed<8, 4>>)
        rate(0.5) {simd = 2 : i64} -> <2 x !pcflow.fixed<8, 4>>
    %k = pcflow.buffer %y depth(1) : <2 x !pcflow.fixed<8, 4>>
    %s = pcflow.sum %k, %j : <2 x !pcflow.fixed<8, 4>>
    %o = pcflow.buffer %s depth(1) : <2 x !pcflow.fixed<8, 4>>
    pcflow.yield %o : !s
  }
  %b = pcflow.vertex @l parents(%h : !s) answers [0] -> up(!s) {
  ^bb0(%p: !s):
    %m = pcflow.map(%p) : (!s) -> !s {
    ^bb0(%a: f32):
      %v = pcflow.lookup %a knots [-16, 0, 16] range(0) : f32
      pcflow.yield %v : f32
    }
    %n = pcflow.buffer %m depth(2) : <2 x !pcflow.fixed<8, 4>>
    %r = pcflow.latch %n : <2 x !pcflow.fixed<8, 4>>
    %t = pcflow.buffer %r depth(1) : <2 x !pcflow.fixed<8, 4>>
    pcflow.yield %t : !s
  }
}
