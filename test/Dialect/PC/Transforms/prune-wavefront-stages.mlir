// RUN: pc-opt %s -pc-attach-loss="loss=cotangent" -pc-build-graph="granularity=op" -pc-expand-inference="schedule=strict iterations=20" -pc-prune-wavefront | FileCheck %s
// RUN: pc-opt %s -pc-attach-loss="loss=cotangent" -pc-build-graph="granularity=op" -pc-expand-inference="schedule=strict iterations=5" -pc-prune-wavefront | FileCheck %s --check-prefix=SHORT

// A front that takes ten iterations is written out in five loops: code that
// followed it step by step would grow as the square of the depth. Each loop has
// the vertices that errors have reached at its end; the last one is as before.
// CHECK-LABEL: func @model_gradient(
//       CHECK:   pc.relax iterations(2) states [{{[^,]+}}, {{[^,]+}}] init
//       CHECK:   pc.relax iterations(2) states [{{([^,]+, ){3}[^,]+}}] init
//       CHECK:   pc.relax iterations(2) states [{{([^,]+, ){5}[^,]+}}] init
//       CHECK:   pc.relax iterations(2) states [{{([^,]+, ){7}[^,]+}}] init
//       CHECK:   pc.relax iterations(12) states [{{([^,]+, ){9}[^,]+}}] init
//   CHECK-NOT:   pc.relax

// Where it does not arrive, what it has not reached is in no loop; and what is
// read in the end needs less and less.
// SHORT-LABEL: func @model_gradient(
//       SHORT:   pc.relax iterations(1) states [{{[^,]+}}@sin_3] init
//       SHORT:   pc.relax iterations(1) states [{{[^,]+}}@tanh_4] init
//       SHORT:   pc.relax iterations(1) states [{{[^,]+}}@sin_2] init
//       SHORT:   pc.relax iterations(1) states [{{[^,]+}}@tanh_3] init
//       SHORT:   pc.relax iterations(1) states [{{[^,]+}}@mulf_0] init
//   SHORT-NOT:   pc.relax
func.func @model(%x: tensor<4xf64> {pc.name = "x", pc.role = "parameter"},
                 %w: tensor<4xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<4xf64> {pc.name = "y", pc.role = "output"}) {
  %0 = math.tanh %x : tensor<4xf64>
  %1 = math.sin %0 : tensor<4xf64>
  %2 = math.tanh %1 : tensor<4xf64>
  %3 = math.sin %2 : tensor<4xf64>
  %4 = math.tanh %3 : tensor<4xf64>
  %5 = arith.mulf %4, %w : tensor<4xf64>
  %6 = math.tanh %5 : tensor<4xf64>
  %7 = math.sin %6 : tensor<4xf64>
  %8 = math.tanh %7 : tensor<4xf64>
  %9 = math.sin %8 : tensor<4xf64>
  %10 = math.tanh %9 : tensor<4xf64>
  return %10 : tensor<4xf64>
}
