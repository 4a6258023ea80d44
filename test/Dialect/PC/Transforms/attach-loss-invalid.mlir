// RUN: split-file %s %t
// RUN: pc-opt %t/model.mlir -split-input-file -verify-diagnostics -pc-attach-loss
// RUN: pc-opt %t/name.mlir -verify-diagnostics -pc-attach-loss="loss=mse output=logit"
// RUN: pc-opt %t/number.mlir -verify-diagnostics -pc-attach-loss="loss=mse output=2"
// RUN: pc-opt %t/type.mlir -verify-diagnostics -pc-attach-loss="loss=cross-entropy output=1"
// RUN: pc-opt %t/cotangent.mlir -verify-diagnostics -pc-attach-loss="loss=cotangent output=1"
// RUN: pc-opt %t/several.mlir -verify-diagnostics -pc-attach-loss="loss=mse"
// RUN: pc-opt %t/absent.mlir -verify-diagnostics -pc-attach-loss="function=net"
// RUN: not pc-opt %t/several.mlir -pc-attach-loss="loss=hinge" 2>&1 | FileCheck %t/several.mlir

//--- model.mlir
// expected-error @below {{expected an output that is a float tensor of one element, but found none}}
func.func @model(%x: tensor<2xf32>, %n: tensor<i64>) -> (tensor<2xf32>, tensor<i64>) {
  return %x, %n : tensor<2xf32>, tensor<i64>
}

// -----

// expected-error @below {{expected one output that is a float tensor of one element, but found 2: 'a', 'result1'; output= chooses one of them}}
func.func @model(%x: tensor<1xf32>) -> (tensor<1xf32> {pc.name = "a"}, tensor<1xf32>) {
  return %x, %x : tensor<1xf32>, tensor<1xf32>
}

// -----

// expected-error @below {{expected tensors of static shape, but got 'tensor<?xf32>'}}
func.func @model(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @below {{expected tensors of static shape, but got 'f32'}}
func.func @model(%x: f32) -> f32 {
  return %x : f32
}

// -----

// expected-error @below {{expected a body of one block}}
func.func @model(%x: tensor<f32>) -> tensor<f32> {
  cf.br ^bb1
^bb1:
  return %x : tensor<f32>
}

// -----

// expected-error @below {{expected no loss yet, but result 0 is one}}
func.func @model(%x: tensor<f32>) -> (tensor<f32> {pc.role = "loss"}) {
  return %x : tensor<f32>
}

// -----

// expected-error @below {{has an objective already: '@model_objective'}}
func.func @model(%x: tensor<f32>) -> tensor<f32> {
  return %x : tensor<f32>
}
func.func private @model_objective()

// -----

// expected-error @below {{expected a function '@model' with a body, but found none}}
module {
  func.func private @model(%x: tensor<f32>) -> tensor<f32>
}

//--- name.mlir
// expected-error @below {{expected output= to be the name or the number of a result, but 'logit' is neither}}
func.func @model(%x: tensor<2xf32>) -> (tensor<2xf32> {pc.name = "logits"}) {
  return %x : tensor<2xf32>
}

//--- number.mlir
// expected-error @below {{expected output= to be the name or the number of a result, but '2' is neither}}
func.func @model(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  return %x, %x : tensor<2xf32>, tensor<2xf32>
}

//--- type.mlir
// expected-error @below {{expected output '1' to be a float tensor of shape [N, C, ...], but it is 'tensor<2xf32>'}}
func.func @model(%x: tensor<2x2xf32>, %y: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2xf32>) {
  return %x, %y : tensor<2x2xf32>, tensor<2xf32>
}

//--- cotangent.mlir
// expected-error @below {{expected no output= beside loss=cotangent, which reads all outputs}}
func.func @model(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  return %x, %x : tensor<2xf32>, tensor<2xf32>
}

//--- several.mlir
// CHECK: for the --loss option: Cannot find option named 'hinge'
// expected-error @below {{expected one output that is a float tensor, but found 2: 'result0', 'result1'}}
func.func @model(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  return %x, %x : tensor<2xf32>, tensor<2xf32>
}

//--- absent.mlir
// expected-error @below {{expected a function '@net' with a body, but found none}}
module {}
