// RUN: pc-verify %s --loss=mse --schedule=fixed --step=0.5 --iterations=6 --fold --json %t.json | FileCheck %s
// RUN: FileCheck %s --check-prefix=JSON < %t.json
// RUN: pc-verify %s --loss=mse --fold --terse | FileCheck %s --check-prefix=TERSE
// RUN: pc-verify %s --loss=mse --schedule=fixed --step=0.5 --iterations=6 | FileCheck %s --check-prefix=LOOP
// RUN: not pc-verify %s --schedule=z-il --fold 2>&1 | FileCheck %s --check-prefix=ZIL

// Rules, bounds and the twin are of the relaxation; what ran is said beside them.
//     CHECK: schedule  fixed, step 0.5, 6 iterations, folded
//     CHECK: locality  local (L1 to L5 hold); 6 iterations
//     CHECK: executed  not local in time, by pc-fold-relaxation
//     CHECK: w1 {{.*}} bounded 1.1e-01
//     CHECK: {{^}}holds: 1 proved, 3 bounded
//      JSON: "executed_non_local_by": [
// JSON-NEXT:   "pc-fold-relaxation"
//     TERSE: PASS {{.*}} 4 proved; local, executed not local in time, by pc-fold-relaxation; f64
//  LOOP-NOT: executed
//      LOOP: w1 {{.*}} bounded 1.1e-01
//  LOOP-NOT: executed
//       ZIL: --fold: expected --schedule=fixed or fixed-exact, {{.*}} found --schedule=z-il
func.func @model(%x: tensor<4xf32> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<4xf32> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<4xf32> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<4xf32> {pc.role = "parameter", pc.name = "w3"})
    -> (tensor<4xf32> {pc.role = "output", pc.name = "y"}) {
  %a = arith.mulf %x, %w1 : tensor<4xf32> loc("a")
  %h = math.tanh %a : tensor<4xf32> loc("a")
  %b = arith.mulf %h, %w2 : tensor<4xf32> loc("b")
  %c = math.tanh %b : tensor<4xf32> loc("b")
  %d = arith.mulf %c, %w3 : tensor<4xf32> loc("c")
  %e = math.tanh %d : tensor<4xf32> loc("c")
  return %e : tensor<4xf32>
}
