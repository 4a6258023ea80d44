// Every way through the vectoriser against numbers computed by NumPy. All values
// are small integers, so that no order of summation can change them. The sizes
// leave remainders in every tiled loop.

// Other machines have shorter vectors, fewer registers and no multiply-add.
// RUN: pc-jit-test %s --entry=nn --arg=mod:5 --arg=mod:4 | FileCheck %s --check-prefix=NN
// RUN: pc-jit-test %s --entry=nn --arg=mod:5 --arg=mod:4 --cpu=x86-64-v3 | FileCheck %s --check-prefix=NN
// RUN: pc-jit-test %s --entry=nn --arg=mod:5 --arg=mod:4 --cpu=x86-64 | FileCheck %s --check-prefix=NN
// NN: (sum 1404271)
func.func @nn(%a: tensor<13x9xf32>, %b: tensor<9x83xf32>) -> tensor<13x83xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<13x83xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<13x83xf32>) -> tensor<13x83xf32>
  %y = linalg.matmul ins(%a, %b : tensor<13x9xf32>, tensor<9x83xf32>) outs(%f : tensor<13x83xf32>) -> tensor<13x83xf32>
  return %y : tensor<13x83xf32>
}

// RUN: pc-jit-test %s --entry=tn --arg=mod:5 --arg=mod:4 | FileCheck %s --check-prefix=TN
// TN: (sum 1404211)
func.func @tn(%a: tensor<9x13xf64>, %b: tensor<9x83xf64>) -> tensor<13x83xf64> {
  %z = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<13x83xf64>
  %f = linalg.fill ins(%z : f64) outs(%e : tensor<13x83xf64>) -> tensor<13x83xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(i,j,k)->(k,i)>, affine_map<(i,j,k)->(k,j)>, affine_map<(i,j,k)->(i,j)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<9x13xf64>, tensor<9x83xf64>) outs(%f : tensor<13x83xf64>) {
  ^bb0(%p: f64, %q: f64, %c: f64):
    %m = arith.mulf %p, %q : f64
    %s = arith.addf %c, %m : f64
    linalg.yield %s : f64
  } -> tensor<13x83xf64>
  return %y : tensor<13x83xf64>
}

// RUN: pc-jit-test %s --entry=nt --arg=mod:5 --arg=mod:4 | FileCheck %s --check-prefix=NT
// NT: (sum 1403165)
func.func @nt(%a: tensor<13x9xf32>, %b: tensor<83x9xf32>) -> tensor<13x83xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<13x83xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<13x83xf32>) -> tensor<13x83xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i,j,k)->(i,k)>, affine_map<(i,j,k)->(j,k)>, affine_map<(i,j,k)->(i,j)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<13x9xf32>, tensor<83x9xf32>) outs(%f : tensor<13x83xf32>) {
  ^bb0(%p: f32, %q: f32, %c: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<13x83xf32>
  return %y : tensor<13x83xf32>
}

// Starts from what the output holds.
// RUN: pc-jit-test %s --entry=accumulate --arg=mod:5 --arg=mod:4 --arg=mod:3 | FileCheck %s --check-prefix=ACC
// ACC: (sum 1456563)
func.func @accumulate(%a: tensor<13x9xf32>, %b: tensor<9x83xf32>, %c: tensor<13x83xf32>) -> (tensor<13x83xf32> {pc.updates = 2 : i64}) {
  %y = linalg.matmul ins(%a, %b : tensor<13x9xf32>, tensor<9x83xf32>) outs(%c : tensor<13x83xf32>) -> tensor<13x83xf32>
  return %y : tensor<13x83xf32>
}

// Stride 2 gathers, dilation 1 does not.
// RUN: pc-jit-test %s --entry=conv --arg=mod:5 --arg=mod:4 | FileCheck %s --check-prefix=CONV
// CONV: (sum 5800014)
func.func @conv(%x: tensor<2x3x9x23xf32>, %w: tensor<5x3x3x3xf32>) -> tensor<2x5x7x21xf32> {
  %c = arith.constant dense<0.0> : tensor<2x5x7x21xf32>
  %y = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<2x3x9x23xf32>, tensor<5x3x3x3xf32>) outs(%c : tensor<2x5x7x21xf32>) -> tensor<2x5x7x21xf32>
  return %y : tensor<2x5x7x21xf32>
}
// RUN: pc-jit-test %s --entry=conv_strided --arg=mod:5 --arg=mod:4 --cpu=x86-64-v3 | FileCheck %s --check-prefix=STRIDED
// RUN: pc-jit-test %s --entry=conv_strided --arg=mod:5 --arg=mod:4 | FileCheck %s --check-prefix=STRIDED
// STRIDED: (sum 3252994)
func.func @conv_strided(%x: tensor<2x3x9x43xf32>, %w: tensor<5x3x3x3xf32>) -> tensor<2x5x4x21xf32> {
  %c = arith.constant dense<0.0> : tensor<2x5x4x21xf32>
  %y = linalg.conv_2d_nchw_fchw {strides = dense<2> : tensor<2xi64>} ins(%x, %w : tensor<2x3x9x43xf32>, tensor<5x3x3x3xf32>) outs(%c : tensor<2x5x4x21xf32>) -> tensor<2x5x4x21xf32>
  return %y : tensor<2x5x4x21xf32>
}

