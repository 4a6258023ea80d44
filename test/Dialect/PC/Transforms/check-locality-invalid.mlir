// RUN: not pc-opt %s -pc-check-locality 2>&1 | FileCheck %s --implicit-check-not=error:

// One function for each way to break a rule; the messages name the edge.

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

// An error that starts from that of another vertex.
func.func @l1_reads_no_neighbour(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: @a takes a value of @c as its old error
    %na = pc.update @chain::@a step(1.0) %dc, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A state that takes over that of another vertex.
func.func @l1_takes_over_a_state(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: the next state of @a is a value of @b
    pc.yield %db, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// Error optimisation: the activities follow from the errors of all vertices
// before them, and each error descends the one loss.
func.func @l1_global_error_optimisation(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> tensor<2xf64> {
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
    %va = arith.addf %a, %da : tensor<2xf64>
    %pb = pc.predict @chain::@b(%va : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %vb = arith.addf %pb, %db : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: @c reads an activity of @b that follows its parents in the same iteration
    %pc = pc.predict @chain::@c(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %vc = arith.addf %pc, %dc : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: @o reads an activity of @c that follows its parents in the same iteration
    %po = pc.predict @chain::@o(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %eo = pc.vjp @chain::@l wrt [0] at(%po : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: @o reads an activity of @c that follows its parents in the same iteration
    %mc = pc.vjp @chain::@o wrt [0] at(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%eo : tensor<2xf64>) -> tensor<2xf64>
    %nc = pc.advance @chain::@c step(0.1) %dc, %dc, %mc : tensor<2xf64>
    // CHECK: :[[#@LINE+2]]:{{[0-9]+}}: error: L1: @c reads an activity of @b that follows its parents in the same iteration
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new error of @c
    %mb = pc.vjp @chain::@c wrt [0] at(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%mc : tensor<2xf64>) -> tensor<2xf64>
    %nb = pc.advance @chain::@b step(0.1) %db, %db, %mb : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @a reads the new error of @b
    %ma = pc.vjp @chain::@b wrt [0] at(%va : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%mb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.advance @chain::@a step(0.1) %da, %da, %ma : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  return %d#0 : tensor<2xf64>
}

// The schedule `sweep`: one iteration in reverse order, each vertex reads what
// its child has just become.
func.func @l2_reads_new_error(
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
  %d:3 = pc.relax iterations(1) states [@chain::@a, @chain::@b, @chain::@c]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new error of @c
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%nc : tensor<2xf64>) -> tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @a reads the new error of @b
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%nb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A sweep without the updates: two messages in a row.
func.func @l2_reads_message_of_message(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new error of @c
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%mc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A new value as a message.
func.func @l2_takes_new_error_as_message(
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
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new error of @c
    %nb = pc.update @chain::@b step(1.0) %db, %mb, %nc : tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// Folded code: no iterations are left.
func.func @l2_folded(
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
  %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new error of @c
  %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%mc : tensor<2xf64>) -> tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @a reads the new error of @b
  %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%mb : tensor<2xf64>) -> tensor<2xf64>
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%ma : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// An activity that has already moved.
func.func @l2_reads_new_activity(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> tensor<2xf64> {
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
    %ma = pc.vjp @chain::@b wrt [0] at(%va : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%eb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.advance @chain::@a step(0.1) %da, %ea, %ma : tensor<2xf64>
    %wa = pc.activity @chain::@a %a, %na : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: @b reads the new activity of @a
    %qb = pc.predict @chain::@b(%wa : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
    %fb = pc.error @chain::@b precision(1.0) %qb, %b, %db : tensor<2xf64>
    %pc = pc.predict @chain::@c(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
    %ec = pc.error @chain::@c precision(1.0) %pc, %c, %dc : tensor<2xf64>
    %mb = pc.vjp @chain::@c wrt [0] at(%vb : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%ec : tensor<2xf64>) -> tensor<2xf64>
    %nb = pc.advance @chain::@b step(0.1) %db, %fb, %mb : tensor<2xf64>
    %po = pc.predict @chain::@o(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
    %eo = pc.vjp @chain::@l wrt [0] at(%po : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
    %mc = pc.vjp @chain::@o wrt [0] at(%vc : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%eo : tensor<2xf64>) -> tensor<2xf64>
    %nc = pc.advance @chain::@c step(0.1) %dc, %ec, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  return %d#0 : tensor<2xf64>
}

// An error crosses an edge as it is.
func.func @l3_error_without_vjp(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L3: @b reads a value of @c that is no message to it
    %nb = pc.update @chain::@b step(1.0) %db, %dc : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A message that carries the error of a third vertex.
func.func @l3_carries_other_error(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L3: a message of @c reads a value of @b
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A message that is taken at the activity of another vertex.
func.func @l3_at_other_activity(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L3: @c reads a value of @a as the activity of @b
    %mb = pc.vjp @chain::@c wrt [0] at(%a : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %da, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A gradient that reads the error of a neighbour.
func.func @l4_gradient_of_other_error(
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
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L4: the gradient of a parameter of @a reads a value of @b
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// The gradient of one parameter in the place of another.
func.func @l4_other_parameter(
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
  %g = pc.vjp @chain::@b wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L4: the gradient of 'w1' is a value of 'w2'
  return %g : tensor<2xf64>
}

// A gradient that no vertex has made.
func.func @l4_no_vertex(
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
  %g = arith.mulf %x, %o : tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L4: the gradient of 'w1' is no VJP of a vertex
  return %g : tensor<2xf64>
}

// A parameter that follows the gradient of another.
func.func @l4_learns_other_gradient(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.updates = 1 : i64}) {
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
  %g = pc.vjp @chain::@b wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L4: 'w1' follows the gradient of 'w2'
  %n = pc.learn sgd rate(0.1) %w1, %g : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
  return %n : tensor<2xf64>
}

// Gradients clipped by a norm over all of them.
func.func @l5_global_clip(
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
  %g2 = pc.vjp @chain::@b wrt [1] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%d#1 : tensor<2xf64>) -> tensor<2xf64>
  %s1 = arith.mulf %g1, %g1 : tensor<2xf64>
  %s2 = arith.mulf %g2, %g2 : tensor<2xf64>
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L5: 'w1' reads 'arith.addf', which joins values of 'w1' and 'w2'
  %s = arith.addf %s1, %s2 : tensor<2xf64>
  %n = math.rsqrt %s : tensor<2xf64>
  %g = arith.mulf %g1, %n : tensor<2xf64>
  return %g : tensor<2xf64>
}

// An error divided by the mean over vertices.
func.func @l5_mean_over_vertices(
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
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L5: @a reads 'pc.accumulate', which joins values of @a and @b
    %s = pc.accumulate %da, %db, %dc : tensor<2xf64>
    %n = pc.scale 0.25 * %s : tensor<2xf64>
    %na = pc.update @chain::@a step(1.0) %n, %ma : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// A monitor is a state of the loss; here an update reads it.
func.func @l5_monitor_fed_back(
    %x: tensor<2xf64>,
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"})
    -> (tensor<2xf64> {pc.name = "w3", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %a = pc.predict @chain::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.predict @chain::@b(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @chain::@c(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %l = pc.predict @chain::@l(%o : tensor<2xf64>) -> tensor<f64>
  %do = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:2 = pc.relax iterations(3) states [@chain::@c, @chain::@l] init(%zero, %zero) : (tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%dc: tensor<2xf64>, %energy: tensor<2xf64>):
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %k = arith.mulf %mc, %energy : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L5: @c reads a monitor
    %nc = pc.update @chain::@c step(1.0) %dc, %k : tensor<2xf64>
    %e = arith.mulf %dc, %do : tensor<2xf64>
    pc.yield %nc, %e : tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@c wrt [1] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// The loss itself steers the size of a step.
func.func @l5_loss_fed_back(
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
  %v = tensor.extract %l[] : tensor<f64>
  %d:3 = pc.relax iterations(3) states [@chain::@a, @chain::@b, @chain::@c]
      init(%zero, %zero, %zero) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%do : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @chain::@c wrt [0] at(%b : tensor<2xf64>) params(%w3 : tensor<2xf64>) of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %ma = pc.vjp @chain::@b wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) of [0](%db : tensor<2xf64>) -> tensor<2xf64>
    %s = tensor.splat %v : tensor<2xf64>
    %k = arith.mulf %ma, %s : tensor<2xf64>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L5: @a reads a monitor
    %na = pc.update @chain::@a step(1.0) %da, %k : tensor<2xf64>
    %nb = pc.update @chain::@b step(1.0) %db, %mb : tensor<2xf64>
    %nc = pc.update @chain::@c step(1.0) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  %g = pc.vjp @chain::@a wrt [1] at(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) of [0](%d#0 : tensor<2xf64>) -> tensor<2xf64>
  return %g : tensor<2xf64>
}

// Iterations inside of a loop could be anything.
func.func @l2_inside_control_flow(
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
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L2: iterations inside 'scf.for' cannot be told from a backward sweep
  %g = scf.for %i = %c0 to %c1 step %c1 iter_args(%d = %do) -> (tensor<2xf64>) {
    %mc = pc.vjp @chain::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) of [0](%d : tensor<2xf64>) -> tensor<2xf64>
    scf.yield %mc : tensor<2xf64>
  }
  return %g : tensor<2xf64>
}
