// RUN: split-file %s %t
// RUN: pc-twin-test %t/old.mlir | FileCheck %t/old.mlir
// RUN: pc-twin-test %t/two.mlir | FileCheck %t/two.mlir
// RUN: not pc-twin-test %t/new.mlir | FileCheck %t/new.mlir
// RUN: not pc-twin-test %t/deaf.mlir | FileCheck %t/deaf.mlir

// A change of one state, and how far it gets in compiled code.

//--- old.mlir
// Old values only: one hop in one iteration.
// CHECK: 3 states, up to 1 iterations: [[N:[0-9]+]] of [[N]] comparisons hold bit by bit
// CHECK-NOT: {{.}}
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
func.func @model_gradient(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"},
    %s_a: tensor<2xf64> {pc.name = "a", pc.role = "state"},
    %s_b1: tensor<2xf64> {pc.name = "b1", pc.role = "state"},
    %s_c: tensor<2xf64> {pc.name = "c", pc.role = "state"})
    -> (tensor<2xf64> {pc.name = "a", pc.role = "state"}, tensor<2xf64> {pc.name = "b1", pc.role = "state"}, tensor<2xf64> {pc.name = "c", pc.role = "state"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%s_a, %s_b1, %s_c) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
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
  return %d#0, %d#1, %d#2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- two.mlir
// Two hops in two iterations.
// CHECK: 3 states, up to 2 iterations: [[N:[0-9]+]] of [[N]] comparisons hold bit by bit
// CHECK-NOT: {{.}}
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
func.func @model_gradient(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"},
    %s_a: tensor<2xf64> {pc.name = "a", pc.role = "state"},
    %s_b1: tensor<2xf64> {pc.name = "b1", pc.role = "state"},
    %s_c: tensor<2xf64> {pc.name = "c", pc.role = "state"})
    -> (tensor<2xf64> {pc.name = "a", pc.role = "state"}, tensor<2xf64> {pc.name = "b1", pc.role = "state"}, tensor<2xf64> {pc.name = "c", pc.role = "state"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(2) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%s_a, %s_b1, %s_c) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
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
  return %d#0, %d#1, %d#2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- new.mlir
// The planted fault: each vertex reads what its child has just become.
// CHECK: after 1 iterations a change of @c has reached @a, 2 hops away
// CHECK-NOT: {{.}}
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
func.func @model_gradient(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"},
    %s_a: tensor<2xf64> {pc.name = "a", pc.role = "state"},
    %s_b1: tensor<2xf64> {pc.name = "b1", pc.role = "state"},
    %s_c: tensor<2xf64> {pc.name = "c", pc.role = "state"})
    -> (tensor<2xf64> {pc.name = "a", pc.role = "state"}, tensor<2xf64> {pc.name = "b1", pc.role = "state"}, tensor<2xf64> {pc.name = "c", pc.role = "state"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%s_a, %s_b1, %s_c) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mc : tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%nc : tensor<2xf64>) -> tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.5) %db, %mb : tensor<2xf64>
    %ma = pc.vjp @model_graph::@b1 wrt [0] at(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>)
        of [0](%nb : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %ma : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  return %d#0, %d#1, %d#2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}

//--- deaf.mlir
// A vertex that hears nothing would pass every test for silence.
// CHECK: after 1 iterations a change of @b1 has reached nothing 1 hops away
// CHECK-NOT: {{.}}
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
func.func @model_gradient(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
    %w1: tensor<2xf64> {pc.name = "w1", pc.role = "parameter"},
    %w2: tensor<2xf64> {pc.name = "w2", pc.role = "parameter"},
    %w3: tensor<2xf64> {pc.name = "w3", pc.role = "parameter"},
    %w4: tensor<2xf64> {pc.name = "w4", pc.role = "parameter"},
    %s_a: tensor<2xf64> {pc.name = "a", pc.role = "state"},
    %s_b1: tensor<2xf64> {pc.name = "b1", pc.role = "state"},
    %s_c: tensor<2xf64> {pc.name = "c", pc.role = "state"})
    -> (tensor<2xf64> {pc.name = "a", pc.role = "state"}, tensor<2xf64> {pc.name = "b1", pc.role = "state"}, tensor<2xf64> {pc.name = "c", pc.role = "state"}) {
  %one = arith.constant dense<1.0> : tensor<f64>
  %a = pc.predict @model_graph::@a(%x : tensor<2xf64>) params(%w1 : tensor<2xf64>) -> tensor<2xf64>
  %b1 = pc.predict @model_graph::@b1(%a : tensor<2xf64>) params(%w2 : tensor<2xf64>) -> tensor<2xf64>
  %c = pc.predict @model_graph::@c(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @model_graph::@o(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @model_graph::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d:3 = pc.relax iterations(1) states [@model_graph::@a, @model_graph::@b1, @model_graph::@c] init(%s_a, %s_b1, %s_c) : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) {
  ^bb0(%da: tensor<2xf64>, %db: tensor<2xf64>, %dc: tensor<2xf64>):
    %mc = pc.vjp @model_graph::@o wrt [0] at(%c : tensor<2xf64>) params(%w4 : tensor<2xf64>)
        of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %mb = pc.vjp @model_graph::@c wrt [0] at(%b1 : tensor<2xf64>) params(%w3 : tensor<2xf64>)
        of [0](%dc : tensor<2xf64>) -> tensor<2xf64>
    %na = pc.update @model_graph::@a step(0.5) %da, %da : tensor<2xf64>
    %nb = pc.update @model_graph::@b1 step(0.5) %db, %mb : tensor<2xf64>
    %nc = pc.update @model_graph::@c step(0.5) %dc, %mc : tensor<2xf64>
    pc.yield %na, %nb, %nc : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
  }
  return %d#0, %d#1, %d#2 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>
}
