// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-transpose-operands))' | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-transpose-operands{vector-bits=512 registers=32}))' | FileCheck %s --check-prefix=WIDE
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-transpose-operands{choose-lanes=false}))' | FileCheck %s --check-prefix=LAST

#a = affine_map<(i, j, k) -> (i, k)>
#b = affine_map<(i, j, k) -> (j, k)>
#c = affine_map<(i, j, k) -> (i, j)>

// The second operand has the dimension of the lanes first.
// CHECK-DAG: #[[$A:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$B:.+]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[$C:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func @product(
//  CHECK-SAME:   %[[X:.+]]: tensor<64x10xf32>, %[[W:.+]]: tensor<256x10xf32>
//       CHECK:   %[[WT:.+]] = linalg.transpose ins(%[[W]] : tensor<256x10xf32>) outs(%{{.+}} : tensor<10x256xf32>) permutation = [1, 0]
//       CHECK:   linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$C]]]{{.*}} ins(%[[X]], %[[WT]]
func.func @product(%x: tensor<64x10xf32>, %w: tensor<256x10xf32>, %o: tensor<64x256xf32>) -> tensor<64x256xf32> {
  %y = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<64x10xf32>, tensor<256x10xf32>) outs(%o : tensor<64x256xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

// A named op becomes a generic one behind its transposed operand.
// CHECK-LABEL: func @named(
//       CHECK:   %[[WT:.+]] = linalg.transpose
//       CHECK:   linalg.generic {{.*}} ins(%{{.+}}, %[[WT]]
func.func @named(%x: tensor<64x10xf32>, %w: tensor<256x10xf32>, %o: tensor<64x256xf32>) -> tensor<64x256xf32> {
  %y = linalg.matmul indexing_maps = [#a, #b, #c] ins(%x, %w : tensor<64x10xf32>, tensor<256x10xf32>) outs(%o : tensor<64x256xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

// One row uses every element once: moving it would not pay.
// CHECK-LABEL: func @one_row
//   CHECK-NOT:   linalg.transpose
//       CHECK:   return
func.func @one_row(%x: tensor<1x10xf32>, %w: tensor<256x10xf32>, %o: tensor<1x256xf32>) -> tensor<1x256xf32> {
  %y = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<1x10xf32>, tensor<256x10xf32>) outs(%o : tensor<1x256xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x256xf32>
  return %y : tensor<1x256xf32>
}

// Already in order.
// CHECK-LABEL: func @ordered
//   CHECK-NOT:   linalg.transpose
//       CHECK:   linalg.matmul
func.func @ordered(%x: tensor<64x10xf32>, %w: tensor<10x256xf32>, %o: tensor<64x256xf32>) -> tensor<64x256xf32> {
  %y = linalg.matmul ins(%x, %w : tensor<64x10xf32>, tensor<10x256xf32>) outs(%o : tensor<64x256xf32>) -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

// Lanes along the columns of the image would be gathered: the channels of the
// result are better ones, for whose sake the filter is transposed.
// WIDE-LABEL: func @strided
//  WIDE-SAME:   %[[X:[^:]+]]: tensor<2x16x17x17xf32>, %[[W:[^:]+]]: tensor<32x16x3x3xf32>
//       WIDE:   %[[T:.+]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [1, 2, 3, 0]
//       WIDE:   linalg.generic {{.*}} ins(%[[X]], %[[T]]
// LAST-LABEL: func @strided
//   LAST-NOT:   linalg.transpose
//       LAST:   linalg.conv_2d_nchw_fchw
func.func @strided(%x: tensor<2x16x17x17xf32>, %w: tensor<32x16x3x3xf32>, %o: tensor<2x32x8x8xf32>) -> tensor<2x32x8x8xf32> {
  %y = linalg.conv_2d_nchw_fchw {strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<2x16x17x17xf32>, tensor<32x16x3x3xf32>) outs(%o : tensor<2x32x8x8xf32>) -> tensor<2x32x8x8xf32>
  return %y : tensor<2x32x8x8xf32>
}

// Of a part of a filter the whole filter is transposed, once for all of its parts.
// CHECK-LABEL: func @part(
//  CHECK-SAME:   %{{.+}}: tensor<64x10xf32>, %[[W:[^:]+]]: tensor<256x20xf32>
//       CHECK:   %[[T:.+]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [1, 0]
//       CHECK:   tensor.extract_slice %[[T]][1, 0] [10, 256] [2, 1]
func.func @part(%x: tensor<64x10xf32>, %w: tensor<256x20xf32>, %o: tensor<64x256xf32>) -> tensor<64x256xf32> {
  %p = tensor.extract_slice %w[0, 1] [256, 10] [1, 2] : tensor<256x20xf32> to tensor<256x10xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %p : tensor<64x10xf32>, tensor<256x10xf32>) outs(%o : tensor<64x256xf32>) {
  ^bb0(%a: f32, %b: f32, %r: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<64x256xf32>
  return %y : tensor<64x256xf32>
}

// What rows of tiles share of a weight, which does not change in the loop, is read along the reduction:
// 80 KiB are moved once. 16 KiB stay in the first cache, however they are read.
// WIDE-LABEL: func @frozen(
//  WIDE-SAME:   %[[W:[^:]+]]: tensor<200x100xf32>, %[[V:[^:]+]]: tensor<40x100xf32>
//       WIDE:   scf.for
//       WIDE:     %[[T:.+]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [1, 0]
//       WIDE:     linalg.generic {{.*}} ins(%[[T]], %{{.+}} : tensor<100x200xf32>, tensor<200x64xf32>)
//       WIDE:     linalg.generic {{.*}} ins(%[[V]], %{{.+}} : tensor<40x100xf32>, tensor<40x64xf32>)
func.func @frozen(%w: tensor<200x100xf32>, %v: tensor<40x100xf32>, %x: tensor<200x64xf32>, %y: tensor<40x64xf32>, %o: tensor<100x64xf32>) -> tensor<100x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r = scf.for %t = %c0 to %c9 step %c1 iter_args(%s = %o) -> (tensor<100x64xf32>) {
    %a = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
                         iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%w, %x : tensor<200x100xf32>, tensor<200x64xf32>) outs(%s : tensor<100x64xf32>) {
    ^bb0(%p: f32, %q: f32, %u: f32):
      %m = arith.mulf %p, %q : f32
      %n = arith.addf %u, %m : f32
      linalg.yield %n : f32
    } -> tensor<100x64xf32>
    %b = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
                         iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%v, %y : tensor<40x100xf32>, tensor<40x64xf32>) outs(%a : tensor<100x64xf32>) {
    ^bb0(%p: f32, %q: f32, %u: f32):
      %m = arith.mulf %p, %q : f32
      %n = arith.addf %u, %m : f32
      linalg.yield %n : f32
    } -> tensor<100x64xf32>
    scf.yield %b : tensor<100x64xf32>
  }
  return %r : tensor<100x64xf32>
}

// So it is in a loop that memory ends.
// WIDE-LABEL: func @frozen_until(
//  WIDE-SAME:   %[[W:[^:]+]]: tensor<200x100xf32>, %[[V:[^:]+]]: tensor<40x100xf32>
//       WIDE:   scf.while
//       WIDE:     %[[T:.+]] = linalg.transpose ins(%[[W]] : {{.*}} permutation = [1, 0]
//       WIDE:     linalg.generic {{.*}} ins(%[[T]], %{{.+}} : tensor<100x200xf32>, tensor<200x64xf32>)
//       WIDE:     linalg.generic {{.*}} ins(%[[V]], %{{.+}} : tensor<40x100xf32>, tensor<40x64xf32>)
func.func @frozen_until(%w: tensor<200x100xf32>, %v: tensor<40x100xf32>, %x: tensor<200x64xf32>, %y: tensor<40x64xf32>, %o: tensor<100x64xf32>) -> tensor<100x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %r:2 = scf.while (%s = %o, %t = %c0) : (tensor<100x64xf32>, index) -> (tensor<100x64xf32>, index) {
    %left = arith.cmpi ult, %t, %c9 : index
    scf.condition(%left) %s, %t : tensor<100x64xf32>, index
  } do {
  ^bb0(%s: tensor<100x64xf32>, %t: index):
    %a = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
                         iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%w, %x : tensor<200x100xf32>, tensor<200x64xf32>) outs(%s : tensor<100x64xf32>) {
    ^bb0(%p: f32, %q: f32, %u: f32):
      %m = arith.mulf %p, %q : f32
      %n = arith.addf %u, %m : f32
      linalg.yield %n : f32
    } -> tensor<100x64xf32>
    %b = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
                         iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%v, %y : tensor<40x100xf32>, tensor<40x64xf32>) outs(%a : tensor<100x64xf32>) {
    ^bb0(%p: f32, %q: f32, %u: f32):
      %m = arith.mulf %p, %q : f32
      %n = arith.addf %u, %m : f32
      linalg.yield %n : f32
    } -> tensor<100x64xf32>
    %jj = arith.addi %t, %c1 : index
    scf.yield %b, %jj : tensor<100x64xf32>, index
  }
  return %r#0 : tensor<100x64xf32>
}
