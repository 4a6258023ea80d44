// RUN: pc-opt %s -pcflow-materialize-forks | FileCheck %s
// RUN: pc-opt %s -pcflow-materialize-forks -pcflow-materialize-forks | FileCheck %s

// Between vertices, inside of one, and where nobody reads.
// CHECK-LABEL: pcflow.graph @f inputs ["x", "u"] iterations(0) batch(1) wired
// CHECK: ^bb0(%[[X:.+]]: {{.+}}, %[[U:.+]]: {{.+}}):
pcflow.graph @f inputs ["x", "u"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>, %u: !pcflow.stream<4 x f32>):
  // CHECK-DAG: pcflow.sink %[[U]]
  // CHECK-DAG: %[[C:.+]]:2 = pcflow.fork %[[X]] into 2
  // CHECK: pcflow.vertex @a parents(%[[C]]#0 :
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // CHECK: %[[D:.+]]:2 = pcflow.fork %{{.+}} into 2
    // CHECK: pcflow.sum %[[D]]#0, %[[D]]#1
    %s = pcflow.sum %p, %p : <4 x f32>
    pcflow.yield %s : !pcflow.stream<4 x f32>
  }
  // CHECK: pcflow.output "y" %[[C]]#1
  pcflow.output "y" %x : <4 x f32>
}
