// RUN: split-file %s %t
// RUN: cat %S/Inputs/chain.mlir %t/z-il.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/z-il.mlir
// RUN: cat %S/Inputs/skip.mlir %t/z-il-unlevelled.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/z-il-unlevelled.mlir
// RUN: cat %S/Inputs/levelled.mlir %t/z-il-levelled.mlir | pc-opt -pc-prove-equivalence='print=true require=proved' | FileCheck %t/z-il-levelled.mlir
// RUN: cat %S/Inputs/chain.mlir %t/z-il-late.mlir | pc-opt -pc-prove-equivalence='print=true' | FileCheck %t/z-il-late.mlir

// z-il: the activities of a level are at their feed-forward values when it learns, or
// they are not.

//--- z-il.mlir
// Activities of a level are still feed-forward when it learns.
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
