// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=256}))' | FileCheck %s --implicit-check-not=vector.

// A sum into windows, as gradients of windows are: the output changes along the
// reduction, and stays with the loops of linalg.
// CHECK-LABEL: func @windows
//       CHECK:   linalg.generic
func.func @windows(%a: memref<3x2xf64>, %b: memref<6xf64>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i * 2 + j)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<3x2xf64>) outs(%b : memref<6xf64>) {
  ^bb0(%in: f64, %sum: f64):
    %0 = arith.addf %sum, %in : f64
    linalg.yield %0 : f64
  }
  return
}

// An operation with two results has no vector form here.
// CHECK-LABEL: func @two_results
//       CHECK:   linalg.generic
func.func @two_results(%a: memref<8xf64>, %b: memref<8xf64>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%a : memref<8xf64>) outs(%b : memref<8xf64>) {
  ^bb0(%in: f64, %out: f64):
    %sin, %cos = math.sincos %in : f64
    %0 = arith.addf %sin, %cos : f64
    linalg.yield %0 : f64
  }
  return
}
