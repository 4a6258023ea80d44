// RUN: split-file %s %t
// RUN: not pc-opt %t/chain.mlir -pcflow-gate-links=links=c 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not pc-opt %t/chain.mlir -pcflow-materialize-forks -pcflow-gate-links 2>&1 | FileCheck %s --check-prefix=WIRED

// UNKNOWN: has no link or vertex "c" to gate; links are x:a, a:b
// WIRED: expected a graph that is not wired yet; run pcflow-gate-links before pcflow-materialize-forks

//--- chain.mlir
!s = !pcflow.stream<4 x f32>
pcflow.graph @chain inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !s):
  %a = pcflow.vertex @a parents(%x : !s) -> down(!s) {
  ^bb0(%p: !s):
    pcflow.yield %p : !s
  }
  %b = pcflow.vertex @b parents(%a : !s) -> down(!s) {
  ^bb0(%p: !s):
    pcflow.yield %p : !s
  }
  pcflow.output "b" %b : <4 x f32>
}
