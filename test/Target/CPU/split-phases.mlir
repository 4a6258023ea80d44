// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-split-phases,cse))' | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-split-phases{most=3},cse))' | FileCheck %s --check-prefix=MOST

#image = affine_map<(n, c, h, w, f, p, q) -> (n, f, h + p, w + q)>
#filter = affine_map<(n, c, h, w, f, p, q) -> (f, c, p, q)>
#result = affine_map<(n, c, h, w, f, p, q) -> (n, c, h, w)>
#line = affine_map<(h, p) -> (h + p)>
#apart = affine_map<(h, p) -> (h + 2 * p)>
#tap = affine_map<(h, p) -> (p)>
#place = affine_map<(h, p) -> (h)>

// Three taps and a stride of two: an even place meets the second tap, an odd one the
// others. Four dense convolutions write every other place of every other row.
//   CHECK-LABEL: func @strided(
//    CHECK-SAME:   %[[D:[^:]+]]: tensor<2x4x7x7xf32>, %[[W:[^:]+]]: tensor<4x3x3x3xf32>
//         CHECK:   %[[Y:.+]] = tensor.empty() : tensor<2x3x14x14xf32>
//         CHECK:   %[[P:.+]] = tensor.insert_slice %[[D]] into %{{.+}}[0, 0, 0, 0] [2, 4, 7, 7] [1, 1, 1, 1] : tensor<2x4x7x7xf32> into tensor<2x4x8x8xf32>
//         CHECK:   %[[PART:.+]] = tensor.extract_slice %[[Y]][0, 0, 0, 0] [2, 3, 7, 7] [1, 1, 2, 2]
//         CHECK:   %[[ZERO:.+]] = linalg.fill {{.*}} outs(%[[PART]]
//         CHECK:   %[[W11:.+]] = tensor.extract_slice %[[W]][0, 0, 1, 1] [4, 3, 1, 1] [1, 1, 1, 1]
//         CHECK:   %[[S:.+]] = linalg.generic {{.*}} ins(%{{.+}}, %[[W11]] : tensor<2x4x7x7xf32>, {{.*}} outs(%[[ZERO]]
//         CHECK:   tensor.insert_slice %[[S]] into %[[Y]][0, 0, 0, 0] [2, 3, 7, 7] [1, 1, 2, 2]
//         CHECK:   tensor.extract_slice %[[W]][0, 0, 1, 0] [4, 3, 1, 2] [1, 1, 1, 2]
//         CHECK:   tensor.extract_slice %[[W]][0, 0, 0, 1] [4, 3, 2, 1] [1, 1, 2, 1]
//         CHECK:   %[[W00:.+]] = tensor.extract_slice %[[W]][0, 0, 0, 0] [4, 3, 2, 2] [1, 1, 2, 2]
//         CHECK:   linalg.generic {{.*}} ins(%[[P]], %[[W00]]
//         CHECK:   %[[LAST:.+]] = tensor.insert_slice {{.*}}[0, 0, 1, 1] [2, 3, 7, 7] [1, 1, 2, 2]
//         CHECK:   return %[[LAST]]
//    MOST-LABEL: func @strided(
//          MOST:   linalg.generic
//          MOST-NOT: linalg.generic
//          MOST:   return
func.func @strided(%d: tensor<2x4x7x7xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<2x3x14x14xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x16x16xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<2x4x16x16xf32>) -> tensor<2x4x16x16xf32>
  %s = tensor.insert_slice %d into %f[0, 0, 1, 1] [2, 4, 7, 7] [1, 1, 2, 2] : tensor<2x4x7x7xf32> into tensor<2x4x16x16xf32>
  %ye = tensor.empty() : tensor<2x3x14x14xf32>
  %yf = linalg.fill ins(%z : f32) outs(%ye : tensor<2x3x14x14xf32>) -> tensor<2x3x14x14xf32>
  %y = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%s, %w : tensor<2x4x16x16xf32>, tensor<4x3x3x3xf32>) outs(%yf : tensor<2x3x14x14xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %t = arith.addf %r, %m : f32
    linalg.yield %t : f32
  } -> tensor<2x3x14x14xf32>
  return %y : tensor<2x3x14x14xf32>
}

// Taps two apart over elements two apart: half of the places meet nothing and keep
// what they had.
// CHECK-LABEL: func @dilated(
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<5xf32>, %[[W:[^:]+]]: tensor<3xf32>, %[[Y:[^:]+]]: tensor<5xf32>
//       CHECK:   %[[PART:.+]] = tensor.extract_slice %[[Y]][0] [3] [2]
//       CHECK:   %[[S:.+]] = linalg.generic {{.*}} ins(%[[X]], %[[W]] : {{.*}} outs(%[[PART]]
//       CHECK:   %[[R:.+]] = tensor.insert_slice %[[S]] into %[[Y]][0] [3] [2]
//   CHECK-NOT:   linalg.generic
//       CHECK:   return %[[R]]
func.func @dilated(%x: tensor<5xf32>, %w: tensor<3xf32>, %y0: tensor<5xf32>) -> tensor<5xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<9xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<9xf32>) -> tensor<9xf32>
  %s = tensor.insert_slice %x into %f[0] [5] [2] : tensor<5xf32> into tensor<9xf32>
  %y = linalg.generic {indexing_maps = [#apart, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%s, %w : tensor<9xf32>, tensor<3xf32>) outs(%y0 : tensor<5xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %t = arith.addf %r, %m : f32
    linalg.yield %t : f32
  } -> tensor<5xf32>
  return %y : tensor<5xf32>
}

// What lies between is no zero.
// CHECK-LABEL: func @ones(
//       CHECK:   linalg.generic {{.*}} ins(%{{.+}}, %{{.+}} : tensor<10xf32>,
func.func @ones(%x: tensor<5xf32>, %w: tensor<3xf32>, %y0: tensor<8xf32>) -> tensor<8xf32> {
  %z = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<10xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<10xf32>) -> tensor<10xf32>
  %s = tensor.insert_slice %x into %f[0] [5] [2] : tensor<5xf32> into tensor<10xf32>
  %y = linalg.generic {indexing_maps = [#line, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%s, %w : tensor<10xf32>, tensor<3xf32>) outs(%y0 : tensor<8xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %t = arith.addf %r, %m : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// A sum of sums is not zero where one of its terms is.
// CHECK-LABEL: func @sums(
//       CHECK:   linalg.generic {{.*}} ins(%{{.+}}, %{{.+}} : tensor<10xf32>,
func.func @sums(%x: tensor<5xf32>, %w: tensor<3xf32>, %y0: tensor<8xf32>) -> tensor<8xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<10xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<10xf32>) -> tensor<10xf32>
  %s = tensor.insert_slice %x into %f[0] [5] [2] : tensor<5xf32> into tensor<10xf32>
  %y = linalg.generic {indexing_maps = [#line, #tap, #place], iterator_types = ["parallel", "reduction"]}
      ins(%s, %w : tensor<10xf32>, tensor<3xf32>) outs(%y0 : tensor<8xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.addf %p, %q : f32
    %t = arith.addf %r, %m : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}
