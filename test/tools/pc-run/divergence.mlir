// A strict relaxation with too large a step is reported with the vertex and the
// iteration, and writes nothing, be its activities still finite or not; with a
// small one it settles. The energy of h
// and k has the Hessian [[10, -3], [-3, 1]] with the eigenvalue 10.9, so steps
// must stay below 0.18; step 1 grows by 9.9 an iteration, out of f32 within 40.

// RUN: rm -rf %t
// RUN: %python %S/../Inputs/tensor.py write %t/in/input_0.pb float32 2 1,2
// RUN: %python %S/../Inputs/tensor.py write %t/in/cotangent_0.pb float32 2 1,1
// RUN: not pc-run %s --data %t/in --out %t/out --grad --schedule=strict --step=1 --iterations=60 2>&1 | FileCheck %s
// RUN: not ls %t/out/grad_0.pb
// RUN: not pc-run %s --data %t/in --out %t/out --grad --schedule=strict --step=1 --iterations=20 2>&1 | FileCheck %s --check-prefix=FINITE
// RUN: not pc-run %s --data %t/in --out %t/out --grad --schedule=nudged --beta=0.01 --step=0.3 --iterations=20 2>&1 | FileCheck %s --check-prefix=FINITE
// RUN: not pc-run %s --data %t/in --out %t/out --grad --schedule=centred-nudged --beta=0.01 --step=1 --iterations=20 2>&1 | FileCheck %s --check-prefix=CENTRED
// RUN: not pc-run %s --data %t/in --out %t/out --grad --schedule=incremental --step=1 --iterations=20 2>&1 | FileCheck %s --check-prefix=FINITE
// RUN: not ls %t/out/grad_0.pb
// FINITE: pc-run: error: the relaxation diverged: expected updates that fade, but iteration {{[0-9]+}} moves vertex @h and the others {{[0-9]+}} times as far as an earlier one did; a smaller --step may help
// CENTRED: pc-run: error: the relaxation diverged: expected updates that fade, but iteration {{[0-9]+}} moves vertex @h (loss {{.*}}) and the others

// The verifier sees it too.
// RUN: not pc-verify %s --schedule=strict --step=1 --iterations=20 2>&1 | FileCheck %s --check-prefix=VERIFY
// VERIFY: the relaxation diverged: expected updates that fade
// RUN: pc-run %s --data %t/in --out %t/small --grad --schedule=strict --step=0.1 --iterations=60
// RUN: ls %t/small/grad_0.pb

// CHECK: pc-run: error: the relaxation diverged: expected finite activities, but after iteration 40 vertex @h is not; a smaller --step may help

func.func @model(%x: tensor<2xf32> {pc.role = "input", pc.name = "x"},
                 %w: tensor<2xf32> {pc.role = "parameter", pc.name = "w", pc.value = dense<[3.0, 2.0]> : tensor<2xf32>})
    -> (tensor<2xf32> {pc.role = "output", pc.name = "y"}) {
  %c = arith.constant dense<3.0> : tensor<2xf32>
  %h = arith.mulf %x, %w : tensor<2xf32> loc("h")
  %k = arith.mulf %h, %c : tensor<2xf32> loc("k")
  %o = arith.mulf %k, %c : tensor<2xf32> loc("o")
  return %o : tensor<2xf32>
}
