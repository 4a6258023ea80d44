// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-block-batch{l2-bytes=8192},canonicalize))' -split-input-file | FileCheck %s
// RUN: pc-opt %s -pass-pipeline='builtin.module(func.func(pc-cpu-block-batch{l2-bytes=1048576},canonicalize))' -split-input-file | FileCheck %s --check-prefix=LARGE

#sample = affine_map<(n, i) -> (n, i)>
#input = affine_map<(n, o, i) -> (n, i)>
#weight = affine_map<(n, o, i) -> (i, o)>
#output = affine_map<(n, o, i) -> (n, o)>

// A state, what is frozen, a product and a sum take 256 bytes a sample, 6144 for all, the
// weight 1024: twelve samples at a time fit three quarters of the cache.
// CHECK-LABEL: func @relax
//  CHECK-SAME:   (%[[START:.+]]: tensor<24x16xf32>, %[[FROZEN:.+]]: tensor<24x16xf32>, %[[WEIGHT:.+]]: tensor<16x16xf32>)
//       CHECK:   %[[ALL:.+]] = tensor.empty() : tensor<24x16xf32>
//       CHECK:   %[[DONE:.+]] = scf.for %[[SAMPLE:.+]] = %c0 to %c24 step %c12 iter_args(%[[BEFORE:.+]] = %[[ALL]])
//       CHECK:     %[[STATE:.+]] = tensor.extract_slice %[[START]][%[[SAMPLE]], 0] [12, 16] [1, 1]
//       CHECK:     %[[ADDED:.+]] = tensor.extract_slice %[[FROZEN]][%[[SAMPLE]], 0] [12, 16] [1, 1]
//       CHECK:     %[[PART:.+]] = scf.for %{{.+}} = %c0 to %c10 step %c1 iter_args(%[[X:.+]] = %[[STATE]]) -> (tensor<12x16xf32>)
//       CHECK:       linalg.generic {{.*}} ins(%[[X]], %[[WEIGHT]] : tensor<12x16xf32>, tensor<16x16xf32>)
//       CHECK:       linalg.generic {{.*}} ins(%{{.+}}, %[[ADDED]] : tensor<12x16xf32>, tensor<12x16xf32>)
//       CHECK:     %[[NEXT:.+]] = tensor.insert_slice %[[PART]] into %[[BEFORE]][%[[SAMPLE]], 0] [12, 16] [1, 1]
//       CHECK:     scf.yield %[[NEXT]]
//       CHECK:   return %[[DONE]]
// LARGE-LABEL: func @relax
// LARGE: scf.for
//   LARGE-NOT: scf.for
//       LARGE: return
func.func @relax(%start: tensor<24x16xf32>, %frozen: tensor<24x16xf32>, %w: tensor<16x16xf32>) -> tensor<24x16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<24x16xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<24x16xf32>) -> tensor<24x16xf32>
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%x = %start) -> (tensor<24x16xf32>) {
    %p = linalg.generic {indexing_maps = [#input, #weight, #output], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %w : tensor<24x16xf32>, tensor<16x16xf32>) outs(%zeros : tensor<24x16xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %m = arith.mulf %a, %b : f32
      %u = arith.addf %s, %m : f32
      linalg.yield %u : f32
    } -> tensor<24x16xf32>
    %q = linalg.generic {indexing_maps = [#sample, #sample, #sample], iterator_types = ["parallel", "parallel"]}
        ins(%p, %frozen : tensor<24x16xf32>, tensor<24x16xf32>) outs(%e : tensor<24x16xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %u = arith.addf %a, %b : f32
      linalg.yield %u : f32
    } -> tensor<24x16xf32>
    scf.yield %q : tensor<24x16xf32>
  }
  return %r : tensor<24x16xf32>
}

// -----

// A mean over the batch mixes samples; so do a tensor of other samples, read transposed, and
// their numbers. Few iterations do not pay.
// CHECK-LABEL: func @mean
//       CHECK:   scf.for
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @gram
//       CHECK:   scf.for
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @number
//       CHECK:   scf.for
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @few
//       CHECK:   scf.for
//   CHECK-NOT:   scf.for
// CHECK-LABEL: func @enough
// CHECK-COUNT-2: scf.for
#whole = affine_map<(n, i) -> (n, i)>
#feature = affine_map<(n, i) -> (i)>
#a = affine_map<(n, m, i) -> (n, i)>
#b = affine_map<(n, m, i) -> (m, i)>
#c = affine_map<(n, m, i) -> (n, m)>
func.func @mean(%start: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %mean = linalg.generic {indexing_maps = [#whole, #feature], iterator_types = ["reduction", "parallel"]}
        ins(%x : tensor<64x64xf32>) outs(%zeros : tensor<64xf32>) {
    ^bb0(%a: f32, %s: f32):
      %u = arith.addf %s, %a : f32
      linalg.yield %u : f32
    } -> tensor<64xf32>
    %y = linalg.generic {indexing_maps = [#feature, #whole], iterator_types = ["parallel", "parallel"]}
        ins(%mean : tensor<64xf32>) outs(%x : tensor<64x64xf32>) {
    ^bb0(%a: f32, %s: f32):
      %u = arith.subf %s, %a : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
func.func @gram(%start: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %zeros = linalg.fill ins(%z : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %y = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %x : tensor<64x64xf32>, tensor<64x64xf32>) outs(%zeros : tensor<64x64xf32>) {
    ^bb0(%a: f32, %b: f32, %s: f32):
      %m = arith.mulf %a, %b : f32
      %u = arith.addf %s, %m : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
func.func @number(%start: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %r = scf.for %t = %c0 to %c10 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %y = linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<64x64xf32>) {
    ^bb0(%s: f32):
      %n = linalg.index 0 : index
      %i = arith.index_cast %n : index to i32
      %f = arith.sitofp %i : i32 to f32
      %u = arith.addf %s, %f : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
func.func @few(%start: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %y = linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<64x64xf32>) {
    ^bb0(%s: f32):
      %u = arith.addf %s, %s : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
func.func @enough(%start: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %r = scf.for %t = %c0 to %c8 step %c1 iter_args(%x = %start) -> (tensor<64x64xf32>) {
    %y = linalg.generic {indexing_maps = [#whole], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<64x64xf32>) {
    ^bb0(%s: f32):
      %u = arith.addf %s, %s : f32
      linalg.yield %u : f32
    } -> tensor<64x64xf32>
    scf.yield %y : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}
