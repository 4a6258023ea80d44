// RUN: split-file %s %t
// RUN: cat %S/Inputs/chain.mlir %t/too-few-required.mlir | not pc-opt -pc-prove-equivalence='require=proved' 2>&1 | FileCheck %t/too-few-required.mlir
// RUN: cat %S/Inputs/chain.mlir %t/flipped.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/flipped.mlir
// RUN: cat %S/Inputs/chain.mlir %t/missing.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/missing.mlir
// RUN: cat %S/Inputs/chain.mlir %t/debias-off-by-one.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/debias-off-by-one.mlir
// RUN: cat %S/Inputs/shared.mlir %t/shared-half.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/shared-half.mlir
// RUN: cat %S/Inputs/skip.mlir %t/slow.mlir | not pc-opt -pc-prove-equivalence='require=proved' 2>&1 | FileCheck %t/slow.mlir
// RUN: not pc-opt %t/nothing.mlir -pc-prove-equivalence='print=true' 2>&1 | FileCheck %t/nothing.mlir

// What must not be claimed.

//--- too-few-required.mlir
// The same where a proof is wanted.
// CHECK: error: expected the gradient of 'w1' to be proved, but it is bounded
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

//--- flipped.mlir
// One message has the wrong sign.
// CHECK: 'w1': measured, what arrives at @a over paths of 3 edges counts -1 times, but 3 iterations at step 1 make it 1
// CHECK: 'w2': measured, what arrives at @b1 over paths of 2 edges counts -1 times
// CHECK: 'w3': proved
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

//--- debias-off-by-one.mlir
// The divisor of one iteration less is not the right one.
// CHECK: 'w1': measured, what arrives at @a over paths of 3 edges counts 1.948 times, but 5 iterations at step 0.3 make it 0.1631
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

//--- shared-half.mlir
// One of the two is left out.
// CHECK: 'w1': measured, what arrives at @b1 over paths of 1 edge counts 0 times, but 2 iterations at step 1 make it 1
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
  %g = pc.accumulate %g0#1 : tensor<2xf64>
  return %g, %g2, %g0#0 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- slow.mlir
// Too few updates at too small a step, where a proof is wanted of all.
// CHECK: error: expected the gradient of 'w1' to be proved, but it is bounded
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

//--- nothing.mlir
// Nothing to compare.
// CHECK: error: expected @model_gradient and pc.graph @model_graph; does pc-expand-inference come first?
