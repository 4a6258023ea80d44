// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-split-reductions{limit=100}))' | FileCheck %s

// 250 iterations as four parts of at most 63: three in a loop, and the rest, whose shape is known.
// CHECK-LABEL: func @long
//   CHECK-DAG:   %[[PART:.+]] = arith.constant 63 : index
//   CHECK-DAG:   %[[SIZE:.+]] = arith.constant 189 : index
//       CHECK:   scf.for %{{.+}} = %{{.+}} to %[[SIZE]] step %[[PART]]
//       CHECK:     linalg.matmul ins(%{{.+}}, %{{.+}} : memref<2x63xf32
//       CHECK:   linalg.matmul ins(%{{.+}}, %{{.+}} : memref<2x61xf32
func.func @long(%a: memref<2x250xf32>, %b: memref<250x3xf32>, %c: memref<2x3xf32>) {
  linalg.matmul ins(%a, %b : memref<2x250xf32>, memref<250x3xf32>) outs(%c : memref<2x3xf32>)
  return
}

// Loops inside each other: 9 + 9 x 10 iterations are below the limit.
// CHECK-LABEL: func @short
//   CHECK-NOT:   scf.for
//       CHECK:   linalg.reduce
func.func @short(%a: memref<9x10xf32>, %s: memref<f32>) {
  linalg.reduce { arith.addf } ins(%a : memref<9x10xf32>) outs(%s : memref<f32>) dimensions = [0, 1]
  return
}

// 10 + 10 x 10 are not; five rows at a time are.
// CHECK-LABEL: func @nested
//   CHECK-DAG:   %[[PART:.+]] = arith.constant 5 : index
//       CHECK:   scf.for {{.+}} step %[[PART]]
//       CHECK:     linalg.reduce {{.+}} memref<5x10xf32
func.func @nested(%a: memref<10x10xf32>, %s: memref<f32>) {
  linalg.reduce { arith.addf } ins(%a : memref<10x10xf32>) outs(%s : memref<f32>) dimensions = [0, 1]
  return
}
