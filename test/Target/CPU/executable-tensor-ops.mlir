// Ops on tensors that are no arithmetic: where each element goes.

// RUN: pc-jit-test %s --entry=concat --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=CONCAT
// CONCAT: result 0: 2x5xf32 = 1 0 1 1 2 1 0 0
func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x2xf32>) -> tensor<2x5xf32> {
   %y = tensor.concat dim(1) %a, %b : (tensor<2x3xf32>, tensor<2x2xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// RUN: pc-jit-test %s --entry=pad --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=PAD
// PAD: result 0: 4x5xf32 = 1.5 1.5 1.5 1.5 1.5 1.5 1 0
func.func @pad(%a: tensor<2x3xf32>) -> tensor<4x5xf32> {
   %c = arith.constant 1.5 : f32
  %y = tensor.pad %a low[1,1] high[1,1] { ^bb0(%i: index, %j: index): tensor.yield %c : f32 } : tensor<2x3xf32> to tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// RUN: pc-jit-test %s --entry=gather --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=GATHER
// GATHER: result 0: 2x1x3xf32 = 1 0 0 0 0 0
func.func @gather(%a: tensor<4x3xf32>, %i: tensor<2x1xindex>) -> tensor<2x1x3xf32> {
   %y = tensor.gather %a[%i] gather_dims([0]) : (tensor<4x3xf32>, tensor<2x1xindex>) -> tensor<2x1x3xf32>
  return %y : tensor<2x1x3xf32>
}

// RUN: pc-jit-test %s --entry=generate --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=GENERATE
// GENERATE: result 0: 4xf32 = 2 0 2 2
func.func @generate(%a: tensor<4xf32>) -> tensor<4xf32> {
   %y = tensor.generate { ^bb0(%i: index): %v = tensor.extract %a[%i] : tensor<4xf32>
  %w = arith.addf %v, %v : f32
  tensor.yield %w : f32 } : tensor<4xf32>
  return %y : tensor<4xf32>
}

// RUN: pc-jit-test %s --entry=softmax --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=SOFTMAX
// SOFTMAX: result 0: 2x3xf32 = 0.422318{{[0-9]*}} 0.155362{{[0-9]*}} 0.422318{{[0-9]*}} 0.576116{{[0-9]*}} 0.211941{{[0-9]*}} 0.211941{{[0-9]*}}
func.func @softmax(%a: tensor<2x3xf32>) -> tensor<2x3xf32> {
   %e = tensor.empty() : tensor<2x3xf32>
  %y = linalg.softmax dimension(1) ins(%a : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// RUN: pc-jit-test %s --entry=slice --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=SLICE
// SLICE: result 0: 2x3xf32 = 0 1 0 0 0 0
func.func @slice(%a: tensor<4x6xf32>) -> tensor<2x3xf32> {
   %y = tensor.extract_slice %a[0,1][2,3][2,2] : tensor<4x6xf32> to tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// RUN: pc-jit-test %s --entry=collapse_slice --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=COLLAPSE_SLICE
// COLLAPSE_SLICE: result 0: 6xf32 = 0 1 0 0 0 0
func.func @collapse_slice(%a: tensor<4x6xf32>) -> tensor<6xf32> {
   %y = tensor.extract_slice %a[0,1][2,3][2,2] : tensor<4x6xf32> to tensor<2x3xf32>
  %z = tensor.collapse_shape %y [[0,1]] : tensor<2x3xf32> into tensor<6xf32>
  return %z : tensor<6xf32>
}

// RUN: pc-jit-test %s --entry=transpose --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=TRANSPOSE
// TRANSPOSE: result 0: 3x2xf32 = 1 1 0 0 1 0
func.func @transpose(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
   %e = tensor.empty() : tensor<3x2xf32>
  %y = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1,0]
  return %y : tensor<3x2xf32>
}

// RUN: pc-jit-test %s --entry=if_ --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=IF
// IF: result 0: 2xf32 = 2 4
func.func @if_(%p: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {
   %c = tensor.extract %p[] : tensor<i1>
  %y = scf.if %c -> tensor<2xf32> { %a = arith.addf %x, %x : tensor<2xf32>
  scf.yield %a : tensor<2xf32> } else { scf.yield %x : tensor<2xf32> }
  return %y : tensor<2xf32>
}

// RUN: pc-jit-test %s --entry=while_ --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=WHILE
// WHILE: result 0: 2xf32 = 128 0
func.func @while_(%x: tensor<2xf32>) -> tensor<2xf32> {
   
  %l = arith.constant 100.0 : f32
  %c0 = arith.constant 0 : index
  %y = scf.while (%a = %x) : (tensor<2xf32>) -> tensor<2xf32> { %v = tensor.extract %a[%c0] : tensor<2xf32>
   %c = arith.cmpf olt, %v, %l : f32
   scf.condition(%c) %a : tensor<2xf32> } do { ^bb0(%b: tensor<2xf32>): %n = arith.addf %b, %b : tensor<2xf32>
   scf.yield %n : tensor<2xf32> }
  return %y : tensor<2xf32>
}

// RUN: pc-jit-test %s --entry=resource --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=RESOURCE
// RESOURCE: result 0: 2xf32 = 2 2
func.func @resource(%x: tensor<2xf32>) -> tensor<2xf32> {
   %r = arith.constant dense_resource<blob> : tensor<2xf32>
  %y = arith.addf %x, %r : tensor<2xf32>
  return %y : tensor<2xf32>
}

// RUN: pc-jit-test %s --entry=unsigned --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=UNSIGNED
// UNSIGNED: result 0: 2xu8 = 1 0
func.func @unsigned(%x: tensor<2xui8>) -> tensor<2xui8> {
   return %x : tensor<2xui8>
}

// RUN: pc-jit-test %s --entry=index_ --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=INDEX
// INDEX: result 0: 2xi64 = 2 0
func.func @index_(%x: tensor<2xindex>) -> tensor<2xindex> {
   %y = arith.addi %x, %x : tensor<2xindex>
  return %y : tensor<2xindex>
}

// RUN: pc-jit-test %s --entry=boolconst --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=BOOLCONST
// BOOLCONST: result 0: 9xbool = 0 0 0 0 0 0 1 0
func.func @boolconst(%x: tensor<9xi1>) -> tensor<9xi1> {
   %r = arith.constant dense<[1,0,1,1,0,0,1,0,1]> : tensor<9xi1>
  %y = arith.xori %x, %r : tensor<9xi1>
  return %y : tensor<9xi1>
}

// RUN: pc-jit-test %s --entry=select --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=SELECT
// SELECT: result 0: 3xf32 = 1 -2 3
func.func @select(%p: tensor<3xi1>, %x: tensor<3xf32>) -> tensor<3xf32> {
   %z = arith.negf %x : tensor<3xf32>
  %y = arith.select %p, %x, %z : tensor<3xi1>, tensor<3xf32>
  return %y : tensor<3xf32>
}

// RUN: pc-jit-test %s --entry=empty_ --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=EMPTY
// EMPTY: result 0: 0xf32 =
func.func @empty_(%x: tensor<0xf32>) -> tensor<0xf32> {
   %y = arith.addf %x, %x : tensor<0xf32>
  return %y : tensor<0xf32>
}

// RUN: pc-jit-test %s --entry=scatterins --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=SCATTERINS
// SCATTERINS: result 0: 3xf32 = 1 7 1
func.func @scatterins(%x: tensor<3xf32>, %i: tensor<index>) -> tensor<3xf32> {
   %c = arith.constant 7.0 : f32
  %j = tensor.extract %i[] : tensor<index>
  %y = tensor.insert %c into %x[%j] : tensor<3xf32>
  return %y : tensor<3xf32>
}

// RUN: pc-jit-test %s --entry=call --arg=1,0,1,1,0 --arg=1,2,3,4 | FileCheck %s --check-prefix=CALL
// CALL: result 0: 3xf32 = 2 0 2
func.func @call(%x: tensor<3xf32>) -> tensor<3xf32> {
   %y = func.call @callee(%x) : (tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32> }
func.func private @callee(%x: tensor<3xf32>) -> tensor<3xf32> { %y = arith.addf %x, %x : tensor<3xf32>
  return %y : tensor<3xf32>
}

{-# dialect_resources: { builtin: { blob: "0x040000000000803F00000040" } } #-}
