// RUN: pc-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(func.func(pc-cpu-pass-by-destination))'

// expected-error @below {{expected argument 0 to be a tensor of static shape, but got 'tensor<?xf32>'}}
func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @below {{expected result 1 to be a tensor of static shape, but got 'f32'}}
func.func @scalar_result(%x: tensor<4xf32>, %c: tensor<f32>) -> (tensor<4xf32>, f32) {
  %s = tensor.extract %c[] : tensor<f32>
  return %x, %s : tensor<4xf32>, f32
}

// -----

// expected-error @below {{result 0 updates argument 3, but there are 1 arguments}}
func.func @no_such_argument(%x: tensor<4xf32>) -> (tensor<4xf32> {pc.updates = 3 : i64}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{result 0 of type 'tensor<4xf32>' cannot update argument 1 of type 'tensor<2xf32>'}}
func.func @other_shape(%x: tensor<4xf32>, %y: tensor<2xf32>) -> (tensor<4xf32> {pc.updates = 1 : i64}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{argument 0 is updated by results 0 and 1, expected at most one}}
func.func @updated_twice(%x: tensor<4xf32>)
    -> (tensor<4xf32> {pc.updates = 0 : i64}, tensor<4xf32> {pc.updates = 0 : i64}) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @below {{expected one block, but got 2}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^next
^next:
  return %x : tensor<4xf32>
}
