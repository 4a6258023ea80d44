// RUN: split-file %s %t
// RUN: cat %S/Inputs/chain.mlir %t/fixed-exact.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/fixed-exact.mlir
// RUN: cat %S/Inputs/chain.mlir %t/too-few.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/too-few.mlir
// RUN: cat %S/Inputs/five-chain.mlir %t/five-chain.mlir | pc-opt -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/five-chain.mlir
// RUN: cat %S/Inputs/chain.mlir %t/debias.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/debias.mlir
// RUN: cat %S/Inputs/chain.mlir %t/sweep.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/sweep.mlir
// RUN: cat %S/Inputs/chain.mlir %t/sweep.mlir | not pc-opt -pc-check-locality 2>&1 | FileCheck %t/sweep.mlir --check-prefix=LOCAL
// RUN: cat %S/Inputs/skip.mlir %t/skip.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/skip.mlir
// RUN: cat %S/Inputs/skip.mlir %t/skip-bound.mlir | pc-opt -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/skip-bound.mlir
// RUN: cat %S/Inputs/chain.mlir %t/per-vertex.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/per-vertex.mlir
// RUN: cat %S/Inputs/shared.mlir %t/shared.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/shared.mlir
// RUN: cat %S/Inputs/levelled.mlir %t/unequal.mlir | pc-opt -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/unequal.mlir
// RUN: cat %S/Inputs/skip.mlir %t/skip-late.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/skip-late.mlir
// RUN: cat %S/Inputs/chain.mlir %t/unstable.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/unstable.mlir

// What is known of fixed prediction before it is run.

//--- fixed-exact.mlir
// Step 1 for as many iterations as the graph is deep: equal terms.
// CHECK-LABEL: equivalence of @model_gradient with reverse mode, start clamped, 3 iterations at step 1:
//  CHECK-NEXT:   'w1': proved
//  CHECK-NEXT:   'w2': proved
//  CHECK-NEXT:   'w3': proved
//  CHECK-NEXT:   'w4': proved
//  CHECK-NEXT:   @a: 0 missing over paths of 3 edges
// CHECK: pc.verdict = "proved"
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- too-few.mlir
// One iteration less: nothing has arrived at the deepest vertex.
// CHECK-LABEL: 2 iterations at step 1:
//  CHECK-NEXT:   'w1': bounded, relative error 1
//  CHECK-NEXT:   'w2': proved
//  CHECK-NEXT:   'w3': proved
//  CHECK-NEXT:   'w4': proved
//  CHECK-NEXT:   @a: 1 missing over paths of 3 edges
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- five-chain.mlir
// Five vertices, step 0.1, 19 updates: the known relative errors.
// CHECK-LABEL: 19 iterations at step 0.1:
//  CHECK-NEXT:   'w1': bounded, relative error 0.885
//  CHECK-NEXT:   'w2': bounded, relative error 0.7054
//  CHECK-NEXT:   'w3': bounded, relative error 0.4203
//  CHECK-NEXT:   'w4': bounded, relative error 0.1351
//  CHECK-NEXT:   'w5': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>, %w5: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w5", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %k = pc.predict @model_graph::@k(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%k : tensor<2xf64>) params(%w5 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:4 = pc.relax iterations(19) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c, @model_graph::@k] init(%zero, %zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>, %de: tensor<2xf64>):
    %me = pc.vjp @model_graph::@o wrt [0] at(%k : tensor<2xf64>) params(%w5 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mc = pc.vjp @model_graph::@k wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%de : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.1) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.1) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.1) %dc, %mc : tensor<2xf64>
    %ne = pc.update @model_graph::@k step(0.1) %de, %me : tensor<2xf64>
    pc.yield %na, %nb, %nc, %ne : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@k wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%d#3 : tensor<2xf64>) -> tensor<2xf64>
  %g4 = pc.vjp @model_graph::@o wrt [1] at(%k : tensor<2xf64>) params(%w5 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3, %g4 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- debias.mlir
// Errors divided by the part that has arrived are exact.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'w3': proved
// CHECK: 'w4': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(5) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.3) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.3) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.3) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %s0 = pc.scale 6.1319597743438825 * %d#0 : tensor<2xf64>
  %s1 = pc.scale 2.1196320318792665 * %d#1 : tensor<2xf64>
  %s2 = pc.scale 1.2020242087675648 * %d#2 : tensor<2xf64>
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%s0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%s1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%s2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- sweep.mlir
// A sweep is reverse mode, and so it is not local.
// LOCAL: error: L2: @b1 reads the new error of @c
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'w3': proved
// CHECK: 'w4': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %nc = pc.update @model_graph::@c step(1.0) %dc, %mc : tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%nc : tensor<2xf64>) -> tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(1.0) %db, %mb : tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%nb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- skip.mlir
// Paths of several lengths: exact at step 1, else a bound in path norms.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:2 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@c] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %dc: tensor<2xf64>):
    %mo:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %ma = pc.vjp @model_graph::@c wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma, %mo#1 : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(1.0) %dc, %mo#0 : tensor<2xf64>
    pc.yield %na, %nc : tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@c wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@o wrt [2] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- skip-bound.mlir
// The longest path lacks the most: 1 - P(Binomial(4, 0.5) >= 2).
// CHECK: 'w1': bounded, of its path norms 0.3125
// CHECK: 'w2': bounded, relative error 0.0625
// CHECK: 'w3': proved
// CHECK: @a: 0.3125 missing over paths of 1 to 2 edges
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:2 = pc.relax iterations(4) states [@model_graph::@a, @model_graph::@c] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %dc: tensor<2xf64>):
    %mo:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %ma = pc.vjp @model_graph::@c wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %ma, %mo#1 : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mo#0 : tensor<2xf64>
    pc.yield %na, %nc : tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@c wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@o wrt [2] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- per-vertex.mlir
