// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers -pcflow-schedule | FileCheck %s
// RUN: not pc-opt %s -pcflow-materialize-forks -pcflow-schedule 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not pc-opt %s -pcflow-schedule 2>&1 | FileCheck %s --check-prefix=UNWIRED

// One word, two rounds, cycle by cycle; no message goes to data, so only the
// round that learns computes.
//    1 x enters its queue      2 the product takes it    3 its row is handed over
//    4 the tile is read        5, 6, 7 the word, the product, the sum is there
//    8 y leaves                9 the latch takes it     10 the latch gives b
//   11 b passes the tap       12 is taken               13 is handed over
//   14 and that is all        13 the second b passes the tap: the last word that
// a bench sees               15 is taken               16 is handed over
//   17 the tile is read       18 to 21 it learns        22 the sample ends
//   23 the next x is taken, 21 cycles after the first
// CHECK: pcflow.graph @one {{.+}} attributes {cycles = 13 : i64, iteration_cycles = 3 : i64, sample_cycles = 21 : i64}

// EARLY: expected a pcflow.buffer in front of operand 0; has pcflow-size-buffers run?
// UNWIRED: expected a wired graph; has pcflow-materialize-forks run?
pcflow.graph @one inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<1 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<1 x f32>) messages(%b : !pcflow.stream<1 x f32>)
      -> down(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<1 x f32>, %d: !pcflow.stream<1 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<1x1xf32>}
    %e = pcflow.tap "h" %d : <1 x f32>
    %y = pcflow.linear weights(@w) predict(%p : <1 x f32>) vjp(%e : <1 x f32>) rate(0.5) -> <1 x f32>
    pcflow.yield %y : !pcflow.stream<1 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<1 x f32>) answers [0] -> up(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<1 x f32>):
    %r = pcflow.latch %p : <1 x f32>
    pcflow.yield %r : !pcflow.stream<1 x f32>
  }
}
