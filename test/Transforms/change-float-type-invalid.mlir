// RUN: pc-opt %s -verify-diagnostics -pc-change-float-type

// Everything that cannot change is reported at once.
func.func @invalid(%x: tensor<2xf32>, %n: i32) -> (tensor<2xi32>, f32, tensor<4xf32>, tensor<2xf32>) {
  // expected-error @below {{'tensor.bitcast' op reads the bits of a float, which mean nothing in another type}}
  %a = tensor.bitcast %x : tensor<2xf32> to tensor<2xi32>
  // expected-error @below {{'arith.bitcast' op reads the bits of a float}}
  %b = arith.bitcast %n : i32 to f32
  // expected-error @below {{expected the data of resource 'absent' to be 'tensor<4xf32>', but it is not there}}
  %c = arith.constant dense_resource<absent> : tensor<4xf32>
  // expected-error @below {{expected the data of resource 'short' to be 'tensor<2xf32>', but it is of another size}}
  %d = arith.constant dense_resource<short> : tensor<2xf32>
  return %a, %b, %c, %d : tensor<2xi32>, f32, tensor<4xf32>, tensor<2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      short: "0x040000000000C03F"
    }
  }
#-}
