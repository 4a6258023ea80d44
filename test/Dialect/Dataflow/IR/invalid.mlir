// RUN: pc-opt %s -split-input-file -verify-diagnostics

// One sentence of the rules of a learning circuit is broken in each.

pcflow.graph @d1_two_readers inputs ["x"] iterations(0) batch(1) wired {
// expected-error@-1 {{D1: expected one use of each stream of a wired graph, but an argument has 2}}
^bb0(%x: !pcflow.stream<4 x f32>):
  pcflow.output "a" %x : <4 x f32>
  pcflow.output "b" %x : <4 x f32>
}

// -----

pcflow.graph @d1_no_reader inputs ["x"] iterations(0) batch(1) wired {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D1: expected one use of each stream of a wired graph, but a result has 0}}
  %b = pcflow.buffer %x : <4 x f32>
}

// -----

// A prediction comes once in a sample, an error in every round.
pcflow.graph @d2_one_vector_for_two_rounds inputs ["x"] iterations(1) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %h = pcflow.vertex @h parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-error@+1 {{D2: takes 8 words a sample from operand 0, but the other end of the stream has 4}}
    %d = pcflow.state %p step(1.0) : <4 x f32>
    pcflow.yield %d : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d3_prediction_as_message inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D3: expected messages that other vertices send up}}
  %h = pcflow.vertex @h messages(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

// @a is told what @c says to @b: an error that jumps an edge.
pcflow.graph @d3_foreign_message inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D3: @a reads a message of @c to another vertex}}
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) messages(%g : !pcflow.stream<4 x f32>)
      -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>, %m: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @b parents(%a : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  // expected-note@+1 {{the child is here}}
  %g = pcflow.vertex @c parents(%b : !pcflow.stream<4 x f32>) answers [0] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d3_message_as_parent inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %g = pcflow.vertex @c parents(%x : !pcflow.stream<4 x f32>) answers [0] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  // expected-error@+1 {{D3: expected parents to be predictions of other vertices or data}}
  %b = pcflow.vertex @b parents(%g : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d4_shared_weights inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-note@+1 {{the owner is here}}
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @b parents(%a : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-error@+1 {{D4: @w belongs to another vertex already}}
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d4_foreign_weights inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  %b = pcflow.vertex @b parents(%a : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-error@+1 {{D4: expected weights of this vertex}}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) -> <4 x f32>
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d4_two_users inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) -> <4 x f32>
    // expected-error@+1 {{D4: @w is used by another unit already}}
    %z = pcflow.linear weights(@w) predict(%y : <4 x f32>) vjp(%p : <4 x f32>) -> <4 x f32>
    pcflow.yield %z : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d5_no_state inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-error@+1 {{D5: expected a pcflow.state or pcflow.activity on the cycle of streams through here}}
    %s = pcflow.sum %p, %q : !pcflow.stream<4 x f32>
    %q = pcflow.buffer %s : <4 x f32>
    pcflow.yield %s : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d6_arithmetic_outside inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D6: expected to be inside a vertex}}
  %s = pcflow.sum %x, %x : !pcflow.stream<4 x f32>
}

// -----

pcflow.graph @d7_wrong_yield inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D7: expected the body to yield the 1 types of the results}}
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<8 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d7_wrong_argument inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D7: expected body arguments of the 1 types of the operands}}
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<8 x f32>) {
  ^bb0(%p: !pcflow.stream<8 x f32>):
    pcflow.yield %p : !pcflow.stream<8 x f32>
  }
}

// -----

pcflow.graph @d7_answers_nobody inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D7: expected a parent below 1, but message 0 answers 1}}
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) answers [1] -> up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d8_pe inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    // expected-error@+1 {{D8: pe 3 does not divide the 4 rows}}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) {pe = 3 : i64} -> <4 x f32>
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d8_momentum inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x4xf32>}
    // expected-error@+1 {{D8: has momentum, but no rate to learn with}}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) momentum(0.5) -> <4 x f32>
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d8_shape inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.weights @w {value = dense<1.0> : tensor<4x8xf32>}
    // expected-error@+1 {{D8: expected weights of 4 rows and 4 columns}}
    %y = pcflow.linear weights(@w) predict(%p : <4 x f32>) vjp(%p : <4 x f32>) -> <4 x f32>
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d9_arguments inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    // expected-error@+1 {{D9: expected a region of 1 arguments and one yielded value}}
    %y = pcflow.map(%p) : (!pcflow.stream<4 x f32>) -> !pcflow.stream<4 x f32> {
    ^bb0(%u: f32, %v: f32):
      pcflow.yield %u : f32
    }
    pcflow.yield %y : !pcflow.stream<4 x f32>
  }
}

// -----

func.func @d10_knots(%x: f32) -> f32 {
  // expected-error@+1 {{D10: expected 1 + a power of 2 knots, but got 4}}
  %y = pcflow.lookup %x knots [0, 1, 2, 3] range(0) : f32
  return %y : f32
}

// -----

pcflow.graph @d11_other_link inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  %c = pcflow.gate "x:b" %x : <4 x f32>
  // expected-error@+1 {{D11: expected a gate of the link "x:a", but got one of "x:b"}}
  %a = pcflow.vertex @a parents(%c : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
}

// -----

pcflow.graph @d11_one_way inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !pcflow.stream<4 x f32>):
  // expected-error@+1 {{D11: expected gates on both ways of the link "a:b", but the message has none}}
  %a = pcflow.vertex @a parents(%x : !pcflow.stream<4 x f32>) messages(%g : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>, %m: !pcflow.stream<4 x f32>):
    pcflow.yield %p : !pcflow.stream<4 x f32>
  }
  %c = pcflow.gate "a:b" %a : <4 x f32>
  %b, %g = pcflow.vertex @b parents(%c : !pcflow.stream<4 x f32>) answers [0] -> down(!pcflow.stream<4 x f32>) up(!pcflow.stream<4 x f32>) {
  ^bb0(%p: !pcflow.stream<4 x f32>):
    pcflow.yield %p, %p : !pcflow.stream<4 x f32>, !pcflow.stream<4 x f32>
  }
}

// -----

// expected-error@+1 {{expected a width of 2 to 32 bits, but got 40}}
func.func private @width(!pcflow.fixed<40, 14>)

// -----

// expected-error@+1 {{expected fewer than 8 fraction bits, but got 8}}
func.func private @fraction(!pcflow.fixed<8, 8>)

// -----

// expected-error@+1 {{expected vectors of at least one word, but got 0}}
func.func private @empty(!pcflow.stream<0 x f32>)
