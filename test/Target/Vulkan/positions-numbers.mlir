// Positions in 64 bits on a device: how many k in 0..4 have j + k - 2 < 5. Drivers
// have extended the last position of a dimension wrongly with its sign.

// REQUIRES: vulkan
// RUN: rm -rf %t && pc-compile %s --compile-from=tensor --target=vulkan -o %t
// RUN: pc-plan-test %t/positions-numbers_count.pcvk | FileCheck %s
// CHECK: result 0 f32: 5 5 5 4 3 5 5 5
func.func @count(%x: tensor<5xf32>) -> tensor<5x5xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2 : i64
  %five = arith.constant 5 : i64
  %e = tensor.empty() : tensor<5x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x5xf32>) -> tensor<5x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k)>, affine_map<(i, j, k) -> (i, j)>],
                       iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<5xf32>) outs(%f : tensor<5x5xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = linalg.index 1 : index
    %1 = arith.index_cast %0 : index to i64
    %2 = linalg.index 2 : index
    %3 = arith.index_cast %2 : index to i64
    %4 = arith.addi %1, %3 : i64
    %5 = arith.subi %4, %two : i64
    %6 = arith.cmpi slt, %5, %five : i64
    %7 = arith.select %6, %one, %zero : f32
    %8 = arith.addf %out, %7 : f32
    linalg.yield %8 : f32
  } -> tensor<5x5xf32>
  return %y : tensor<5x5xf32>
}
