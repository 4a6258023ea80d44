// RUN: pc-opt %s -split-input-file -verify-diagnostics -allow-unregistered-dialect

// expected-error@+1 {{G1: expected vertices and a loss in the body}}
pc.graph @g1_other_op(%x: tensor<f64>) -> (tensor<f64>) {
  // expected-note@+1 {{but here is 'arith.negf'}}
  %y = arith.negf %x : tensor<f64>
  pc.return %y : tensor<f64>
}

// -----

// expected-error@+1 {{G2: expected one pc.loss, but got 0}}
pc.graph @g2_no_loss(%x: tensor<f64>) -> (tensor<f64>) {
  pc.return %x : tensor<f64>
}

// -----

// expected-error@+1 {{G2: expected the value of the loss as last result}}
pc.graph @g2_other_result(%x: tensor<f64>) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %x : tensor<f64>
}

// -----

pc.graph @g3_input_as_parameter(%x: tensor<f64> {pc.role = "input"}) -> (tensor<f64>) {
  // expected-error@+1 {{G3: expected parameter 0 to be an argument with role "parameter"}}
  %l = pc.loss @l() params(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

// -----

pc.graph @g4_two_of_a_name(%x: tensor<f64>) -> (tensor<f64>) {
  // expected-note@+1 {{by the vertex here}}
  %h = pc.vertex @l(%x : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  // expected-error@+1 {{G4: the name @l is taken}}
  %l = pc.loss @l(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

// -----

pc.graph @v1_body_argument(%x: tensor<f64>) -> (tensor<f64>) {
  // expected-error@+1 {{V1: expected one body argument for each of the 1 operands, of its type}}
  %l = pc.loss @l(%x : tensor<f64>) -> tensor<f64> {
    %c = arith.constant dense<0.0> : tensor<f64>
    pc.prediction %c : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

// -----

pc.graph @v2_prediction_type(%x: tensor<2xf64>) -> (tensor<f64>) {
  // expected-error@+1 {{V2: expected one prediction for each result, of its type}}
  %l = pc.loss @l(%x : tensor<2xf64>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    // expected-note@+1 {{the prediction is here}}
    pc.prediction %p : tensor<2xf64>
  }
  pc.return %l : tensor<f64>
}

// -----

pc.graph @v3_categorical_vertex(%x: tensor<f64>) -> (tensor<f64>) {
  // expected-error@+1 {{V3: expected a gaussian energy, but got categorical; the other energies belong to pc.loss}}
  %h = pc.vertex @h(%x : tensor<f64>) energy(<categorical>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  %l = pc.loss @l(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

// -----

pc.graph @v4_vector_loss(%x: tensor<2xf64>) -> (tensor<2xf64>) {
  // expected-error@+1 {{V4: expected a rank-0 tensor of floats, but got 'tensor<2xf64>'}}
  %l = pc.loss @l(%x : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    pc.prediction %p : tensor<2xf64>
  }
  pc.return %l : tensor<2xf64>
}

// -----

pc.graph @v5_negative_step(%x: tensor<f64>) -> (tensor<f64>) {
  // expected-error@+1 {{V5: expected a step above 0, but got -1.0}}
  %h = pc.vertex @h(%x : tensor<f64>) step(-1.0) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  %l = pc.loss @l(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

// -----

// expected-error@+1 {{expected a precision above 0, but got}}
"test.op"() {a = #pc.energy<gaussian, precision = 0.0>} : () -> ()

// -----

// expected-error@+1 {{only a gaussian energy has a precision, but categorical got 2.0}}
"test.op"() {a = #pc.energy<categorical, precision = 2.0>} : () -> ()

// -----

// expected-error@+1 {{no energy is called 'laplace'}}
"test.op"() {a = #pc.energy<laplace>} : () -> ()

// -----

// expected-error@+1 {{no schedule is called 'gauss-seidel'}}
"test.op"() {a = #pc.schedule<"gauss-seidel">} : () -> ()

// -----

// expected-error@+1 {{expected step, iterations, tolerance, beta or rate, but got 'eta'}}
"test.op"() {a = #pc.schedule<"fixed", eta = 0.1>} : () -> ()

// -----

// expected-error@+1 {{expected a step above 0, but got 0.0}}
"test.op"() {a = #pc.schedule<"fixed", step = 0.0>} : () -> ()

// -----

// expected-error@+1 {{expected 0 or more iterations, but got -1}}
"test.op"() {a = #pc.schedule<"fixed", iterations = -1>} : () -> ()

// -----

// expected-error@+1 {{expected a tolerance in [0, 1), but got 1.0}}
"test.op"() {a = #pc.schedule<"fixed", tolerance = 1.0>} : () -> ()

// -----

// expected-error@+1 {{expected a tolerance of 0 or more and finite, but got -1.0}}
"test.op"() {a = #pc.schedule<"nudged", tolerance = -1.0>} : () -> ()

// -----

// Slopes have a unit: this one may be above 1.
"test.op"() {a = #pc.schedule<"strict", tolerance = 2.0>} : () -> ()
// expected-error@+1 {{only fixed, strict, nudged and centred-nudged have a tolerance, but z-il got}}
"test.op"() {a = #pc.schedule<"z-il", tolerance = 1.0e-3>} : () -> ()

// -----

// expected-error@+1 {{expected a beta that is not 0, but got 0.0}}
"test.op"() {a = #pc.schedule<"nudged", beta = 0.0>} : () -> ()

// -----

// expected-error@+1 {{expected a rate of 0 or more, but got -1.0}}
"test.op"() {a = #pc.schedule<"incremental", rate = -1.0>} : () -> ()

// -----

func.func @r1_no_vertex(%x: tensor<f64>) {
  // expected-error@+1 {{expected @g::@h to name a vertex or a loss}}
  %m = pc.predict @g::@h(%x : tensor<f64>) -> tensor<f64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  // expected-note@+1 {{the vertex is here}}
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r1_parents(%x: tensor<2xf64>, %w: tensor<f64>) {
  // expected-error@+1 {{R1: expected the 1 parents of @l, of their types}}
  %m = pc.predict @g::@l(%x : tensor<2xf64>) params(%w : tensor<f64>) -> tensor<f64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  // expected-note@+1 {{the vertex is here}}
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r1_parameters(%x: tensor<f64>) {
  // expected-error@+1 {{R1: expected the 1 parameters of @l, of their types}}
  %m = pc.predict @g::@l(%x : tensor<f64>) -> tensor<f64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r1_predictions(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R1: expected the 1 predictions of @l, of their types}}
  %m = pc.predict @g::@l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<2xf64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r2_result(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R2: expected a result below 1, but got 1}}
  %m = pc.vjp @g::@l wrt [0] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [1](%x : tensor<f64>) -> tensor<f64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r2_type(%x: tensor<f64>, %w: tensor<f64>, %d: tensor<2xf64>) {
  // expected-error@+1 {{R2: expected an error of type 'tensor<f64>' for result 0, but got 'tensor<2xf64>'}}
  %m = pc.vjp @g::@l wrt [0] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [0](%d : tensor<2xf64>) -> tensor<f64>
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @x1_owner(%x: tensor<f64>) {
  // expected-error@+1 {{X1: expected a vertex for each state, but got 3 : i64}}
  %d = pc.relax iterations(1) states [3] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    pc.yield %s : tensor<f64>
  }
  return
}

// -----

pc.graph @g(%x: tensor<f64>, %w: tensor<f64> {pc.role = "parameter"}) -> (tensor<f64>) {
  %l = pc.loss @l(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}
func.func @r2_count(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R2: expected 2 errors, but got 1}}
  %m = pc.vjp @g::@l wrt [0] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [0, 1](%x : tensor<f64>) -> tensor<f64>
  return
}
func.func @r3_count(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R3: expected 2 results, but got 1}}
  %m = pc.vjp @g::@l wrt [0, 1] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [0](%x : tensor<f64>) -> tensor<f64>
  return
}
func.func @r3_operand(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R3: expected an operand below 2, but got 2}}
  %m = pc.vjp @g::@l wrt [2] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [0](%x : tensor<f64>) -> tensor<f64>
  return
}
func.func @r3_type(%x: tensor<f64>, %w: tensor<f64>) {
  // expected-error@+1 {{R3: expected a result of type 'tensor<f64>' for operand 0, but got 'tensor<2xf64>'}}
  %m = pc.vjp @g::@l wrt [0] at(%x : tensor<f64>) params(%w : tensor<f64>)
      of [0](%x : tensor<f64>) -> tensor<2xf64>
  return
}
func.func @x1_states(%x: tensor<f64>) {
  // expected-error@+1 {{X1: expected one initial state for each of the 0 states, but got 1}}
  %d = pc.relax iterations(1) states [] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    pc.yield %s : tensor<f64>
  }
  return
}
func.func @x1_yield(%x: tensor<f64>) {
  // expected-error@+1 {{X1: expected yielded values of the types of the states}}
  %d = pc.relax iterations(1) states [@g::@l] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    pc.yield
  }
  return
}
func.func @x2_tolerance(%x: tensor<f64>) {
  // expected-error@+1 {{X2: expected a tolerance above 0 and finite, but got 0.0}}
  %d = pc.relax iterations(2) tolerance(0.0) states [@g::@l] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    %n = pc.advance @g::@l step(0.1) %s, %x : tensor<f64>
    pc.yield %n : tensor<f64>
  }
  return
}
func.func @x2_infinite(%x: tensor<f64>) {
  // expected-error@+1 {{X2: expected a tolerance above 0 and finite}}
  %d = pc.relax iterations(2) tolerance(0x7FF0000000000000) states [@g::@l] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    %n = pc.advance @g::@l step(0.1) %s, %x : tensor<f64>
    pc.yield %n : tensor<f64>
  }
  return
}
func.func @x2_rule(%x: tensor<f64>) {
  // expected-error@+1 {{X2: expected state 0 to move by pc.advance, whose slope the tolerance is held against}}
  %d = pc.relax iterations(2) tolerance(0.1) states [@g::@l] init(%x) : (tensor<f64>) {
  ^bb0(%s: tensor<f64>):
    // expected-note@+1 {{the next state comes from here}}
    %n = pc.update @g::@l step(0.1) %s, %x : tensor<f64>
    pc.yield %n : tensor<f64>
  }
  return
}
func.func @x2_other_state(%x: tensor<f64>) {
  // expected-error@+1 {{X2: expected state 1 to move by pc.advance}}
  %d:2 = pc.relax iterations(2) tolerance(0.1) states [@g::@l, @g::@l] init(%x, %x) : (tensor<f64>, tensor<f64>) {
  ^bb0(%s: tensor<f64>, %t: tensor<f64>):
    // expected-note@+1 {{the next state comes from here}}
    %n = pc.advance @g::@l step(0.1) %s, %x : tensor<f64>
    pc.yield %n, %n : tensor<f64>, tensor<f64>
  }
  return
}
func.func @x1_argument(%x: tensor<f64>) {
  // expected-error@+1 {{X1: expected body arguments of the types of the states}}
  %d = pc.relax iterations(1) states [@g::@l] init(%x) : (tensor<f64>) {
    pc.yield %x : tensor<f64>
  }
  return
}

// -----

func.func @o1_states(%w: tensor<2xf64>) {
  // expected-error@+1 {{O1: expected 1 states for momentum, but got 0}}
  %r = pc.learn momentum rate(0.1) %w, %w : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
  return
}
func.func @o1_gradient(%w: tensor<2xf64>, %g: tensor<3xf64>) {
  // expected-error@+1 {{O1: expected gradient and result of type 'tensor<2xf64>'}}
  %r = pc.learn sgd rate(0.1) %w, %g : (tensor<2xf64>, tensor<3xf64>) -> tensor<2xf64>
  return
}
func.func @o1_count(%w: tensor<2xf64>) {
  // expected-error@+1 {{O1: state 2 has the unexpected type 'tensor<2xf64>'}}
  %r:4 = pc.learn adam rate(0.1) %w, %w, %w, %w, %w
    : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>)
    -> (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>)
  return
}
func.func @accumulate_nothing() {
  // expected-error@+1 {{expected 1 or more operands, but found 0}}
  %r = "pc.accumulate"() : () -> tensor<2xf64>
  return
}
