// RUN: pc-opt %s -split-input-file -verify-diagnostics -allow-unregistered-dialect -pc-autodiff=function=energy

// Everything without a rule in a body is reported at once, where it stands.
func.func @energy(%x: tensor<3xf32> {pc.name = "x", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  %e = tensor.empty() : tensor<3xf32>
  %y = linalg.map ins(%x : tensor<3xf32>) outs(%e : tensor<3xf32>) (%p: f32, %o: f32) {
    // expected-error @below {{'test.first' op has no derivative rule}}
    %q = "test.first"(%p) : (f32) -> f32
    // expected-error @below {{'test.second' op has no derivative rule}}
    %r = "test.second"(%q) : (f32) -> f32
    linalg.yield %r : f32
  }
  %c0 = arith.constant 0 : index
  %v = tensor.extract %y[%c0] : tensor<3xf32>
  %l = tensor.from_elements %v : tensor<f32>
  return %l : tensor<f32>
}

// -----

// The same in both branches of a choice.
func.func @energy(%x: tensor<f32> {pc.name = "x", pc.role = "parameter"}, %c: i1)
    -> (tensor<f32> {pc.role = "loss"}) {
  %l = scf.if %c -> (tensor<f32>) {
    // expected-error @below {{'test.first' op has no derivative rule}}
    %t = "test.first"(%x) : (tensor<f32>) -> tensor<f32>
    scf.yield %t : tensor<f32>
  } else {
    // expected-error @below {{'test.second' op has no derivative rule}}
    %t = "test.second"(%x) : (tensor<f32>) -> tensor<f32>
    scf.yield %t : tensor<f32>
  }
  return %l : tensor<f32>
}

// -----

func.func @energy(%x: tensor<f32> {pc.name = "x", pc.role = "parameter"}, %n: index)
    -> (tensor<f32> {pc.role = "loss"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'scf.for' op has no derivative: expected constant bounds and a constant step}}
  %l = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> (tensor<f32>) {
    %p = arith.mulf %v, %v : tensor<f32>
    scf.yield %p : tensor<f32>
  }
  return %l : tensor<f32>
}

// -----

func.func @energy(%x: tensor<2xf32> {pc.name = "x", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'tensor.pad' op has no derivative: expected one padding value for all places, but its region computes it from differentiable values}}
  %y = tensor.pad %x low[1] high[0] {
  ^bb0(%i: index):
    %v = tensor.extract %x[%i] : tensor<2xf32>
    tensor.yield %v : f32
  } : tensor<2xf32> to tensor<3xf32>
  %c0 = arith.constant 0 : index
  %v = tensor.extract %y[%c0] : tensor<3xf32>
  %l = tensor.from_elements %v : tensor<f32>
  return %l : tensor<f32>
}

// -----

// How many iterations reverse mode would have to keep is not known.
func.func @energy(%x: tensor<f32> {pc.name = "x", pc.role = "parameter"})
    -> (tensor<f32> {pc.role = "loss"}) {
  // expected-error @below {{'scf.while' op has no derivative rule}}
  %l = scf.while (%v = %x) : (tensor<f32>) -> tensor<f32> {
    %e = tensor.extract %v[] : tensor<f32>
    %c1 = arith.constant 1.0 : f32
    %goes = arith.cmpf olt, %e, %c1 : f32
    scf.condition(%goes) %v : tensor<f32>
  } do {
  ^bb0(%v: tensor<f32>):
    %next = arith.addf %v, %v : tensor<f32>
    scf.yield %next : tensor<f32>
  }
  return %l : tensor<f32>
}
