// RUN: split-file %s %t
// RUN: pc-opt %t/s1_step.mlir -pc-expand-inference="schedule=fixed step=2.0" -verify-diagnostics
// RUN: pc-opt %t/s2_step.mlir -pc-expand-inference="step=0.5" -verify-diagnostics
// RUN: pc-opt %t/s2_iterations.mlir -pc-expand-inference="iterations=1" -verify-diagnostics
// RUN: pc-opt %t/s3_steps.mlir -pc-expand-inference="schedule=fixed" -verify-diagnostics
// RUN: pc-opt %t/s4_lengths.mlir -pc-expand-inference="schedule=fixed debias=true" -verify-diagnostics
// RUN: pc-opt %t/s4_strict.mlir -pc-expand-inference="schedule=strict debias=true" -verify-diagnostics
// RUN: pc-opt %t/s5_iterations.mlir -pc-expand-inference="schedule=strict" -verify-diagnostics
// RUN: pc-opt %t/s6_unlevelled.mlir -pc-expand-inference="schedule=z-il" -verify-diagnostics
// RUN: pc-opt %t/s6_step.mlir -pc-expand-inference="schedule=z-il step=0.5" -verify-diagnostics
// RUN: pc-opt %t/name.mlir -pc-expand-inference="schedule=gauss-seidel" -verify-diagnostics
// RUN: not pc-opt %t/none.mlir -pc-expand-inference 2>&1 | FileCheck %t/none.mlir

// Every precondition of a schedule, not met.

//--- s1_step.mlir
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error@+1 {{S1: fixed prediction expects a step between 0 and 2, but @h has 2.0}}
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s2_step.mlir
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error@+1 {{S2: fixed-exact expects step 1 at every vertex, but @h has 5.0}}
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s2_iterations.mlir
// expected-error@+1 {{S2: fixed-exact expects at least 2 iterations, the depth of the graph, but got 1}}
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s3_steps.mlir
// expected-error@+1 {{S3: iterations follow from a tolerance only where all vertices take one step; give the number of iterations}}
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) step(0.5) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s4_lengths.mlir
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error@+1 {{S4: debias expects paths of one length, but those of @h have 1 to 2 edges; pc-level-graph makes them equal}}
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s4_strict.mlir
// expected-error@+1 {{S4: debias belongs to fixed prediction}}
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s5_iterations.mlir
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error@+1 {{S5: iterations of its own belong to fixed prediction, but @h has them}}
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) iterations(3) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s6_unlevelled.mlir
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  // expected-error@+1 {{S6: z-il expects paths of one length, but those of @h have 1 to 2 edges; pc-level-graph makes them equal}}
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- s6_step.mlir
// expected-error@+1 {{S6: z-il expects step 1, but got 5.0}}
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- name.mlir
// expected-error@+1 {{no schedule is called 'gauss-seidel'}}
pc.graph @model_graph(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<f64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f64> {pc.role = "loss"}) {
  %h = pc.vertex @h(%x : tensor<f64>) params(%w : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %k = pc.vertex @k(%h : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    %y = math.tanh %p : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %o = pc.vertex @o(%h, %k : tensor<f64>, tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %y = arith.mulf %p, %q : tensor<f64>
    pc.prediction %y : tensor<f64>
  }
  %l = pc.loss @l(%o : tensor<f64>) -> tensor<f64> {
  ^bb0(%p: tensor<f64>):
    pc.prediction %p : tensor<f64>
  }
  pc.return %l : tensor<f64>
}

//--- none.mlir
// CHECK: error: expected pc.graph @model_graph; pc-build-graph makes it from an objective
func.func @model(%x: tensor<f64>) -> tensor<f64> {
  return %x : tensor<f64>
}
