// RUN: split-file %s %t
// RUN: pc-opt %t/fixed-exact.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/fixed-exact.mlir
// RUN: pc-opt %t/too-few.mlir -pc-prove-equivalence='print=true' | FileCheck %t/too-few.mlir
// RUN: not pc-opt %t/too-few-required.mlir -pc-prove-equivalence='require=proved' 2>&1 | FileCheck %t/too-few-required.mlir
// RUN: pc-opt %t/five-chain.mlir -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/five-chain.mlir
// RUN: pc-opt %t/flipped.mlir -pc-prove-equivalence='print=true' | FileCheck %t/flipped.mlir
// RUN: pc-opt %t/missing.mlir -pc-prove-equivalence='print=true' | FileCheck %t/missing.mlir
// RUN: pc-opt %t/debias.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/debias.mlir
// RUN: pc-opt %t/debias-off-by-one.mlir -pc-prove-equivalence='print=true' | FileCheck %t/debias-off-by-one.mlir
// RUN: pc-opt %t/sweep.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/sweep.mlir
// RUN: not pc-opt %t/sweep.mlir -pc-check-locality 2>&1 | FileCheck %t/sweep.mlir --check-prefix=LOCAL
// RUN: pc-opt %t/skip.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/skip.mlir
// RUN: pc-opt %t/skip-bound.mlir -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/skip-bound.mlir
// RUN: pc-opt %t/z-il.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/z-il.mlir
// RUN: pc-opt %t/z-il-unlevelled.mlir -pc-prove-equivalence='print=true' | FileCheck %t/z-il-unlevelled.mlir
// RUN: pc-opt %t/z-il-levelled.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/z-il-levelled.mlir
// RUN: pc-opt %t/z-il-late.mlir -pc-prove-equivalence='print=true' | FileCheck %t/z-il-late.mlir
// RUN: pc-opt %t/per-vertex.mlir -pc-prove-equivalence='print=true' | FileCheck %t/per-vertex.mlir
// RUN: pc-opt %t/shared.mlir -pc-prove-equivalence='print=true require=proved' | FileCheck %t/shared.mlir
// RUN: pc-opt %t/shared-half.mlir -pc-prove-equivalence='print=true' | FileCheck %t/shared-half.mlir
// RUN: pc-opt %t/unequal.mlir -pc-prove-equivalence='print=true require=bounded' | FileCheck %t/unequal.mlir
// RUN: not pc-opt %t/slow.mlir -pc-prove-equivalence='require=proved' 2>&1 | FileCheck %t/slow.mlir
// RUN: pc-opt %t/unstable.mlir -pc-prove-equivalence='print=true' | FileCheck %t/unstable.mlir
// RUN: not pc-opt %t/nothing.mlir -pc-prove-equivalence='print=true' 2>&1 | FileCheck %t/nothing.mlir

// What is known of a schedule before it is run, and what is not.