// RUN: pc-jit-test %s --entry=pool --arg=mod:11 | FileCheck %s --check-prefix=POOL
// POOL: (sum 188416)
func.func @pool(%x: tensor<2x3x8x38xf32>) -> tensor<2x3x4x19xf32> {
  %w = tensor.empty() : tensor<2x2xf32>
  %c = arith.constant dense<0xFF800000> : tensor<2x3x4x19xf32>
  %y = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>} ins(%x, %w : tensor<2x3x8x38xf32>, tensor<2x2xf32>) outs(%c : tensor<2x3x4x19xf32>) -> tensor<2x3x4x19xf32>
  return %y : tensor<2x3x4x19xf32>
}

// A bias over the channels, and sums over all but the channels.
// RUN: pc-jit-test %s --entry=bias --arg=mod:11 --arg=mod:5 | FileCheck %s --check-prefix=BIAS
// BIAS: result 0:{{.*}}(sum 621817)
// BIAS: result 1:{{.*}}(sum 27972)
// BIAS: result 2:{{.*}}(sum 14624)
func.func @bias(%x: tensor<2x3x8x38xf32>, %b: tensor<3xf32>) -> (tensor<2x3x8x38xf32>, tensor<3xf32>, tensor<2x3x8xf32>) {
  %e = tensor.empty() : tensor<2x3x8x38xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(n,c,h,w)->(n,c,h,w)>, affine_map<(n,c,h,w)->(c)>, affine_map<(n,c,h,w)->(n,c,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %b : tensor<2x3x8x38xf32>, tensor<3xf32>) outs(%e : tensor<2x3x8x38xf32>) {
  ^bb0(%p: f32, %q: f32, %c: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x3x8x38xf32>
  %z = arith.constant dense<0.0> : tensor<3xf32>
  %s = linalg.reduce { arith.addf } ins(%y : tensor<2x3x8x38xf32>) outs(%z : tensor<3xf32>) dimensions = [0, 2, 3]
  %z2 = arith.constant dense<0.0> : tensor<2x3x8xf32>
  %r = linalg.reduce { arith.maximumf } ins(%y : tensor<2x3x8x38xf32>) outs(%z2 : tensor<2x3x8xf32>) dimensions = [3]
  return %y, %s, %r : tensor<2x3x8x38xf32>, tensor<3xf32>, tensor<2x3x8xf32>
}

// One-hot: the body asks for the number of a loop.
// RUN: pc-jit-test %s --entry=one_hot --arg=mod:6 | FileCheck %s --check-prefix=HOT
// HOT: (sum -4839)
func.func @one_hot(%t: tensor<7xi64>) -> tensor<7x21xf32> {
  %e = tensor.empty() : tensor<7x21xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i,j)->(i)>, affine_map<(i,j)->(i,j)>], iterator_types = ["parallel", "parallel"]} ins(%t : tensor<7xi64>) outs(%e : tensor<7x21xf32>) {
  ^bb0(%p: i64, %c: f32):
    %j = linalg.index 1 : index
    %i = linalg.index 0 : index
    %k = arith.index_cast %j : index to i64
    %same = arith.cmpi eq, %k, %p : i64
    %one = arith.index_cast %i : index to i64
    %f = arith.sitofp %one : i64 to f32
    %zero = arith.constant -1.0 : f32
    %v = arith.select %same, %f, %zero : f32
    linalg.yield %v : f32
  } -> tensor<7x21xf32>
  return %y : tensor<7x21xf32>
}

