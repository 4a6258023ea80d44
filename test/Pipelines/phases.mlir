// The phases as one pipeline: the passes of Phases.def, in order, with the
// options that were asked for.

// RUN: pc-opt %s --pc-phases="from=import to=graph granularity=op" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=GRAPH
//      GRAPH: pc-attach-loss{{.*}}loss=model
// GRAPH-NEXT: pc-check-rounding{{.*}}gate=false wrt=parameters
// GRAPH-NEXT: pc-build-graph{{.*}}granularity=op
//  GRAPH-NOT: pc-expand-inference
//      GRAPH: pc.graph

// RUN: pc-opt %s --pc-phases="from=import to=tensor schedule=fixed step=0.25 iterations=7" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=FIXED
// FIXED: pc-build-graph{{.*}}granularity=node
// FIXED: pc-expand-inference{{.*}}iterations=7{{.*}}schedule=fixed{{.*}}step=2.5
// FIXED: pc-check-locality
// FIXED: pc-lower-vjp
// FIXED: convert-pc-to-linalg

// RUN: pc-opt %s --pc-phases="schedule=fixed fold" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=FOLD
//      FOLD: pc-check-locality
// FOLD-NEXT: pc-fold-relaxation
// FOLD-NEXT: pc-prune-wavefront
// FOLD-NEXT: pc-defer-messages
// RUN: not pc-opt %s --pc-phases="schedule=strict fold" 2>&1 | FileCheck %s --check-prefix=STRICT
// STRICT: --fold: expected --schedule=fixed or fixed-exact, whose iterations are linear in the errors, found --schedule=strict

// Levelling belongs to z-il; a sweep is not held against the locality rules.
// RUN: pc-opt %s --pc-phases="to=relaxation schedule=z-il" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=ZIL
//      ZIL: pc-build-graph
// ZIL-NEXT: pc-level-graph
// ZIL-NEXT: pc-expand-inference
// RUN: pc-opt %s --pc-phases="to=relaxation schedule=sweep" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=SWEEP
//     SWEEP: pc-expand-inference
// SWEEP-NOT: pc-check-locality
//     SWEEP: pc.graph

// The way to a circuit branches off at the relaxation level.
// RUN: echo "module {}" | not pc-opt --pc-phases="from=import to=dataflow" --dump-pass-pipeline 2>&1 | FileCheck %s --check-prefix=DATAFLOW
//     DATAFLOW: pc-check-locality
// DATAFLOW-NOT: pc-lower-vjp
//     DATAFLOW: convert-pc-to-dataflow
//     DATAFLOW: pcflow-quantize{{.*}}format=fixed<18,14>
// DATAFLOW-NOT: pcflow-fold
//     DATAFLOW: pcflow-materialize-forks
//     DATAFLOW: pcflow-size-buffers{{.*}}mode=live
//     DATAFLOW: pcflow-verify-liveness
// DATAFLOW-NOT: pc-cpu-pipeline

// One phase after the other is the same as all at once.
// RUN: pc-opt %s --pc-phases="to=tensor" -o %t.once.mlir
// RUN: pc-opt %s --pc-phases="to=graph" -mlir-print-debuginfo | pc-opt --pc-phases="from=graph to=relaxation" -mlir-print-debuginfo | pc-opt --pc-phases="from=relaxation to=tensor" -o %t.steps.mlir
// RUN: diff %t.once.mlir %t.steps.mlir

// The modules on the way can be looked at.
// RUN: rm -rf %t.phases && %python %S/../tools/Inputs/tensor.py write %t.data/input_0.pb float32 2 1,2
// RUN: pc-run %s --data %t.data --out %t.out --grad --dump-phases=%t.phases
// RUN: FileCheck %s --check-prefix=LEVELS < %t.phases/1-graph.mlir
// RUN: FileCheck %s --check-prefix=RELAX < %t.phases/2-relaxation.mlir
// RUN: FileCheck %s --check-prefix=TENSOR < %t.phases/3-tensor.mlir
// LEVELS: pc.graph @model_graph
// RELAX: func.func @model_gradient
// RELAX: pc.predict
// TENSOR: func.func @model_gradient
// TENSOR-NOT: pc.predict
// TENSOR: return

// RUN: not pc-opt %s --pc-phases="to=moon" 2>&1 | FileCheck %s --check-prefix=MOON
// MOON: expected a phase, found `moon`
// RUN: not pc-opt %s --pc-phases="schedule=fixed step=2.5" 2>&1 | FileCheck %s --check-prefix=STEP
// STEP: --step: expected a number between 0 and 2, both excluded, where the relaxation settles, found 2.5
func.func @model(%x: tensor<2xf32> {pc.role = "input", pc.name = "x"},
                 %w: tensor<2xf32> {pc.role = "parameter", pc.name = "w",
                                    pc.value = dense<[3.0, 4.0]> : tensor<2xf32>})
    -> (tensor<f32> {pc.role = "output", pc.name = "y"}) {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %h = arith.mulf %x, %w : tensor<2xf32> loc("product")
  %t = math.tanh %h : tensor<2xf32> loc("tanh")
  %y = linalg.reduce { arith.addf } ins(%t : tensor<2xf32>) outs(%zero : tensor<f32>) dimensions = [0] loc("sum")
  return %y : tensor<f32>
}
