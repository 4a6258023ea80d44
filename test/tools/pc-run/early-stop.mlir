// A relaxation with a tolerance ends after the first iteration that begins with no slope
// above it. Inputs/early_stop.py counts in NumPy which one that is, and holds
// the gradients against those of so many iterations, bit by bit, and against its own.

// RUN: rm -rf %t && %python %S/Inputs/early_stop.py %pc_bin/pc-run %s %t
// RUN: %python %S/Inputs/early_stop.py %pc_bin/pc-run %s %t --threads=2
// RUN: %python %S/Inputs/early_stop.py %pc_bin/pc-run %s %t --without=pc-cpu-fuse-elementwise,pc-cpu-shorten-lifetimes,pc-cpu-own-destinations,pc-cpu-outline-nests,loop-invariant-code-motion
func.func @model(%x: tensor<8x6xf32> {pc.role = "input", pc.name = "x"},
                 %w1: tensor<6x16xf32> {pc.role = "parameter", pc.name = "w1"},
                 %w2: tensor<16x12xf32> {pc.role = "parameter", pc.name = "w2"},
                 %w3: tensor<12x3xf32> {pc.role = "parameter", pc.name = "w3"})
    -> (tensor<8x3xf32> {pc.role = "output", pc.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<8x16xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<8x16xf32>) -> tensor<8x16xf32>
  %m1 = linalg.matmul ins(%x, %w1 : tensor<8x6xf32>, tensor<6x16xf32>) outs(%i1 : tensor<8x16xf32>) -> tensor<8x16xf32> loc("h")
  %h = math.tanh %m1 : tensor<8x16xf32> loc("h")
  %e2 = tensor.empty() : tensor<8x12xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<8x12xf32>) -> tensor<8x12xf32>
  %m2 = linalg.matmul ins(%h, %w2 : tensor<8x16xf32>, tensor<16x12xf32>) outs(%i2 : tensor<8x12xf32>) -> tensor<8x12xf32> loc("k")
  %k = math.tanh %m2 : tensor<8x12xf32> loc("k")
  %e3 = tensor.empty() : tensor<8x3xf32>
  %i3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<8x3xf32>) -> tensor<8x3xf32>
  %o = linalg.matmul ins(%k, %w3 : tensor<8x12xf32>, tensor<12x3xf32>) outs(%i3 : tensor<8x3xf32>) -> tensor<8x3xf32> loc("o")
  return %o : tensor<8x3xf32>
}
