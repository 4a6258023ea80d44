// Calls of compiled functions: results, updates in place, refusals.

// RUN: pc-jit-test %s --entry=step --arg=1,2,3,4 --arg=0.1,0.2,0.3,0.4 | FileCheck %s --check-prefix=STEP
// RUN: pc-jit-test %s --entry=step --arg=1,2,3,4 --arg=0.1,0.2,0.3,0.4 --calls=2 | FileCheck %s --check-prefix=TWICE
// The numbers are those of tanh(x w) and w + tanh(x w) in f64, rounded to six digits.
// STEP: result 0: 4xf32 = 0.09966{{.*}} 0.37994{{.*}} 0.71629{{.*}} 0.92166
// STEP: argument 1: 4xf32 = 0.19966{{.*}} 0.57994{{.*}} 1.01629{{.*}} 1.32166
// STEP: result 2: f32 = 2.1175
// TWICE: allocations after the first call: 0
// TWICE: argument 1: 4xf32 = 0.39672{{.*}} 1.40095{{.*}} 2.01181{{.*}} 2.32161
func.func @step(%x: tensor<4xf32> {pc.name = "x"}, %w: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32> {pc.updates = 1 : i64}, tensor<f32>) {
  %m = arith.mulf %x, %w : tensor<4xf32>
  %y = math.tanh %m : tensor<4xf32>
  %n = arith.addf %w, %y : tensor<4xf32>
  %z = arith.constant dense<0.0> : tensor<f32>
  %s = linalg.reduce { arith.addf } ins(%y : tensor<4xf32>) outs(%z : tensor<f32>) dimensions = [0]
  return %y, %n, %s : tensor<4xf32>, tensor<4xf32>, tensor<f32>
}

// RUN: pc-jit-test %s --entry=exchange --arg=1,2 --arg=3,4 | FileCheck %s --check-prefix=EXCHANGE
// EXCHANGE: argument 1: 2xf64 = 1 2
// EXCHANGE: argument 0: 2xf64 = 3 4
func.func @exchange(%a: tensor<2xf64>, %b: tensor<2xf64>)
    -> (tensor<2xf64> {pc.updates = 1 : i64}, tensor<2xf64> {pc.updates = 0 : i64}) {
  return %a, %b : tensor<2xf64>, tensor<2xf64>
}

// The old value is read after the new one is made.
// RUN: pc-jit-test %s --entry=keep_old --arg=1,2 | FileCheck %s --check-prefix=OLD
// OLD: argument 0: 2xf64 = 2 4
// OLD: result 1: 2xf64 = 3 6
func.func @keep_old(%a: tensor<2xf64>)
    -> (tensor<2xf64> {pc.updates = 0 : i64}, tensor<2xf64>) {
  %n = arith.addf %a, %a : tensor<2xf64>
  %o = arith.addf %a, %n : tensor<2xf64>
  return %n, %o : tensor<2xf64>, tensor<2xf64>
}

// Booleans take a byte each on both sides.
// RUN: pc-jit-test %s --entry=booleans --arg=1,0,0,1,1 --arg=1,1,0,0,1 | FileCheck %s --check-prefix=BOOL
// BOOL: result 0: 5xbool = 1 0 0 0 1
func.func @booleans(%a: tensor<5xi1>, %b: tensor<5xi1>) -> tensor<5xi1> {
  %c = arith.andi %a, %b : tensor<5xi1>
  return %c : tensor<5xi1>
}

// A loop carries two tensors that change places: x' = y, y' = x + y.
// RUN: pc-jit-test %s --entry=fibonacci --arg=0,1 --arg=1,1 | FileCheck %s --check-prefix=FIB
// FIB: result 0: 2xi64 = 55 89
// FIB: result 1: 2xi64 = 89 144
func.func @fibonacci(%a: tensor<2xi64>, %b: tensor<2xi64>) -> (tensor<2xi64>, tensor<2xi64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %r:2 = scf.for %i = %c0 to %c10 step %c1 iter_args(%x = %a, %y = %b)
      -> (tensor<2xi64>, tensor<2xi64>) {
    %s = arith.addi %x, %y : tensor<2xi64>
    scf.yield %y, %s : tensor<2xi64>, tensor<2xi64>
  }
  return %r#0, %r#1 : tensor<2xi64>, tensor<2xi64>
}

// RUN: not pc-jit-test %s --entry=step --shape=2x3 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: expected argument 0 'x' to be 4xf32, but got 2x3xf32
// RUN: not pc-jit-test %s --entry=nowhere 2>&1 | FileCheck %s --check-prefix=NOWHERE
// NOWHERE: error: expected a function 'nowhere' with a body in the module

// Tensors without elements, wherever the zero is, and without dimensions.
// RUN: pc-jit-test %s --entry=tiny --arg=3 | FileCheck %s --check-prefix=TINY
// TINY: result 0: f64 = 9
// TINY: result 1: 0x4xf32 =
// TINY: result 2: 3x0xf32 =
// TINY: argument 2: 3x0xf32 =
func.func @tiny(%a: tensor<f64>, %b: tensor<0x4xf32>, %c: tensor<3x0xf32>)
    -> (tensor<f64>, tensor<0x4xf32>, tensor<3x0xf32>, tensor<3x0xf32> {pc.updates = 2 : i64}) {
  %y = arith.mulf %a, %a : tensor<f64>
  %z = arith.mulf %b, %b : tensor<0x4xf32>
  %w = arith.mulf %c, %c : tensor<3x0xf32>
  return %y, %z, %w, %w : tensor<f64>, tensor<0x4xf32>, tensor<3x0xf32>, tensor<3x0xf32>
}

// RUN: pc-jit-test %s --entry=join --arg=1,2,3 | FileCheck %s --check-prefix=JOIN
// JOIN: result 0: 2x3xf32 = 1 2 3 3 3 3
func.func @join(%a: tensor<2x3xf32>, %b: tensor<2x0xf32>) -> tensor<2x3xf32> {
  %c = arith.addf %b, %b : tensor<2x0xf32>
  %y = tensor.concat dim(1) %a, %c : (tensor<2x3xf32>, tensor<2x0xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
