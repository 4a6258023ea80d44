// Labels 2 and 0 of three classes; log softmax by hand. The first row shows the
// shift: exp(1000) is infinite.
//   row 0: [1000, 1001, 1002], label 2: log(1 + e^-1 + e^-2) = 0.407606
//   row 1: [0, 0, 0], label 0: log 3 = 1.098612
// RUN: pc-opt %s -pc-attach-loss="loss=cross-entropy reduction=sum" | pc-jit-test - --entry=model_objective --arg=1000,1001,1002,0,0,0 --arg=2,0 | FileCheck %s --check-prefix=SUM
// RUN: pc-opt %s -pc-attach-loss="loss=cross-entropy" | pc-jit-test - --entry=model_objective --arg=1000,1001,1002,0,0,0 --arg=2,0 | FileCheck %s --check-prefix=MEAN
// SUM: result 1: f64 = 1.50621
// MEAN: result 1: f64 = 0.753109

// A label beyond the classes on either side reads nothing and makes the loss NaN.
// RUN: pc-opt %s -pc-attach-loss="loss=cross-entropy" | pc-jit-test - --entry=model_objective --arg=1,2,3,0,0,0 --arg=3,0 | FileCheck %s --check-prefix=NAN
// RUN: pc-opt %s -pc-attach-loss="loss=cross-entropy" | pc-jit-test - --entry=model_objective --arg=1,2,3,0,0,0 --arg=0,-1 | FileCheck %s --check-prefix=NAN
// NAN: result 1: f64 = {{-?}}nan

// (1 + 4 + 9) / 6, and 14.
// RUN: pc-opt %s -pc-attach-loss="loss=mse" | pc-jit-test - --entry=model_objective --arg=1,2,3,0,0,0 --arg=0,0,0,0,0,0 | FileCheck %s --check-prefix=MSE
// RUN: pc-opt %s -pc-attach-loss="loss=mse reduction=sum" | pc-jit-test - --entry=model_objective --arg=1,2,3,0,0,0 --arg=0,0,0,0,0,0 | FileCheck %s --check-prefix=SQUARES
// MSE: result 1: f64 = 2.33333
// SQUARES: result 1: f64 = 14

// 1 * 7 + 2 * 8 + 3 * 9 = 50.
// RUN: pc-opt %s -pc-attach-loss="loss=cotangent" | pc-jit-test - --entry=model_objective --arg=1,2,3,0,0,0 --arg=7,8,9,1,1,1 | FileCheck %s --check-prefix=COTANGENT
// COTANGENT: result 1: f64 = 50

func.func @model(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"})
    -> (tensor<2x3xf64> {pc.name = "y", pc.role = "output"}) {
  return %x : tensor<2x3xf64>
}
