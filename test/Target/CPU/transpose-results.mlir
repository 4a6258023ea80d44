// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-transpose-results{vector-bits=512}))' | FileCheck %s

// The gradient of a filter: three columns are no vector, the 32 output channels
// are. The filled tensor that it starts from is filled anew.
//       CHECK: #[[$MOVED:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d1, d2, d3, d0)>
// CHECK-LABEL: func @filter_gradient(
//       CHECK:   %[[START:.+]] = linalg.fill {{.*}} outs(%{{.+}} : tensor<16x3x3x32xf32>)
//       CHECK:   %[[SUM:.+]] = linalg.generic {indexing_maps = [{{.*}}, #[[$MOVED]]]{{.*}} outs(%[[START]] :
//       CHECK:   %[[BACK:.+]] = linalg.transpose ins(%[[SUM]] : tensor<16x3x3x32xf32>) outs(%{{.+}} : tensor<32x16x3x3xf32>) permutation = [3, 0, 1, 2]
//       CHECK:   return %[[BACK]]
func.func @filter_gradient(%x: tensor<8x16x12x12xf32>, %d: tensor<8x32x10x10xf32>) -> tensor<32x16x3x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x16x3x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<32x16x3x3xf32>) -> tensor<32x16x3x3xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(f, c, k, l, n, h, w) -> (n, c, h + k, w + l)>,
                                        affine_map<(f, c, k, l, n, h, w) -> (n, f, h, w)>,
                                        affine_map<(f, c, k, l, n, h, w) -> (f, c, k, l)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %d : tensor<8x16x12x12xf32>, tensor<8x32x10x10xf32>) outs(%z : tensor<32x16x3x3xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<32x16x3x3xf32>
  return %w : tensor<32x16x3x3xf32>
}

// Six channels are no vector, but a row of the images is: lanes run along the
// reduction instead.
// CHECK-LABEL: func @filter_folded(
//   CHECK-NOT:   linalg.transpose
//       CHECK:   return
func.func @filter_folded(%x: tensor<8x16x18x18xf32>, %d: tensor<8x6x16x16xf32>) -> tensor<6x16x3x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x16x3x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<6x16x3x3xf32>) -> tensor<6x16x3x3xf32>
  %w = linalg.generic {indexing_maps = [affine_map<(f, c, k, l, n, h, w) -> (n, c, h + k, w + l)>,
                                        affine_map<(f, c, k, l, n, h, w) -> (n, f, h, w)>,
                                        affine_map<(f, c, k, l, n, h, w) -> (f, c, k, l)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %d : tensor<8x16x18x18xf32>, tensor<8x6x16x16xf32>) outs(%z : tensor<6x16x3x3xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<6x16x3x3xf32>
  return %w : tensor<6x16x3x3xf32>
}

// A named op, with an initial value that has to be moved too.
// CHECK-LABEL: func @named(
//       CHECK:   %[[START:.+]] = linalg.transpose ins(%{{.+}} : tensor<2x32x9x4xf32>) outs(%{{.+}} : tensor<2x9x4x32xf32>)
//       CHECK:   %[[Y:.+]] = linalg.generic {{.*}} outs(%[[START]] : tensor<2x9x4x32xf32>)
//       CHECK:   linalg.transpose ins(%[[Y]] : tensor<2x9x4x32xf32>)
func.func @named(%x: tensor<2x5x11x6xf32>, %w: tensor<32x5x3x3xf32>, %c: tensor<2x32x9x4xf32>) -> tensor<2x32x9x4xf32> {
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %w : tensor<2x5x11x6xf32>, tensor<32x5x3x3xf32>) outs(%c : tensor<2x32x9x4xf32>) -> tensor<2x32x9x4xf32>
  return %y : tensor<2x32x9x4xf32>
}

// Lanes enough; no reuse; windows cannot be loaded along channels.
// CHECK-LABEL: func @same(
//   CHECK-NOT:   linalg.transpose
//       CHECK:   return
func.func @same(%a: tensor<64x100xf32>, %b: tensor<100x10xf32>, %c: tensor<64x10xf32>, %v: tensor<100x3xf32>, %o: tensor<64x3xf32>,
                %x: tensor<1x16x6x5xf32>, %k: tensor<3x2xf32>, %p: tensor<1x16x4x4xf32>)
    -> (tensor<64x10xf32>, tensor<64x3xf32>, tensor<1x16x4x4xf32>) {
  %y = linalg.matmul ins(%a, %b : tensor<64x100xf32>, tensor<100x10xf32>) outs(%c : tensor<64x10xf32>) -> tensor<64x10xf32>
  %z = linalg.matmul ins(%a, %v : tensor<64x100xf32>, tensor<100x3xf32>) outs(%o : tensor<64x3xf32>) -> tensor<64x3xf32>
  %q = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %k : tensor<1x16x6x5xf32>, tensor<3x2xf32>) outs(%p : tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
  return %y, %z, %q : tensor<64x10xf32>, tensor<64x3xf32>, tensor<1x16x4x4xf32>
}
