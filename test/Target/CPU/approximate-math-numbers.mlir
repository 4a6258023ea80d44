// The largest error of each approximated function in units in the last place of the
// exact f32 result, over a million arguments, against the f64 C library.

// RUN: pc-jit-test %s --entry=exp | FileCheck %s
func.func @exp() -> tensor<f64> {
  %e = tensor.empty() : tensor<1048576xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%e : tensor<1048576xf32>) {
  ^bb0(%c: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %step = arith.constant 1.668930054e-04 : f32
    %low = arith.constant -8.700000e+01 : f32
    %m = arith.mulf %f, %step : f32
    %v = arith.addf %m, %low : f32
    linalg.yield %v : f32
  } -> tensor<1048576xf32>
  %y = math.exp %x : tensor<1048576xf32>
  %ulps = call @ulps_exp(%x, %y) : (tensor<1048576xf32>, tensor<1048576xf32>) -> tensor<f64>
  return %ulps : tensor<f64>
}
func.func private @ulps_exp(%x: tensor<1048576xf32>, %y: tensor<1048576xf32>) -> tensor<f64> {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %r = linalg.generic {indexing_maps = [affine_map<(i)->(i)>, affine_map<(i)->(i)>, affine_map<(i)->()>], iterator_types = ["reduction"]}
      ins(%x, %y : tensor<1048576xf32>, tensor<1048576xf32>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f32, %b: f32, %worst: f64):
    %wide = arith.extf %a : f32 to f64
    %exact = math.exp %wide : f64
    %got = arith.extf %b : f32 to f64
    %d = arith.subf %got, %exact : f64
    %ad = math.absf %d : f64
    // One unit of the f32 nearest to the exact value: the next float less it.
    %near = arith.truncf %exact : f64 to f32
    %size = math.absf %near : f32
    %bits = arith.bitcast %size : f32 to i32
    %one = arith.constant 1 : i32
    %up = arith.addi %bits, %one : i32
    %next = arith.bitcast %up : i32 to f32
    %unit = arith.subf %next, %size : f32
    %ulp = arith.extf %unit : f32 to f64
    %q = arith.divf %ad, %ulp : f64
    %max = arith.maximumf %worst, %q : f64
    linalg.yield %max : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// RUN: pc-jit-test %s --entry=log | FileCheck %s
func.func @log() -> tensor<f64> {
  %e = tensor.empty() : tensor<1048576xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%e : tensor<1048576xf32>) {
  ^bb0(%c: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %step = arith.constant 4.768371487e-05 : f32
    %low = arith.constant 1.000000e-06 : f32
    %m = arith.mulf %f, %step : f32
    %v = arith.addf %m, %low : f32
    linalg.yield %v : f32
  } -> tensor<1048576xf32>
  %y = math.log %x : tensor<1048576xf32>
  %ulps = call @ulps_log(%x, %y) : (tensor<1048576xf32>, tensor<1048576xf32>) -> tensor<f64>
  return %ulps : tensor<f64>
}
func.func private @ulps_log(%x: tensor<1048576xf32>, %y: tensor<1048576xf32>) -> tensor<f64> {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %r = linalg.generic {indexing_maps = [affine_map<(i)->(i)>, affine_map<(i)->(i)>, affine_map<(i)->()>], iterator_types = ["reduction"]}
      ins(%x, %y : tensor<1048576xf32>, tensor<1048576xf32>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f32, %b: f32, %worst: f64):
    %wide = arith.extf %a : f32 to f64
    %exact = math.log %wide : f64
    %got = arith.extf %b : f32 to f64
    %d = arith.subf %got, %exact : f64
    %ad = math.absf %d : f64
    // One unit of the f32 nearest to the exact value: the next float less it.
    %near = arith.truncf %exact : f64 to f32
    %size = math.absf %near : f32
    %bits = arith.bitcast %size : f32 to i32
    %one = arith.constant 1 : i32
    %up = arith.addi %bits, %one : i32
    %next = arith.bitcast %up : i32 to f32
    %unit = arith.subf %next, %size : f32
    %ulp = arith.extf %unit : f32 to f64
    %q = arith.divf %ad, %ulp : f64
    %max = arith.maximumf %worst, %q : f64
    linalg.yield %max : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// RUN: pc-jit-test %s --entry=tanh | FileCheck %s
func.func @tanh() -> tensor<f64> {
  %e = tensor.empty() : tensor<1048576xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%e : tensor<1048576xf32>) {
  ^bb0(%c: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %step = arith.constant 1.907348633e-05 : f32
    %low = arith.constant -1.000000e+01 : f32
    %m = arith.mulf %f, %step : f32
    %v = arith.addf %m, %low : f32
    linalg.yield %v : f32
  } -> tensor<1048576xf32>
  %y = math.tanh %x : tensor<1048576xf32>
  %ulps = call @ulps_tanh(%x, %y) : (tensor<1048576xf32>, tensor<1048576xf32>) -> tensor<f64>
  return %ulps : tensor<f64>
}
func.func private @ulps_tanh(%x: tensor<1048576xf32>, %y: tensor<1048576xf32>) -> tensor<f64> {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %r = linalg.generic {indexing_maps = [affine_map<(i)->(i)>, affine_map<(i)->(i)>, affine_map<(i)->()>], iterator_types = ["reduction"]}
      ins(%x, %y : tensor<1048576xf32>, tensor<1048576xf32>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f32, %b: f32, %worst: f64):
    %wide = arith.extf %a : f32 to f64
    %exact = math.tanh %wide : f64
    %got = arith.extf %b : f32 to f64
    %d = arith.subf %got, %exact : f64
    %ad = math.absf %d : f64
    // One unit of the f32 nearest to the exact value: the next float less it.
    %near = arith.truncf %exact : f64 to f32
    %size = math.absf %near : f32
    %bits = arith.bitcast %size : f32 to i32
    %one = arith.constant 1 : i32
    %up = arith.addi %bits, %one : i32
    %next = arith.bitcast %up : i32 to f32
    %unit = arith.subf %next, %size : f32
    %ulp = arith.extf %unit : f32 to f64
    %q = arith.divf %ad, %ulp : f64
    %max = arith.maximumf %worst, %q : f64
    linalg.yield %max : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// RUN: pc-jit-test %s --entry=erf | FileCheck %s
func.func @erf() -> tensor<f64> {
  %e = tensor.empty() : tensor<1048576xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%e : tensor<1048576xf32>) {
  ^bb0(%c: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %step = arith.constant 8.583068848e-06 : f32
    %low = arith.constant -4.500000e+00 : f32
    %m = arith.mulf %f, %step : f32
    %v = arith.addf %m, %low : f32
    linalg.yield %v : f32
  } -> tensor<1048576xf32>
  %y = math.erf %x : tensor<1048576xf32>
  %ulps = call @ulps_erf(%x, %y) : (tensor<1048576xf32>, tensor<1048576xf32>) -> tensor<f64>
  return %ulps : tensor<f64>
}
func.func private @ulps_erf(%x: tensor<1048576xf32>, %y: tensor<1048576xf32>) -> tensor<f64> {
  %zero = arith.constant dense<0.0> : tensor<f64>
  %r = linalg.generic {indexing_maps = [affine_map<(i)->(i)>, affine_map<(i)->(i)>, affine_map<(i)->()>], iterator_types = ["reduction"]}
      ins(%x, %y : tensor<1048576xf32>, tensor<1048576xf32>) outs(%zero : tensor<f64>) {
  ^bb0(%a: f32, %b: f32, %worst: f64):
    %wide = arith.extf %a : f32 to f64
    %exact = math.erf %wide : f64
    %got = arith.extf %b : f32 to f64
    %d = arith.subf %got, %exact : f64
    %ad = math.absf %d : f64
    // One unit of the f32 nearest to the exact value: the next float less it.
    %near = arith.truncf %exact : f64 to f32
    %size = math.absf %near : f32
    %bits = arith.bitcast %size : f32 to i32
    %one = arith.constant 1 : i32
    %up = arith.addi %bits, %one : i32
    %next = arith.bitcast %up : i32 to f32
    %unit = arith.subf %next, %size : f32
    %ulp = arith.extf %unit : f32 to f64
    %q = arith.divf %ad, %ulp : f64
    %max = arith.maximumf %worst, %q : f64
    linalg.yield %max : f64
  } -> tensor<f64>
  return %r : tensor<f64>
}

// More than rounding once (0.5: the polynomial is really there), and below 4.
// CHECK: result 0: f64 = {{(0\.[5-9]|[1-3]\.)}}

// What is special: zeros keep their sign, infinities saturate, NaN stays NaN.
// RUN: pc-jit-test %s --entry=special --arg=0,-0.0,inf,-inf,nan,1e-30,-200,200 | FileCheck %s --check-prefix=SPECIAL
// SPECIAL: result 0: 8xf32 = 1 1 inf 0 nan 1 0 inf
// SPECIAL: result 1: 8xf32 = 0 -0 1 -1 nan 1e-30 -1 1
// SPECIAL: result 2: 8xf32 = 0 -0 1 -1 nan 1.12837{{[0-9]+}}e-30 -1 1
// SPECIAL: result 3: 8xf32 = -inf -inf inf {{-?}}nan {{-?}}nan -69.0775{{[0-9]+}} {{-?}}nan 5.2983{{[0-9]+}}
func.func @special(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %a = math.exp %x : tensor<8xf32>
  %b = math.tanh %x : tensor<8xf32>
  %c = math.erf %x : tensor<8xf32>
  %d = math.log %x : tensor<8xf32>
  return %a, %b, %c, %d : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}