//--- fixed-exact.mlir
// Step 1 for as many iterations as the graph is deep: equal terms.
// CHECK-LABEL: equivalence of @model_gradient with reverse mode, start clamped, 3 iterations at step 1:
//  CHECK-NEXT:   'w1': proved
//  CHECK-NEXT:   'w2': proved
//  CHECK-NEXT:   'w3': proved
//  CHECK-NEXT:   'w4': proved
//  CHECK-NEXT:   @a: 0 missing over paths of 3 edges
// CHECK: pc.verdict = "proved"
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- too-few-required.mlir
// The same where a proof is wanted.
// CHECK: error: expected the gradient of 'w1' to be proved, but it is bounded
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"},
                      %w5: tensor<2xf64> {pc.name = "w5", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %k = pc.vertex @k(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%k : tensor<2xf64>) params(%w5 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- flipped.mlir
// One message has the wrong sign.
// CHECK: 'w1': measured, what arrives at @a over paths of 3 edges counts -1 times, but 3 iterations at step 1 make it 1
// CHECK: 'w2': measured, what arrives at @b1 over paths of 2 edges counts -1 times
// CHECK: 'w3': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
    %mneg = pc.scale -1.0 * %mb : tensor<2xf64>
    %na = pc.update @model_graph::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(1.0) %db, %mneg : tensor<2xf64>
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

//--- missing.mlir
// One message is missing.
// CHECK: 'w1': measured, what arrives at @a over paths of 3 edges counts 0 times, but 3 iterations at step 1 make it 1
// CHECK: 'w2': measured
// CHECK: 'w3': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
    %nb = pc.update @model_graph::@b1 step(1.0) %db : tensor<2xf64>
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

//--- debias.mlir
// Errors divided by the part that has arrived are exact.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'w3': proved
// CHECK: 'w4': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- debias-off-by-one.mlir
// The divisor of one iteration less is not the right one.
// CHECK: 'w1': measured, what arrives at @a over paths of 3 edges counts 1.948 times, but 5 iterations at step 0.3 make it 0.1631
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %s0 = pc.scale 11.947431302270015 * %d#0 : tensor<2xf64>
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- z-il.mlir
// Activities of a level are still feed-forward when it learns.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'w3': proved
// CHECK: 'w4': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %t0v_a = pc.activity @model_graph::@a %a, %zero : tensor<2xf64>
  %t0v_b1 = pc.activity @model_graph::@b1 %b1, %zero : tensor<2xf64>
  %t0v_c = pc.activity @model_graph::@c %c, %zero : tensor<2xf64>
  %t0p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_a = pc.error @model_graph::@a precision(1.0) %t0p_a, %a, %zero : tensor<2xf64>
  %t0p_b1 = pc.predict @model_graph::@b1(%t0v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_b1 = pc.error @model_graph::@b1 precision(1.0) %t0p_b1, %b1, %zero : tensor<2xf64>
  %t0p_c = pc.predict @model_graph::@c(%t0v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_c = pc.error @model_graph::@c precision(1.0) %t0p_c, %c, %zero : tensor<2xf64>
  %t0p_o = pc.predict @model_graph::@o(%t0v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_o = pc.vjp @model_graph::@l wrt [0] at(%t0p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_o = pc.vjp @model_graph::@o wrt [1] at(%t0v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%t0e_o : tensor<2xf64>) -> tensor<2xf64>
  %r0:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t1v_a = pc.activity @model_graph::@a %a, %r0#0 : tensor<2xf64>
  %t1v_b1 = pc.activity @model_graph::@b1 %b1, %r0#1 : tensor<2xf64>
  %t1v_c = pc.activity @model_graph::@c %c, %r0#2 : tensor<2xf64>
  %t1p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_a = pc.error @model_graph::@a precision(1.0) %t1p_a, %a, %r0#0 : tensor<2xf64>
  %t1p_b1 = pc.predict @model_graph::@b1(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_b1 = pc.error @model_graph::@b1 precision(1.0) %t1p_b1, %b1, %r0#1 : tensor<2xf64>
  %t1p_c = pc.predict @model_graph::@c(%t1v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_c = pc.error @model_graph::@c precision(1.0) %t1p_c, %c, %r0#2 : tensor<2xf64>
  %t1p_o = pc.predict @model_graph::@o(%t1v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_o = pc.vjp @model_graph::@l wrt [0] at(%t1p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_c = pc.vjp @model_graph::@c wrt [1] at(%t1v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%t1e_c : tensor<2xf64>) -> tensor<2xf64>
  %r1:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%r0#0, %r0#1, %r0#2) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t2v_a = pc.activity @model_graph::@a %a, %r1#0 : tensor<2xf64>
  %t2v_b1 = pc.activity @model_graph::@b1 %b1, %r1#1 : tensor<2xf64>
  %t2v_c = pc.activity @model_graph::@c %c, %r1#2 : tensor<2xf64>
  %t2p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_a = pc.error @model_graph::@a precision(1.0) %t2p_a, %a, %r1#0 : tensor<2xf64>
  %t2p_b1 = pc.predict @model_graph::@b1(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_b1 = pc.error @model_graph::@b1 precision(1.0) %t2p_b1, %b1, %r1#1 : tensor<2xf64>
  %t2p_c = pc.predict @model_graph::@c(%t2v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_c = pc.error @model_graph::@c precision(1.0) %t2p_c, %c, %r1#2 : tensor<2xf64>
  %t2p_o = pc.predict @model_graph::@o(%t2v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_o = pc.vjp @model_graph::@l wrt [0] at(%t2p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_b1 = pc.vjp @model_graph::@b1 wrt [1] at(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%t2e_b1 : tensor<2xf64>) -> tensor<2xf64>
  %r2:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%r1#0, %r1#1, %r1#2) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t3v_a = pc.activity @model_graph::@a %a, %r2#0 : tensor<2xf64>
  %t3v_b1 = pc.activity @model_graph::@b1 %b1, %r2#1 : tensor<2xf64>
  %t3v_c = pc.activity @model_graph::@c %c, %r2#2 : tensor<2xf64>
  %t3p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_a = pc.error @model_graph::@a precision(1.0) %t3p_a, %a, %r2#0 : tensor<2xf64>
  %t3p_b1 = pc.predict @model_graph::@b1(%t3v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_b1 = pc.error @model_graph::@b1 precision(1.0) %t3p_b1, %b1, %r2#1 : tensor<2xf64>
  %t3p_c = pc.predict @model_graph::@c(%t3v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_c = pc.error @model_graph::@c precision(1.0) %t3p_c, %c, %r2#2 : tensor<2xf64>
  %t3p_o = pc.predict @model_graph::@o(%t3v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_o = pc.vjp @model_graph::@l wrt [0] at(%t3p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_a = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%t3e_a : tensor<2xf64>) -> tensor<2xf64>
  return %g_a, %g_b1, %g_c, %g_o : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- z-il-unlevelled.mlir
// With a skip some of them have moved.
// CHECK: 'w1': measured, it holds a VJP of @a away from the feed-forward point
// CHECK: 'w2': measured, it holds a VJP of @c away from the feed-forward point
// CHECK: 'w3': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %t0v_a = pc.activity @model_graph::@a %a, %zero : tensor<2xf64>
  %t0v_c = pc.activity @model_graph::@c %c, %zero : tensor<2xf64>
  %t0p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_a = pc.error @model_graph::@a precision(1.0) %t0p_a, %a, %zero : tensor<2xf64>
  %t0p_c = pc.predict @model_graph::@c(%t0v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_c = pc.error @model_graph::@c precision(1.0) %t0p_c, %c, %zero : tensor<2xf64>
  %t0p_o = pc.predict @model_graph::@o(%t0v_c, %t0v_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_o = pc.vjp @model_graph::@l wrt [0] at(%t0p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_o = pc.vjp @model_graph::@o wrt [2] at(%t0v_c, %t0v_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%t0e_o : tensor<2xf64>) -> tensor<2xf64>
  %r0:2 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@c] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c, %iv_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%iv_c, %iv_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_c, %im_o#1 : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o#0 : tensor<2xf64>
    pc.yield %n_a, %n_c : tensor<2xf64>, tensor<2xf64>
  }
  %t1v_a = pc.activity @model_graph::@a %a, %r0#0 : tensor<2xf64>
  %t1v_c = pc.activity @model_graph::@c %c, %r0#1 : tensor<2xf64>
  %t1p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_a = pc.error @model_graph::@a precision(1.0) %t1p_a, %a, %r0#0 : tensor<2xf64>
  %t1p_c = pc.predict @model_graph::@c(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_c = pc.error @model_graph::@c precision(1.0) %t1p_c, %c, %r0#1 : tensor<2xf64>
  %t1p_o = pc.predict @model_graph::@o(%t1v_c, %t1v_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_o = pc.vjp @model_graph::@l wrt [0] at(%t1p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_c = pc.vjp @model_graph::@c wrt [1] at(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%t1e_c : tensor<2xf64>) -> tensor<2xf64>
  %r1:2 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@c] init(%r0#0, %r0#1) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c, %iv_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%iv_c, %iv_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_c, %im_o#1 : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o#0 : tensor<2xf64>
    pc.yield %n_a, %n_c : tensor<2xf64>, tensor<2xf64>
  }
  %t2v_a = pc.activity @model_graph::@a %a, %r1#0 : tensor<2xf64>
  %t2v_c = pc.activity @model_graph::@c %c, %r1#1 : tensor<2xf64>
  %t2p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_a = pc.error @model_graph::@a precision(1.0) %t2p_a, %a, %r1#0 : tensor<2xf64>
  %t2p_c = pc.predict @model_graph::@c(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_c = pc.error @model_graph::@c precision(1.0) %t2p_c, %c, %r1#1 : tensor<2xf64>
  %t2p_o = pc.predict @model_graph::@o(%t2v_c, %t2v_a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_o = pc.vjp @model_graph::@l wrt [0] at(%t2p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_a = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%t2e_a : tensor<2xf64>) -> tensor<2xf64>
  return %g_a, %g_c, %g_o : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- z-il-levelled.mlir
// An identity vertex on the skip levels the graph.
// CHECK: 'w1': proved
// CHECK: 'w2': proved
// CHECK: 'w3': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %i = pc.vertex @i(%a : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>):
    pc.prediction %p0 : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %t0v_a = pc.activity @model_graph::@a %a, %zero : tensor<2xf64>
  %t0v_c = pc.activity @model_graph::@c %c, %zero : tensor<2xf64>
  %t0v_i = pc.activity @model_graph::@i %i, %zero : tensor<2xf64>
  %t0p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_a = pc.error @model_graph::@a precision(1.0) %t0p_a, %a, %zero : tensor<2xf64>
  %t0p_c = pc.predict @model_graph::@c(%t0v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_c = pc.error @model_graph::@c precision(1.0) %t0p_c, %c, %zero : tensor<2xf64>
  %t0p_i = pc.predict @model_graph::@i(%t0v_a : tensor<2xf64>) -> tensor<2xf64>
  %t0e_i = pc.error @model_graph::@i precision(1.0) %t0p_i, %i, %zero : tensor<2xf64>
  %t0p_o = pc.predict @model_graph::@o(%t0v_c, %t0v_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_o = pc.vjp @model_graph::@l wrt [0] at(%t0p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_o = pc.vjp @model_graph::@o wrt [2] at(%t0v_c, %t0v_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%t0e_o : tensor<2xf64>) -> tensor<2xf64>
  %r0:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@c, @model_graph::@i] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_c: tensor<2xf64>, %s_i: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %iv_i = pc.activity @model_graph::@i %i, %s_i : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_i = pc.predict @model_graph::@i(%iv_a : tensor<2xf64>) -> tensor<2xf64>
    %ie_i = pc.error @model_graph::@i precision(1.0) %ip_i, %i, %s_i : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c, %iv_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_i = pc.vjp @model_graph::@i wrt [0] at(%iv_a : tensor<2xf64>)
        of [0](%ie_i : tensor<2xf64>) -> tensor<2xf64>
    %im_o:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%iv_c, %iv_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_c, %im_i : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o#0 : tensor<2xf64>
    %n_i = pc.advance @model_graph::@i step(1.0) %s_i, %ie_i, %im_o#1 : tensor<2xf64>
    pc.yield %n_a, %n_c, %n_i : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t1v_a = pc.activity @model_graph::@a %a, %r0#0 : tensor<2xf64>
  %t1v_c = pc.activity @model_graph::@c %c, %r0#1 : tensor<2xf64>
  %t1v_i = pc.activity @model_graph::@i %i, %r0#2 : tensor<2xf64>
  %t1p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_a = pc.error @model_graph::@a precision(1.0) %t1p_a, %a, %r0#0 : tensor<2xf64>
  %t1p_c = pc.predict @model_graph::@c(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_c = pc.error @model_graph::@c precision(1.0) %t1p_c, %c, %r0#1 : tensor<2xf64>
  %t1p_i = pc.predict @model_graph::@i(%t1v_a : tensor<2xf64>) -> tensor<2xf64>
  %t1e_i = pc.error @model_graph::@i precision(1.0) %t1p_i, %i, %r0#2 : tensor<2xf64>
  %t1p_o = pc.predict @model_graph::@o(%t1v_c, %t1v_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_o = pc.vjp @model_graph::@l wrt [0] at(%t1p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_c = pc.vjp @model_graph::@c wrt [1] at(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%t1e_c : tensor<2xf64>) -> tensor<2xf64>
  %r1:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@c, @model_graph::@i] init(%r0#0, %r0#1, %r0#2) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_c: tensor<2xf64>, %s_i: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %iv_i = pc.activity @model_graph::@i %i, %s_i : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_i = pc.predict @model_graph::@i(%iv_a : tensor<2xf64>) -> tensor<2xf64>
    %ie_i = pc.error @model_graph::@i precision(1.0) %ip_i, %i, %s_i : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c, %iv_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_i = pc.vjp @model_graph::@i wrt [0] at(%iv_a : tensor<2xf64>)
        of [0](%ie_i : tensor<2xf64>) -> tensor<2xf64>
    %im_o:2 = pc.vjp @model_graph::@o wrt [0, 1] at(%iv_c, %iv_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_c, %im_i : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o#0 : tensor<2xf64>
    %n_i = pc.advance @model_graph::@i step(1.0) %s_i, %ie_i, %im_o#1 : tensor<2xf64>
    pc.yield %n_a, %n_c, %n_i : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t2v_a = pc.activity @model_graph::@a %a, %r1#0 : tensor<2xf64>
  %t2v_c = pc.activity @model_graph::@c %c, %r1#1 : tensor<2xf64>
  %t2v_i = pc.activity @model_graph::@i %i, %r1#2 : tensor<2xf64>
  %t2p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_a = pc.error @model_graph::@a precision(1.0) %t2p_a, %a, %r1#0 : tensor<2xf64>
  %t2p_c = pc.predict @model_graph::@c(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_c = pc.error @model_graph::@c precision(1.0) %t2p_c, %c, %r1#1 : tensor<2xf64>
  %t2p_i = pc.predict @model_graph::@i(%t2v_a : tensor<2xf64>) -> tensor<2xf64>
  %t2e_i = pc.error @model_graph::@i precision(1.0) %t2p_i, %i, %r1#2 : tensor<2xf64>
  %t2p_o = pc.predict @model_graph::@o(%t2v_c, %t2v_i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_o = pc.vjp @model_graph::@l wrt [0] at(%t2p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_a = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%t2e_a : tensor<2xf64>) -> tensor<2xf64>
  return %g_a, %g_c, %g_o : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- z-il-late.mlir
// One iteration too late an error has gone on changing.
// CHECK: 'w1': measured
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %t0v_a = pc.activity @model_graph::@a %a, %zero : tensor<2xf64>
  %t0v_b1 = pc.activity @model_graph::@b1 %b1, %zero : tensor<2xf64>
  %t0v_c = pc.activity @model_graph::@c %c, %zero : tensor<2xf64>
  %t0p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_a = pc.error @model_graph::@a precision(1.0) %t0p_a, %a, %zero : tensor<2xf64>
  %t0p_b1 = pc.predict @model_graph::@b1(%t0v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_b1 = pc.error @model_graph::@b1 precision(1.0) %t0p_b1, %b1, %zero : tensor<2xf64>
  %t0p_c = pc.predict @model_graph::@c(%t0v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_c = pc.error @model_graph::@c precision(1.0) %t0p_c, %c, %zero : tensor<2xf64>
  %t0p_o = pc.predict @model_graph::@o(%t0v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t0e_o = pc.vjp @model_graph::@l wrt [0] at(%t0p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_o = pc.vjp @model_graph::@o wrt [1] at(%t0v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%t0e_o : tensor<2xf64>) -> tensor<2xf64>
  %r0:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t1v_a = pc.activity @model_graph::@a %a, %r0#0 : tensor<2xf64>
  %t1v_b1 = pc.activity @model_graph::@b1 %b1, %r0#1 : tensor<2xf64>
  %t1v_c = pc.activity @model_graph::@c %c, %r0#2 : tensor<2xf64>
  %t1p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_a = pc.error @model_graph::@a precision(1.0) %t1p_a, %a, %r0#0 : tensor<2xf64>
  %t1p_b1 = pc.predict @model_graph::@b1(%t1v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_b1 = pc.error @model_graph::@b1 precision(1.0) %t1p_b1, %b1, %r0#1 : tensor<2xf64>
  %t1p_c = pc.predict @model_graph::@c(%t1v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_c = pc.error @model_graph::@c precision(1.0) %t1p_c, %c, %r0#2 : tensor<2xf64>
  %t1p_o = pc.predict @model_graph::@o(%t1v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t1e_o = pc.vjp @model_graph::@l wrt [0] at(%t1p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_c = pc.vjp @model_graph::@c wrt [1] at(%t1v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%t1e_c : tensor<2xf64>) -> tensor<2xf64>
  %r1:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%r0#0, %r0#1, %r0#2) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t2v_a = pc.activity @model_graph::@a %a, %r1#0 : tensor<2xf64>
  %t2v_b1 = pc.activity @model_graph::@b1 %b1, %r1#1 : tensor<2xf64>
  %t2v_c = pc.activity @model_graph::@c %c, %r1#2 : tensor<2xf64>
  %t2p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_a = pc.error @model_graph::@a precision(1.0) %t2p_a, %a, %r1#0 : tensor<2xf64>
  %t2p_b1 = pc.predict @model_graph::@b1(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_b1 = pc.error @model_graph::@b1 precision(1.0) %t2p_b1, %b1, %r1#1 : tensor<2xf64>
  %t2p_c = pc.predict @model_graph::@c(%t2v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_c = pc.error @model_graph::@c precision(1.0) %t2p_c, %c, %r1#2 : tensor<2xf64>
  %t2p_o = pc.predict @model_graph::@o(%t2v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t2e_o = pc.vjp @model_graph::@l wrt [0] at(%t2p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_b1 = pc.vjp @model_graph::@b1 wrt [1] at(%t2v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%t2e_b1 : tensor<2xf64>) -> tensor<2xf64>
  %r2:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%r1#0, %r1#1, %r1#2) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%s_a: tensor<2xf64>, %s_b1: tensor<2xf64>, %s_c: tensor<2xf64>):
    %iv_a = pc.activity @model_graph::@a %a, %s_a : tensor<2xf64>
    %iv_b1 = pc.activity @model_graph::@b1 %b1, %s_b1 : tensor<2xf64>
    %iv_c = pc.activity @model_graph::@c %c, %s_c : tensor<2xf64>
    %ip_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ie_a = pc.error @model_graph::@a precision(1.0) %ip_a, %a, %s_a : tensor<2xf64>
    %ip_b1 = pc.predict @model_graph::@b1(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %ie_b1 = pc.error @model_graph::@b1 precision(1.0) %ip_b1, %b1, %s_b1 : tensor<2xf64>
    %ip_c = pc.predict @model_graph::@c(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ie_c = pc.error @model_graph::@c precision(1.0) %ip_c, %c, %s_c : tensor<2xf64>
    %ip_o = pc.predict @model_graph::@o(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %ie_o = pc.vjp @model_graph::@l wrt [0] at(%ip_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %im_b1 = pc.vjp @model_graph::@b1 wrt [0] at(%iv_a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%ie_b1 : tensor<2xf64>) -> tensor<2xf64>
    %im_c = pc.vjp @model_graph::@c wrt [0] at(%iv_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%ie_c : tensor<2xf64>) -> tensor<2xf64>
    %im_o = pc.vjp @model_graph::@o wrt [0] at(%iv_c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%ie_o : tensor<2xf64>) -> tensor<2xf64>
    %n_a = pc.advance @model_graph::@a step(1.0) %s_a, %ie_a, %im_b1 : tensor<2xf64>
    %n_b1 = pc.advance @model_graph::@b1 step(1.0) %s_b1, %ie_b1, %im_c : tensor<2xf64>
    %n_c = pc.advance @model_graph::@c step(1.0) %s_c, %ie_c, %im_o : tensor<2xf64>
    pc.yield %n_a, %n_b1, %n_c : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %t3v_a = pc.activity @model_graph::@a %a, %r2#0 : tensor<2xf64>
  %t3v_b1 = pc.activity @model_graph::@b1 %b1, %r2#1 : tensor<2xf64>
  %t3v_c = pc.activity @model_graph::@c %c, %r2#2 : tensor<2xf64>
  %t3p_a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_a = pc.error @model_graph::@a precision(1.0) %t3p_a, %a, %r2#0 : tensor<2xf64>
  %t3p_b1 = pc.predict @model_graph::@b1(%t3v_a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_b1 = pc.error @model_graph::@b1 precision(1.0) %t3p_b1, %b1, %r2#1 : tensor<2xf64>
  %t3p_c = pc.predict @model_graph::@c(%t3v_b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_c = pc.error @model_graph::@c precision(1.0) %t3p_c, %c, %r2#2 : tensor<2xf64>
  %t3p_o = pc.predict @model_graph::@o(%t3v_c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %t3e_o = pc.vjp @model_graph::@l wrt [0] at(%t3p_o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %g_a = pc.vjp @model_graph::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>)
        of [0](%t3e_a : tensor<2xf64>) -> tensor<2xf64>
  return %g_a, %g_b1, %g_c, %g_o : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- per-vertex.mlir
// A vertex that stops early: no closed form, but every coefficient is known.
// CHECK: 'w1': bounded, relative error 0.875
// CHECK: 'w2': bounded, relative error 0.5
// CHECK: 'w3': bounded, relative error 0.25
// CHECK: 'w4': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- shared-half.mlir
// One of the two is left out.
// CHECK: 'w1': measured, what arrives at @b1 over paths of 1 edge counts 0 times, but 2 iterations at step 1 make it 1
// CHECK: 'x': proved
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%b1 : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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
  %g = pc.accumulate %g0#1 : tensor<2xf64>
  return %g, %g2, %g0#0 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- unequal.mlir
// Parts of one error that arrive at different speeds are compared path by
// path. The slower path lacks (3/4)^2.
// CHECK: 'w1': bounded, of its path norms 0.5625
// CHECK: 'w2': bounded, relative error 0.125
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %i = pc.vertex @i(%a : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>):
    pc.prediction %p0 : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %i : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- slow.mlir
// Too few updates at too small a step, where a proof is wanted of all.
// CHECK: error: expected the gradient of 'w1' to be proved, but it is bounded
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c, %a : tensor<2xf64>, tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %p1: tensor<2xf64>, %q: tensor<2xf64>):
    %s1 = arith.mulf %p0, %p1 : tensor<2xf64>
    %y = arith.mulf %s1, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- unstable.mlir
// A step above 2 moves away from the gradient; the bound says so.
// CHECK: 'w1': bounded, relative error 8.261
pc.graph @model_graph(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                      %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                      %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                      %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                      %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b1 = pc.vertex @b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p0: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p0, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}
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

//--- nothing.mlir
// Nothing to compare.
// CHECK: error: expected @model_gradient and pc.graph @model_graph; does pc-expand-inference come first?
