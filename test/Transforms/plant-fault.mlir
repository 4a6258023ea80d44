// RUN: pc-opt %s -pc-plant-fault="op=math.tanh" | FileCheck %s --check-prefix=FIRST
// RUN: pc-opt %s -pc-plant-fault="op=math.tanh index=1" | FileCheck %s --check-prefix=SECOND
// RUN: not pc-opt %s -pc-plant-fault="op=math.tanh index=2" 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not pc-opt %s -pc-plant-fault="op=arith.mulf" 2>&1 | FileCheck %s --check-prefix=HIDDEN

// ABSENT: error: expected more than 2 operations 'math.tanh', but found 2
// The body of a matmul has no text that could keep the mark.
// HIDDEN: error: expected more than 0 operations 'arith.mulf', but found 0
func.func @model(%x: tensor<2x2xf32>, %y: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // FIRST:      math.tanh %{{.+}} {pc.planted_fault}
  // FIRST-NOT:  pc.planted_fault
  // SECOND-NOT: pc.planted_fault
  %a = math.tanh %x : tensor<2x2xf32>
  // SECOND:     linalg.generic
  // SECOND:       math.tanh %{{.+}} {pc.planted_fault}
  %b = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<2x2xf32>) outs(%y : tensor<2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %t = math.tanh %in : f32
    linalg.yield %t : f32
  } -> tensor<2x2xf32>
  %c = linalg.matmul ins(%a, %b : tensor<2x2xf32>, tensor<2x2xf32>) outs(%y : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %c : tensor<2x2xf32>
}