// Transposed in registers, with what remains gathered; the bias is read once for
// all rows, and another operand lies the other way.
// RUN: pc-jit-test %s --entry=turn --arg=mod:19 --arg=mod:5 --arg=mod:8 | FileCheck %s --check-prefix=TURN
// RUN: pc-jit-test %s --entry=turn --arg=mod:19 --arg=mod:5 --arg=mod:8 --cpu=x86-64-v3 | FileCheck %s --check-prefix=TURN
// TURN: (sum 3230703)
func.func @turn(%a: tensor<45x39xf32>, %b: tensor<45xf32>, %c: tensor<39x45xf32>) -> tensor<39x45xf32> {
  %e = tensor.empty() : tensor<39x45xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i,j)->(j,i)>, affine_map<(i,j)->(j)>, affine_map<(i,j)->(i,j)>, affine_map<(i,j)->(i,j)>], iterator_types = ["parallel", "parallel"]} ins(%a, %b, %c : tensor<45x39xf32>, tensor<45xf32>, tensor<39x45xf32>) outs(%e : tensor<39x45xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    %n = arith.mulf %m, %r : f32
    linalg.yield %n : f32
  } -> tensor<39x45xf32>
  return %y : tensor<39x45xf32>
}

// A sum of everything, with a remainder, onto what the output holds; largest and
// smallest of each row.
// RUN: pc-jit-test %s --entry=folded --arg=mod:11 --arg=mod:5 | FileCheck %s --check-prefix=FOLDED
// RUN: pc-jit-test %s --entry=folded --arg=mod:11 --arg=mod:5 --cpu=x86-64-v3 | FileCheck %s --check-prefix=FOLDED
// RUN: pc-jit-test %s --entry=folded --arg=mod:11 --arg=mod:5 --cpu=x86-64 | FileCheck %s --check-prefix=FOLDED
// FOLDED: result 0:{{.*}}(sum 7380)
// FOLDED: result 1:{{.*}}(sum 280)
func.func @folded(%x: tensor<7x211xf32>, %o: tensor<f32>) -> (tensor<f32>, tensor<7xf32>) {
  %y = linalg.generic {indexing_maps = [affine_map<(i,j)->(i,j)>, affine_map<(i,j)->()>], iterator_types = ["reduction", "reduction"]} ins(%x : tensor<7x211xf32>) outs(%o : tensor<f32>) {
  ^bb0(%p: f32, %q: f32):
    %a = arith.addf %q, %p : f32
    linalg.yield %a : f32
  } -> tensor<f32>
  %z = arith.constant dense<0xFF800000> : tensor<7xf32>
  %r = linalg.reduce { arith.maximumf } ins(%x : tensor<7x211xf32>) outs(%z : tensor<7xf32>) dimensions = [1]
  return %y, %r : tensor<f32>, tensor<7xf32>
}

// A million times 0.1 in f32, 104857.6 to 1e-6 if summed in blocks; one by one it
// would be 100958.
// RUN: pc-jit-test %s --entry=accurate --arg=0.1 | FileCheck %s --check-prefix=ACCURATE
// RUN: pc-jit-test %s --entry=accurate --arg=0.1 --cpu=x86-64 | FileCheck %s --check-prefix=ACCURATE
// ACCURATE: result 0: f32 = 104857.{{5|6}}
// ACCURATE: result 1: 16xf32 = 6553.{{59|60}}
func.func @accurate(%x: tensor<65536x16xf32>) -> (tensor<f32>, tensor<16xf32>) {
  %z = arith.constant dense<0.0> : tensor<f32>
  %y = linalg.reduce { arith.addf } ins(%x : tensor<65536x16xf32>) outs(%z : tensor<f32>) dimensions = [0, 1]
  %z2 = arith.constant dense<0.0> : tensor<16xf32>
  %r = linalg.reduce { arith.addf } ins(%x : tensor<65536x16xf32>) outs(%z2 : tensor<16xf32>) dimensions = [0]
  return %y, %r : tensor<f32>, tensor<16xf32>
}
