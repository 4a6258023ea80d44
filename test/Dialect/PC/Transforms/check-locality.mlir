// RUN: pc-opt %s -pc-check-locality='print=true' | FileCheck %s

// Local functions pass; what one should know of them is printed.

pc.graph @chain(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
                %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
                %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
                %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>) {
  %a = pc.vertex @a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %b = pc.vertex @b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %c = pc.vertex @c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
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

// Fixed prediction. Four frozen values of 16 bytes: three activities and the
// error of the output.
// CHECK-LABEL: locality of @l8_transposed_weights: L1 to L5 hold
//  CHECK-NEXT:   L7: 3 synchronous iterations in 1 relaxation
//  CHECK-NEXT:   L7: 64 bytes in 4 frozen values
//  CHECK-NEXT:   L8: @o sends to @c through its transposed weights
//  CHECK-NEXT:   L8: @c sends to @b through its transposed weights
//  CHECK-NEXT:   L8: @b sends to @a through its transposed weights
func.func @l8_transposed_weights(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@chain::@a, @chain::@b, @chain::@c]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// The strict rule: predictions and messages at current activities.
// CHECK-LABEL: locality of @strict: L1 to L5 hold
func.func @strict(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@chain::@a, @chain::@b, @chain::@c]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %va = pc.activity @chain::@a %a, %da : tensor<2xf64>
    %vb = pc.activity @chain::@b %b, %db : tensor<2xf64>
    %vc = pc.activity @chain::@c %c, %dc : tensor<2xf64>
    %pa = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
    %ea = pc.error @chain::@a precision(1.0) %pa, %a, %da : tensor<2xf64>
    %pb = pc.predict @chain::@b(%va : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %eb = pc.error @chain::@b precision(1.0) %pb, %b, %db : tensor<2xf64>
    %pc = pc.predict @chain::@c(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ec = pc.error @chain::@c precision(1.0) %pc, %c, %dc : tensor<2xf64>
    %po = pc.predict @chain::@o(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %eo = pc.vjp @chain::@l wrt [0] at(%po : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %mc = pc.vjp @chain::@o wrt [0] at(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%eo : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @chain::@c wrt [0] at(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%ec : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%va : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%eb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.advance @chain::@a step(0.1) %da, %ea, %ma : tensor<2xf64>
    %nb = pc.advance @chain::@b step(0.1) %db, %eb, %mb : tensor<2xf64>
    %nc = pc.advance @chain::@c step(0.1) %dc, %ec, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %pa = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %e = pc.error @chain::@a precision(1.0) %pa, %a, %d#0 : tensor<2xf64>
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%e : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// One step for each vertex, as a wavefront: a global signal tells them apart.
// CHECK-LABEL: locality of @l7_wavefront: L1 to L5 hold
//       CHECK:   L7: 3 synchronous iterations in 3 relaxations, which a global signal tells apart
func.func @l7_wavefront(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %dc = pc.relax iterations(1) states [@chain::@c] init(%zero) : (tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>):
    %m = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %n = pc.update @chain::@c step(1.0) %s, %m : tensor<2xf64>
    pc.yield %n : tensor<2xf64>
  }
  %db = pc.relax iterations(1) states [@chain::@b] init(%zero) : (tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>):
    %m = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %n = pc.update @chain::@b step(1.0) %s, %m : tensor<2xf64>
    pc.yield %n : tensor<2xf64>
  }
  %da = pc.relax iterations(1) states [@chain::@a] init(%zero) : (tensor<2xf64>) {
  ^bb0(%s: tensor<2xf64>):
    %m = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %n = pc.update @chain::@a step(1.0) %s, %m : tensor<2xf64>
    pc.yield %n : tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%da : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// Parameters are states too; a monitor reads everything and is read by nothing.
// CHECK-LABEL: locality of @incremental: L1 to L5 hold
func.func @incremental(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w4", pc.role = "gradient"}, tensor<2xf64>) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@chain::@c, @chain::@o, @chain::@l]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%e: tensor<2xf64>, %g: tensor<2xf64>, %energy: tensor<2xf64>):
    %s = pc.scale -0.1 * %g : tensor<2xf64>
    %w = pc.accumulate %w4, %s : tensor<2xf64>
    %v = pc.activity @chain::@c %c, %e : tensor<2xf64>
    %pc = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %dc = pc.error @chain::@c precision(1.0) %pc, %c, %e : tensor<2xf64>
    %po = pc.predict @chain::@o(%v : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64>
    %eo = pc.vjp @chain::@l wrt [0] at(%po : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %m:2 = pc.vjp @chain::@o wrt [0, 1] at(%v : tensor<2xf64>) params(%w : tensor<2xf64>) of [0](%eo : tensor<2xf64>) -> tensor<2xf64>, tensor<2xf64>
    %n = pc.advance @chain::@c step(0.1) %e, %dc, %m#0 : tensor<2xf64>
    %ng = pc.accumulate %g, %m#1 : tensor<2xf64>
    %sum = arith.addf %dc, %eo : tensor<2xf64>
    pc.yield %n, %ng, %sum : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  return %d#1, %d#2 : tensor<2xf64>, tensor<2xf64>
}

// A gradient clipped by its own norm stays local.
// CHECK-LABEL: locality of @own_clip: L1 to L5 hold
func.func @own_clip(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w1", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(3) states [@chain::@a, @chain::@b, @chain::@c]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g1 = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  %s = arith.mulf %g1, %g1 : tensor<2xf64>
  %n = math.rsqrt %s : tensor<2xf64>
  %g = arith.mulf %g1, %n : tensor<2xf64>
  return %g : tensor<2xf64>
}
