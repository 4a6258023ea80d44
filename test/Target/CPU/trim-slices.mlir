// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-trim-slices))' | FileCheck %s

// The gradient of a padded image: what the padding gets is cut off, so one column of
// zeros around the cotangent is enough.
// CHECK-LABEL: func @image
//  CHECK-SAME:   %[[D:[^:]+]]: tensor<2x4x8x8xf32>, %[[W:[^:]+]]: tensor<4x3x3x3xf32>
//   CHECK-NOT:   tensor<2x4x12x12xf32>
//       CHECK:   %[[P:.+]] = tensor.insert_slice %[[D]] into %{{.+}}[0, 0, 1, 1] [2, 4, 8, 8] [1, 1, 1, 1] : tensor<2x4x8x8xf32> into tensor<2x4x10x10xf32>
//       CHECK:   %[[R:.+]] = linalg.generic {{.*}} ins(%[[P]], %[[W]] : {{.*}} outs(%{{.+}} : tensor<2x3x8x8xf32>)
//       CHECK:   return %[[R]]
func.func @image(%d: tensor<2x4x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<2x3x8x8xf32> {
  %z = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<2x4x12x8xf32>
  %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<2x4x12x8xf32>) -> tensor<2x4x12x8xf32>
  %i0 = tensor.insert_slice %d into %f0[0, 0, 2, 0] [2, 4, 8, 8] [1, 1, 1, 1] : tensor<2x4x8x8xf32> into tensor<2x4x12x8xf32>
  %e1 = tensor.empty() : tensor<2x4x12x12xf32>
  %f1 = linalg.fill ins(%z : f32) outs(%e1 : tensor<2x4x12x12xf32>) -> tensor<2x4x12x12xf32>
  %i1 = tensor.insert_slice %i0 into %f1[0, 0, 0, 2] [2, 4, 12, 8] [1, 1, 1, 1] : tensor<2x4x12x8xf32> into tensor<2x4x12x12xf32>
  %e2 = tensor.empty() : tensor<2x3x10x10xf32>
  %f2 = linalg.fill ins(%z : f32) outs(%e2 : tensor<2x3x10x10xf32>) -> tensor<2x3x10x10xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n,c,h,w,f,p,q)->(n,f,h+p,w+q)>, affine_map<(n,c,h,w,f,p,q)->(f,c,p,q)>, affine_map<(n,c,h,w,f,p,q)->(n,c,h,w)>],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%i1, %w : tensor<2x4x12x12xf32>, tensor<4x3x3x3xf32>) outs(%f2 : tensor<2x3x10x10xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x3x10x10xf32>
  %x = tensor.extract_slice %y[0, 0, 1, 1] [2, 3, 8, 8] [1, 1, 1, 1] : tensor<2x3x10x10xf32> to tensor<2x3x8x8xf32>
  return %x : tensor<2x3x8x8xf32>
}

// Elements at 3, 5, 7 and 9 of 12, of which 4 to 8 are used: the second and third.
// CHECK-LABEL: func @strided
//  CHECK-SAME:   %[[X:[^:]+]]: tensor<4xf32>
//       CHECK:   %[[S:.+]] = tensor.extract_slice %[[X]][1] [2] [1]
//       CHECK:   tensor.insert_slice %[[S]] into %{{.+}}[1] [2] [2] : tensor<2xf32> into tensor<5xf32>
func.func @strided(%x: tensor<4xf32>) -> tensor<5xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<12xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<12xf32>) -> tensor<12xf32>
  %i = tensor.insert_slice %x into %f[3] [4] [2] : tensor<4xf32> into tensor<12xf32>
  %s = tensor.extract_slice %i[4] [5] [1] : tensor<12xf32> to tensor<5xf32>
  return %s : tensor<5xf32>
}

// Borders of different values stay two.
// CHECK-LABEL: func @two_values
// CHECK-COUNT-2: tensor.insert_slice
func.func @two_values(%x: tensor<4xf32>) -> tensor<8xf32> {
  %z = arith.constant 0.0 : f32
  %o = arith.constant 1.0 : f32
  %e0 = tensor.empty() : tensor<6xf32>
  %f0 = linalg.fill ins(%z : f32) outs(%e0 : tensor<6xf32>) -> tensor<6xf32>
  %i0 = tensor.insert_slice %x into %f0[1] [4] [1] : tensor<4xf32> into tensor<6xf32>
  %e1 = tensor.empty() : tensor<8xf32>
  %f1 = linalg.fill ins(%o : f32) outs(%e1 : tensor<8xf32>) -> tensor<8xf32>
  %i1 = tensor.insert_slice %i0 into %f1[1] [6] [1] : tensor<6xf32> into tensor<8xf32>
  return %i1 : tensor<8xf32>
}

// The whole result is used elsewhere, so that its slice is no work of its own.
// CHECK-LABEL: func @used
//       CHECK:   linalg.matmul {{.*}} -> tensor<8x8xf32>
//       CHECK:   tensor.extract_slice
func.func @used(%a: tensor<8x8xf32>, %o: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<4x4xf32>) {
  %y = linalg.matmul ins(%a, %a : tensor<8x8xf32>, tensor<8x8xf32>) outs(%o : tensor<8x8xf32>) -> tensor<8x8xf32>
  %s = tensor.extract_slice %y[2, 2] [4, 4] [1, 1] : tensor<8x8xf32> to tensor<4x4xf32>
  return %y, %s : tensor<8x8xf32>, tensor<4x4xf32>
}

// The body asks for its place, which in the slice would be another one.
// CHECK-LABEL: func @place
//       CHECK:   linalg.index 1
//       CHECK:   -> tensor<4x6xf32>
//       CHECK:   tensor.extract_slice {{.*}}[0, 3] [4, 2] [1, 1]
func.func @place(%g: tensor<f32>, %at: tensor<index>) -> tensor<4x2xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j)->()>, affine_map<(i, j)->()>, affine_map<(i, j)->(i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%g, %at : tensor<f32>, tensor<index>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: index, %o: f32):
    %j = linalg.index 1 : index
    %is = arith.cmpi eq, %j, %b : index
    %r = arith.select %is, %a, %z : f32
    linalg.yield %r : f32
  } -> tensor<4x6xf32>
  %s = tensor.extract_slice %y[0, 3] [4, 2] [1, 1] : tensor<4x6xf32> to tensor<4x2xf32>
  return %s : tensor<4x2xf32>
}
