// RUN: pc-opt %s | pc-opt | FileCheck %s
// RUN: pc-opt %s -emit-bytecode | pc-opt | FileCheck %s
// RUN: pc-opt %s -mlir-print-op-generic | pc-opt | FileCheck %s

// Every operation of both levels, read and written again.

// CHECK-LABEL: pc.graph @chain
//  CHECK-SAME:   attributes {schedule = #pc.schedule<"fixed", step = 1.000000e-01, iterations = 20>}
//       CHECK:   pc.vertex @h(%{{.+}} : tensor<2xf64>) params(%{{.+}} : tensor<2xf64>)
//  CHECK-SAME:     energy(<gaussian, precision = 2.000000e+00>) step(5.000000e-01) iterations(3) -> tensor<2xf64>
//       CHECK:     pc.prediction %{{.+}} : tensor<2xf64>
//       CHECK:   pc.vertex @o(
//       CHECK:   pc.loss @l(%{{.+}} : tensor<2xf64>) energy(<objective>) -> tensor<f64>
//       CHECK:   pc.return %{{.+}}, %{{.+}} : tensor<2xf64>, tensor<f64>
pc.graph @chain(%x: tensor<2xf64> {pc.name = "x", pc.role = "input"},
                %w: tensor<2xf64> {pc.name = "w", pc.role = "parameter"})
    -> (tensor<2xf64>, tensor<f64>)
    attributes {schedule = #pc.schedule<"fixed", step = 0.1, iterations = 20>} {
  %h = pc.vertex @h(%x : tensor<2xf64>) params(%w : tensor<2xf64>)
      energy(<gaussian, precision = 2.0>) step(0.5) iterations(3) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>, %q: tensor<2xf64>):
    %y = arith.mulf %p, %q : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %o = pc.vertex @o(%h : tensor<2xf64>) -> tensor<2xf64> {
  ^bb0(%p: tensor<2xf64>):
    %y = math.tanh %p : tensor<2xf64>
    pc.prediction %y : tensor<2xf64>
  }
  %l = pc.loss @l(%o : tensor<2xf64>) energy(<objective>) -> tensor<f64> {
  ^bb0(%p: tensor<2xf64>):
    %c0 = arith.constant 0 : index
    %e = tensor.extract %p[%c0] : tensor<2xf64>
    %t = tensor.from_elements %e : tensor<f64>
    pc.prediction %t : tensor<f64>
  }
  pc.return %o, %l : tensor<2xf64>, tensor<f64>
}

// CHECK-LABEL: func @relaxation
//       CHECK:   pc.predict @chain::@h(%{{.+}} : tensor<2xf64>) params(%{{.+}} : tensor<2xf64>) -> tensor<2xf64>
//       CHECK:   pc.vjp @chain::@l wrt [0] at(%{{.+}} : tensor<2xf64>) of [0](%{{.+}} : tensor<f64>) -> tensor<2xf64>
//       CHECK:   pc.relax iterations(2) states [@chain::@h] init(%{{.+}}) : (tensor<2xf64>) {
//       CHECK:     pc.update @chain::@h step(1.000000e+00) %{{.+}}, %{{.+}} : tensor<2xf64>
//       CHECK:     pc.yield %{{.+}} : tensor<2xf64>
//       CHECK:   pc.activity @chain::@h %{{.+}}, %{{.+}} : tensor<2xf64>
//       CHECK:   pc.error @chain::@h precision(2.000000e+00) %{{.+}}, %{{.+}}, %{{.+}} : tensor<2xf64>
//       CHECK:   pc.advance @chain::@h step(1.000000e-01) %{{.+}}, %{{.+}}, %{{.+}} : tensor<2xf64>
//       CHECK:   pc.accumulate %{{.+}}, %{{.+}} : tensor<2xf64>
//       CHECK:   pc.scale 5.000000e-01 * %{{.+}} : tensor<2xf64>
func.func @relaxation(%x: tensor<2xf64>, %w: tensor<2xf64>, %one: tensor<f64>,
                      %zero: tensor<2xf64>) -> tensor<2xf64> {
  %h = pc.predict @chain::@h(%x : tensor<2xf64>) params(%w : tensor<2xf64>) -> tensor<2xf64>
  %o = pc.predict @chain::@o(%h : tensor<2xf64>) -> tensor<2xf64>
  %b = pc.vjp @chain::@l wrt [0] at(%o : tensor<2xf64>) of [0](%one : tensor<f64>) -> tensor<2xf64>
  %d = pc.relax iterations(2) states [@chain::@h] init(%zero) : (tensor<2xf64>) {
  ^bb0(%dh: tensor<2xf64>):
    %m = pc.vjp @chain::@o wrt [0] at(%h : tensor<2xf64>) of [0](%b : tensor<2xf64>) -> tensor<2xf64>
    %next = pc.update @chain::@h step(1.0) %dh, %m : tensor<2xf64>
    pc.yield %next : tensor<2xf64>
  }
  %v = pc.activity @chain::@h %h, %zero : tensor<2xf64>
  %e = pc.error @chain::@h precision(2.0) %v, %h, %zero : tensor<2xf64>
  %a = pc.advance @chain::@h step(0.1) %zero, %e, %d : tensor<2xf64>
  %s = pc.accumulate %a, %d : tensor<2xf64>
  %r = pc.scale 0.5 * %s : tensor<2xf64>
  return %r : tensor<2xf64>
}

// CHECK-LABEL: func @learning
//       CHECK:   pc.learn sgd rate(1.000000e-01) %{{.+}}, %{{.+}} : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
//       CHECK:   pc.learn momentum rate(1.000000e-01)
//       CHECK:   pc.learn adam rate(1.000000e-03)
func.func @learning(%w: tensor<2xf64>, %g: tensor<2xf64>, %m: tensor<2xf64>,
                    %n: tensor<f64>) -> (tensor<2xf64>, tensor<2xf64>) {
  %w1 = pc.learn sgd rate(0.1) %w, %g : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
  %w2:2 = pc.learn momentum rate(0.1) %w1, %g, %m
      : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>)
  %w3:4 = pc.learn adam rate(0.001) %w2#0, %g, %m, %w2#1, %n
      : (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<f64>)
      -> (tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<f64>)
  return %w3#0, %w3#1 : tensor<2xf64>, tensor<2xf64>
}

// CHECK-LABEL: func @tolerance
//       CHECK:   pc.relax iterations(9) tolerance(1.000000e-03) states [@chain::@h] init(%{{.+}}) : (tensor<2xf64>) {
func.func @tolerance(%w: tensor<2xf64>, %zero: tensor<2xf64>) -> tensor<2xf64> {
  %r = pc.relax iterations(9) tolerance(1.0e-3) states [@chain::@h] init(%zero) : (tensor<2xf64>) {
  ^bb0(%e: tensor<2xf64>):
    %next = pc.advance @chain::@h step(0.1) %e, %w : tensor<2xf64>
    pc.yield %next : tensor<2xf64>
  }
  return %r : tensor<2xf64>
}