// A vertex that stops early: no closed form, but every coefficient is known.
// CHECK: 'w1': bounded, relative error 0.875
// CHECK: 'w2': bounded, relative error 0.5
// CHECK: 'w3': bounded, relative error 0.25
// CHECK: 'w4': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.5) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %f:2 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1] init(%d#0, %d#1) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>):
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.5) %db, %mb : tensor<2xf64>
    pc.yield %na, %nb : tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%f#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%f#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- shared.mlir
// Each vertex of a shared parameter has a say; inputs have gradients too.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'x': proved
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "x", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:2 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>):
    %mb = pc.vjp @model_graph::@o wrt [0] at(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(1.0) %db, %mb : tensor<2xf64>
    pc.yield %na, %nb : tensor<2xf64>, tensor<2xf64>
  }
  %g0:2 = pc.vjp @model_graph::@a wrt [0, 1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@o wrt [1] at(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  %g = pc.accumulate %g0#1, %g1 : tensor<2xf64>
  return %g, %g2, %g0#0 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- unequal.mlir
// Parts of one error that arrive at different speeds are compared path by
// path. The slower path lacks (3/4)^2.
// CHECK: 'w1': bounded, of its path norms 0.5625
// CHECK: 'w2': bounded, relative error 0.125
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %i = pc.predict @model_graph::@i(%a : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c, %i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@model_graph::@a, @model_graph::@c, @model_graph::@i] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %dc: tensor<2xf64>, %di: tensor<2xf64>):
    %mo:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%c, %i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %ma = pc.vjp @model_graph::@c wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %mi = pc.vjp @model_graph::@i wrt [0] at(%a : tensor<2xf64>)
        of [0](%di : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma, %mi : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mo#0 : tensor<2xf64>
    %ni = pc.update @model_graph::@i step(0.25) %di, %mo#1 : tensor<2xf64>
    pc.yield %na, %nc, %ni : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@c wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@o wrt [2] at(%c, %i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- skip-late.mlir
// Paths of several lengths stay apart, however little they lack.
// CHECK: 'w1': bounded, of its path norms 4.53e-14
// CHECK: 'w2': bounded, relative error 8.882e-16
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:2 = pc.relax iterations(50) states [@model_graph::@a, @model_graph::@c] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %dc: tensor<2xf64>):
    %mo:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %ma = pc.vjp @model_graph::@c wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %ma, %mo#1 : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mo#0 : tensor<2xf64>
    pc.yield %na, %nc : tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@c wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@o wrt [2] at(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- unstable.mlir
// A step above 2 moves away from the gradient; the bound says so.
// CHECK: 'w1': bounded, relative error 8.261
func.func @model_gradient(%x: tensor<2xf64>, %w1: tensor<2xf64>, %w2: tensor<2xf64>, %w3: tensor<2xf64>, %w4: tensor<2xf64>)
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w2", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w3", pc.role = "gradient"},
        tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(2.1) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(2.1) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(2.1) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g0 = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %g1 = pc.vjp @model_graph::@b1 wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %g2 = pc.vjp @model_graph::@c wrt [1] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%d#2 : tensor<2xf64>) -> tensor<2xf64>
  %g3 = pc.vjp @model_graph::@o wrt [1] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
  return %g0, %g1, %g2, %g3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}
