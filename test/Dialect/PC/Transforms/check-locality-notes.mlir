// RUN: split-file %s %t
// RUN: pc-opt %t/shared.mlir -pc-check-locality='print=true' | FileCheck %t/shared.mlir
// RUN: not pc-opt %t/co-parent.mlir -pc-check-locality 2>&1 | FileCheck %t/co-parent.mlir
// RUN: pc-opt %t/co-parent.mlir -pc-check-locality='gate=false print=true' | FileCheck %t/co-parent.mlir --check-prefix=PRINT
// RUN: not pc-opt %t/nothing.mlir -pc-check-locality 2>&1 | FileCheck %t/nothing.mlir
// RUN: not pc-opt %t/nothing.mlir -pc-check-locality='function=f' 2>&1 | FileCheck %t/nothing.mlir --check-prefix=NAMED
// RUN: pc-opt %t/ends.mlir -pc-check-locality='print=true' | FileCheck %t/ends.mlir

//--- ends.mlir
// A test of all states ends the relaxation. That is a global signal, which is
// said and not failed; all else is local.

// CHECK-LABEL: locality of @ends: L1 to L5 hold, but for the end of a relaxation
//  CHECK-NEXT:   L5: the largest slope of all vertices ends a relaxation, which is a global signal
//  CHECK-NEXT:   L7: at most 7 synchronous iterations in 1 relaxation
pc.graph @g(%x: tensor<2xf32> {pc.name = "x", pc.role = "input"}) -> (tensor<2xf32>, tensor<f32>) {
  %h = pc.vertex @h(%x : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>):
    pc.prediction %p : tensor<2xf32>
  }
  %l = pc.loss @l(%h : tensor<2xf32>) -> tensor<f32> {
  ^bb0(%p: tensor<2xf32>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf32>
    %t = tensor.from_elements %e : tensor<f32>
    pc.prediction %t : tensor<f32>
  }
  pc.return %h, %l : tensor<2xf32>, tensor<f32>
}
func.func @ends(%x: tensor<2xf32>, %one: tensor<f32>) -> tensor<2xf32> {
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %h = pc.predict @g::@h(%x : tensor<2xf32>) -> tensor<2xf32>
  %r = pc.relax iterations(7) tolerance(0.1) states [@g::@h] init(%zero) : (tensor<2xf32>) {
  ^bb0(%e: tensor<2xf32>):
    %v = pc.activity @g::@h %h, %e : tensor<2xf32>
    %d = pc.error @g::@h precision(1.0) %h, %h, %e : tensor<2xf32>
    %m = pc.vjp @g::@l wrt [0] at(%v : tensor<2xf32>) of [0](%one : tensor<f32>) -> tensor<2xf32>
    %n = pc.advance @g::@h step(0.5) %e, %d, %m : tensor<2xf32>
    pc.yield %n : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}

//--- shared.mlir
// What is not local in the model itself: a parameter of two vertices, a loop
// over time in one of them, a mean over the samples of a batch.

// CHECK-LABEL: locality of @l6_shared: L1 to L5 hold
//       CHECK:   L6: 'w' is shared by 2 vertices: @h @k
//       CHECK:   L6: @h couples the samples of a batch
//       CHECK:   L6: @k runs through time inside
//       CHECK:   L7: 2 synchronous iterations in 1 relaxation
//   CHECK-NOT:   L8: @o
pc.graph @g(%x: tensor<4x2xf32> {pc.name = "x", pc.role = "input"},
            %w: tensor<2xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf32>, tensor<f32>) {
  %h = pc.vertex @h(%x : tensor<4x2xf32>) params(%w : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<4x2xf32>, %q: tensor<2xf32>):
    %y = linalg.reduce ins(%p : tensor<4x2xf32>) outs(%q : tensor<2xf32>) dimensions = [0]
      (%in: f32, %out: f32) {
        %s = arith.addf %in, %out : f32
        linalg.yield %s : f32
      }
    pc.prediction %y : tensor<2xf32>
  }
  %k = pc.vertex @k(%h : tensor<2xf32>) params(%w : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>, %q: tensor<2xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %y = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %p) -> (tensor<2xf32>) {
      %n = arith.mulf %v, %q : tensor<2xf32>
      scf.yield %n : tensor<2xf32>
    }
    pc.prediction %y : tensor<2xf32>
  }
  %o = pc.vertex @o(%k : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>):
    %y = math.tanh %p : tensor<2xf32>
    pc.prediction %y : tensor<2xf32>
  }
  %l = pc.loss @l(%o : tensor<2xf32>) -> tensor<f32> {
  ^bb0(%p: tensor<2xf32>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf32>
    %t = tensor.from_elements %e : tensor<f32>
    pc.prediction %t : tensor<f32>
  }
  pc.return %o, %l : tensor<2xf32>, tensor<f32>
}
func.func @l6_shared(%x: tensor<4x2xf32>,
                     %w: tensor<2xf32> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf32> {pc.name = "w", pc.role = "gradient"}) {
  %one = arith.constant dense<1.0> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %h = pc.predict @g::@h(%x : tensor<4x2xf32>) params(%w : tensor<2xf32>) -> tensor<2xf32>
  %k = pc.predict @g::@k(%h : tensor<2xf32>) params(%w : tensor<2xf32>) -> tensor<2xf32>
  %o = pc.predict @g::@o(%k : tensor<2xf32>) -> tensor<2xf32>
  %b = pc.vjp @g::@l wrt [0] at(%o : tensor<2xf32>) of [0](%one : tensor<f32>) -> tensor<2xf32>
  %d:2 = pc.relax iterations(2) states [@g::@h, @g::@k] init(%zero, %zero) : (tensor<2xf32>, tensor<2xf32>) {
  ^bb0(%dh: tensor<2xf32>, %dk: tensor<2xf32>):
    %mk = pc.vjp @g::@o wrt [0] at(%k : tensor<2xf32>) of [0](%b : tensor<2xf32>) -> tensor<2xf32>
    %mh = pc.vjp @g::@k wrt [0] at(%h : tensor<2xf32>) params(%w : tensor<2xf32>) of [0](%dk : tensor<2xf32>) -> tensor<2xf32>
    %nh = pc.update @g::@h step(1.0) %dh, %mh : tensor<2xf32>
    %nk = pc.update @g::@k step(1.0) %dk, %mk : tensor<2xf32>
    pc.yield %nh, %nk : tensor<2xf32>, tensor<2xf32>
  }
  %gh = pc.vjp @g::@h wrt [1] at(%x : tensor<4x2xf32>) params(%w : tensor<2xf32>) of [0](%d#0 : tensor<2xf32>) -> tensor<2xf32>
  %gk = pc.vjp @g::@k wrt [1] at(%h : tensor<2xf32>) params(%w : tensor<2xf32>) of [0](%d#1 : tensor<2xf32>) -> tensor<2xf32>
  %g = pc.accumulate %gh, %gk : tensor<2xf32>
  return %g : tensor<2xf32>
}

//--- co-parent.mlir
// Under fixed prediction a co-parent's error is out of reach, even if every
// single operation looks local.
// PRINT: locality of @l1_reads_co_parent: violated
// PRINT:   L1: @h reads the state of @k, which is not next to it
pc.graph @g(%x: tensor<2xf32> {pc.name = "x", pc.role = "input"}) -> (tensor<2xf32>, tensor<f32>) {
  %h = pc.vertex @h(%x : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>):
    pc.prediction %p : tensor<2xf32>
  }
  %k = pc.vertex @k(%x : tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>):
    pc.prediction %p : tensor<2xf32>
  }
  %o = pc.vertex @o(%h, %k : tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>, %q: tensor<2xf32>):
    %y = arith.mulf %p, %q : tensor<2xf32>
    pc.prediction %y : tensor<2xf32>
  }
  %l = pc.loss @l(%o : tensor<2xf32>) -> tensor<f32> {
  ^bb0(%p: tensor<2xf32>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf32>
    %t = tensor.from_elements %e : tensor<f32>
    pc.prediction %t : tensor<f32>
  }
  pc.return %o, %l : tensor<2xf32>, tensor<f32>
}
func.func @l1_reads_co_parent(%x: tensor<2xf32>, %one: tensor<f32>) -> tensor<2xf32> {
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %h = pc.predict @g::@h(%x : tensor<2xf32>) -> tensor<2xf32>
  %k = pc.predict @g::@k(%x : tensor<2xf32>) -> tensor<2xf32>
  %o = pc.predict @g::@o(%h, %k : tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b = pc.vjp @g::@l wrt [0] at(%o : tensor<2xf32>) of [0](%one : tensor<f32>) -> tensor<2xf32>
  %d:2 = pc.relax iterations(2) states [@g::@h, @g::@k] init(%zero, %zero) : (tensor<2xf32>, tensor<2xf32>) {
  ^bb0(%dh: tensor<2xf32>, %dk: tensor<2xf32>):
    %vk = arith.subf %k, %dk : tensor<2xf32>
    %m:2 = pc.vjp @g::@o wrt [0, 1] at(%h, %vk : tensor<2xf32>, tensor<2xf32>) of [0](%b : tensor<2xf32>)
        -> tensor<2xf32>, tensor<2xf32>
    // CHECK: :[[#@LINE+1]]:{{[0-9]+}}: error: L1: @h reads the state of @k, which is not next to it
    %nh = pc.update @g::@h step(1.0) %dh, %m#0 : tensor<2xf32>
    %nk = pc.update @g::@k step(1.0) %dk, %m#1 : tensor<2xf32>
    pc.yield %nh, %nk : tensor<2xf32>, tensor<2xf32>
  }
  return %d#0 : tensor<2xf32>
}

//--- nothing.mlir
// CHECK: error: expected a function of the relaxation level, but found none; does pc-expand-inference come first?
// NAMED: error: expected a function @f
func.func @g(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
