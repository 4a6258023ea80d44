// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-size-buffers -pcflow-schedule | FileCheck %s
// RUN: not pc-opt %s -pcflow-materialize-forks -pcflow-schedule 2>&1 | FileCheck %s --check-prefix=EARLY
// RUN: not pc-opt %s -pcflow-schedule 2>&1 | FileCheck %s --check-prefix=UNWIRED

// One word, two rounds, cycle by cycle; no message goes to data, so only the
// round that learns computes.
//    1 x enters its queue      2 the product takes it    3 its row is handed over
//    4 the tile is read        5, 6, 7 the word, the product, the sum is there
//    8 y leaves                9 the latch takes it     10 the latch gives b
//   11 the first b is taken   12 is handed over         13 and that is all
//   14 the second b is taken, the last word that moves
//   15 is handed over         16 the tile is read       17 to 20 it learns
//   21 the sample ends        22 the next x is taken, 20 cycles after the first
// CHECK: pcflow.graph @one {{.+}} attributes {cycles = 14 : i64, iteration_cycles = 3 : i64, sample_cycles = 20 : i64}

// EARLY: expected a pcflow.buffer in front of operand 0; has pcflow-size-buffers run?
// UNWIRED: expected a wired graph; has pcflow-materialize-forks run?
pcflow.graph @one inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<1 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<1 x f32>) messages(%b : !pcflow.stream<1 x f32>)
      -> down(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<1 x f32>, %d: !pcflow.stream<1 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<1x1xf32>}
    %y = pcflow.linear weights(@w) predict(%p : <1 x f32>) vjp(%d : <1 x f32>) rate(0.5) -> <1 x f32>
    pcflow.yield %y : !pcflow.stream<1 x f32>
  }
  %b = pcflow.vertex @l parents(%h : !pcflow.stream<1 x f32>) answers [0] -> up(!pcflow.stream<1 x f32>) {
  ^bb0(%p: !pcflow.stream<1 x f32>):
    %r = pcflow.latch %p : <1 x f32>
    pcflow.yield %r : !pcflow.stream<1 x f32>
  }
}
