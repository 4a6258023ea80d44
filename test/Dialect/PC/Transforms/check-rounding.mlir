// RUN: pc-opt %s -split-input-file -verify-diagnostics -pc-check-rounding=gate=false

// The way from the wanted argument to the loss leads through integers.
func.func @model_objective(%x: tensor<2xf32> {pc.name = "x"}, %w: tensor<f32> {pc.name = "w", pc.role = "parameter"},
                           %s: tensor<f32> {pc.name = "s", pc.frozen, pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  %a = arith.mulf %w, %s : tensor<f32>
  %r = math.roundeven %a : tensor<f32>
  // expected-warning @below {{QuantizeLinear: expected a derivative, but the gradient of `w` ends at rounded numbers, here; --straight-through lets it pass}}
  %i = arith.fptosi %r {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
  %f = arith.sitofp %i : tensor<i32> to tensor<f32>
  return %f : tensor<f32>
}

// -----

// Inside of a body, of several arguments, at several places. The frozen
// argument is not wanted; the last conversion is not on the way to the loss.
func.func @model_objective(%w: tensor<2xf32> {pc.name = "w", pc.role = "parameter"}, %v: tensor<2xf32> {pc.name = "v", pc.role = "parameter"},
                           %u: tensor<2xf32> {pc.name = "u", pc.role = "parameter"}, %t: tensor<2xf32> {pc.name = "t", pc.role = "parameter"},
                           %s: tensor<f32> {pc.name = "s", pc.frozen, pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}, tensor<2xi32>) {
  %empty = tensor.empty() : tensor<2xi32>
  %q = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%w, %v, %u : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%empty : tensor<2xi32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %out: i32):
    %d = arith.addf %a, %b : f32
    %e = arith.addf %d, %c : f32
    // expected-warning @below {{gradient of `w`, `v`, `u` and 1 more ends at rounded numbers, here and at 1 more place;}}
    %i = arith.fptosi %e {pc.quantizes = "QLinearMatMul"} : f32 to i32
    linalg.yield %i : i32
  } -> tensor<2xi32>
  %p = arith.fptosi %t {pc.quantizes = "QuantizeLinear"} : tensor<2xf32> to tensor<2xi32>
  %sum = arith.addi %q, %p : tensor<2xi32>
  %zero = arith.constant dense<0> : tensor<i32>
  %l = linalg.reduce { arith.addi } ins(%sum : tensor<2xi32>) outs(%zero : tensor<i32>) dimensions = [0]
  %f = arith.sitofp %l : tensor<i32> to tensor<f32>
  %aside = arith.fptosi %w {pc.quantizes = "QuantizeLinear"} : tensor<2xf32> to tensor<2xi32>
  return %f, %aside : tensor<f32>, tensor<2xi32>
}

// -----

// The result of a branch, and what a loop gives to its next iteration.
func.func @model_objective(%w: tensor<f32> {pc.name = "w", pc.role = "parameter"}, %c: tensor<i1> {pc.name = "c"})
    -> (tensor<f32> {pc.role = "loss"}) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %start = arith.constant dense<0.0> : tensor<f32>
  %l:2 = scf.for %i = %zero to %two step %one iter_args(%x = %start, %sum = %start) -> (tensor<f32>, tensor<f32>) {
    // expected-warning @below {{gradient of `w` ends at rounded numbers, here;}}
    %q = arith.fptosi %x {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
    %f = arith.sitofp %q : tensor<i32> to tensor<f32>
    %next = arith.addf %sum, %f : tensor<f32>
    scf.yield %w, %next : tensor<f32>, tensor<f32>
  }
  return %l#1 : tensor<f32>
}

// -----

// Rounding that passes derivatives on; an operator reads the integers all the
// same.
func.func @model_objective(%w: tensor<f32> {pc.name = "w", pc.role = "parameter"}) -> (tensor<f32> {pc.role = "loss"}) {
  %r = math.roundeven %w {pc.straight_through} : tensor<f32>
  // expected-warning @below {{because an operator that reads them has no straight-through derivative}}
  %i = arith.fptosi %r {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
  %s = arith.addi %i, %i : tensor<i32>
  // expected-note @below {{it comes before they are floats again, here}}
  %f = arith.sitofp %s : tensor<i32> to tensor<f32>
  %l = arith.mulf %f, %r : tensor<f32>
  return %l : tensor<f32>
}

// -----

// Nothing to say: all who matter read the floats, or nobody wants a gradient.
func.func @model_objective(%x: tensor<f32> {pc.name = "x"}, %w: tensor<f32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}, tensor<i32>) {
  %r = math.roundeven %w {pc.straight_through} : tensor<f32>
  %i = arith.fptosi %r {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
  %p = arith.fptosi %x {pc.quantizes = "QuantizeLinear"} : tensor<f32> to tensor<i32>
  %f = arith.sitofp %p : tensor<i32> to tensor<f32>
  %l = arith.mulf %f, %r : tensor<f32>
  return %l, %i : tensor<f32>, tensor<i32>
}
