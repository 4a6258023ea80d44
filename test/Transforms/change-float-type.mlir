// RUN: pc-opt %s -pc-change-float-type | FileCheck %s --implicit-check-not=f32 --implicit-check-not=f16
// RUN: pc-opt %s -pc-change-float-type=type=bf16 | FileCheck %s --check-prefix=BF16 --implicit-check-not=f32 --implicit-check-not="xf16"
// RUN: pc-opt %s -pc-change-float-type=type=f16 | FileCheck %s --check-prefix=F16
// RUN: pc-opt %s -pc-change-float-type -pc-change-float-type=type=f32 | FileCheck %s --check-prefix=BACK

// Signatures and initial values, splat, dense and resource. A number that is no
// value of the program (`pc.rate`) stays, and so do integers.
// CHECK-LABEL: func.func @signature(
//  CHECK-SAME:   tensor<2xf64> {pc.value = dense<5.000000e-01> : tensor<2xf64>}
//  CHECK-SAME:   tensor<2xf64> {pc.value = dense<[2.500000e-01, -1.000000e+00]> : tensor<2xf64>}
//  CHECK-SAME:   tensor<2xf64> {pc.value = dense_resource<[[$NAME:.+]]> : tensor<2xf64>}
//  CHECK-SAME:   tensor<2xi64> {pc.value = dense<1> : tensor<2xi64>}
//  CHECK-SAME:   -> tensor<2xf64>
//  CHECK-SAME:   pc.rate = 1.250000e-01 : f16
func.func @signature(%a: tensor<2xf32> {pc.value = dense<0.5> : tensor<2xf32>},
                     %b: tensor<2xf16> {pc.value = dense<[0.25, -1.0]> : tensor<2xf16>},
                     %c: tensor<2xf32> {pc.value = dense_resource<weights> : tensor<2xf32>},
                     %n: tensor<2xi64> {pc.value = dense<1> : tensor<2xi64>})
    -> tensor<2xf32> attributes {pc.rate = 0.125 : f16} {
  return %a : tensor<2xf32>
}

// Constants in bodies and outside; casts that became the identity are gone,
// those from and to integers are not.
// CHECK-LABEL: func.func @bodies(
//       CHECK:   arith.constant 0xFFF0000000000000 : f64
//       CHECK:   arith.constant dense<[1.000000e+00, 0x7FF8000000000000]> : tensor<2xf64>
//       CHECK:   linalg.generic
//       CHECK:   ^bb0(%[[X:.+]]: f64, %{{.+}}: f64):
//   CHECK-NOT:     arith.extf
//       CHECK:     %[[SUM:.+]] = arith.addf %[[X]], %{{.+}} : f64
//   CHECK-NOT:     arith.truncf
//       CHECK:     %[[I:.+]] = arith.fptosi %[[SUM]] : f64 to i32
//       CHECK:     arith.sitofp %[[I]] : i32 to f64
//  BF16-LABEL: func.func @bodies(
//        BF16:   arith.constant 0xFF80 : bf16
//        BF16:   arith.constant dense<[1.000000e+00, 0x7FC0]> : tensor<2xbf16>
//   F16-LABEL: func.func @bodies(
//         F16:   arith.constant 0xFC00 : f16
func.func @bodies(%x: tensor<2xf16>) -> (tensor<2xf32>, tensor<2xf32>, f32) {
  %inf = arith.constant 0xFF800000 : f32
  %c = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<2xf16>) outs(%e : tensor<2xf32>) {
  ^bb0(%in: f16, %out: f32):
    %three = arith.constant 3.0 : f32
    %wide = arith.extf %in : f16 to f32
    %sum = arith.addf %wide, %three : f32
    %narrow = arith.truncf %sum : f32 to bf16
    %i = arith.fptosi %narrow : bf16 to i32
    %f = arith.sitofp %i : i32 to f32
    linalg.yield %f : f32
  } -> tensor<2xf32>
  return %y, %c, %inf : tensor<2xf32>, tensor<2xf32>, f32
}

// The implicit body of a named operation follows.
// CHECK-LABEL: func.func @named(
//       CHECK:   linalg.matmul ins(%{{.+}} : tensor<2x2xf64>, tensor<2x2xf64>) outs(%{{.+}} : tensor<2x2xf64>)
func.func @named(%a: tensor<2x2xf16>, %b: tensor<2x2xf16>, %c: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<2x2xf16>, tensor<2x2xf16>) outs(%c : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// 1.5 and -0.75: 0x3fc00000 and 0xbf400000 in f32.
//       CHECK: [[$NAME]]: "0x{{[0-9A-F]+}}000000000000F83F000000000000E8BF"
//        BACK: "0x{{[0-9A-F]+}}0000C03F000040BF"
{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000C03F000040BF"
    }
  }
#-}
