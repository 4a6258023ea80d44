// RUN: pc-opt %s -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference -pc-learn="optimizer=sgd rate=0.25" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s
// RUN: pc-opt %s -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference="schedule=fixed step=0.5 iterations=9" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s --check-prefix=FIXED
// RUN: pc-opt %s -pc-attach-loss=loss=mse -pc-build-graph -pc-expand-inference="schedule=strict step=0.5 iterations=9" \
// RUN:   -convert-pc-to-dataflow | FileCheck %s --check-prefix=STRICT

// @h is a product with a bias, @k its positive part, @s the product of the two
// (two readers of @h, a multiplicative merge), @o a product whose weights stand
// the other way round. Batch 2.

// CHECK-LABEL: pcflow.graph @model_circuit inputs ["x", "target"] iterations(3) batch(2)
// CHECK: ^bb0(%[[X:.+]]: !pcflow.stream<4 x f32>, %[[T:.+]]: !pcflow.stream<2 x f32>)

// The first vertex has no message for data.
// CHECK: %[[H:.+]] = pcflow.vertex @h parents(%[[X]] : !pcflow.stream<4 x f32>)
// CHECK-SAME: messages(%[[G0:.+]], %[[G1:.+]] : {{.+}}) -> down(!pcflow.stream<3 x f32>) {
// CHECK:   pcflow.weights @w {value
// CHECK:   pcflow.weights @b {value
// CHECK:   %[[Y:.+]] = pcflow.linear weights(@w) bias(@b) predict({{.+}}) vjp(%[[D:.+]] : <3 x f32>) rate(2.500000e-01) -> <3 x f32>
// CHECK:   %[[S:.+]] = pcflow.sum
// CHECK:   %[[N:.+]] = pcflow.state %[[S]] step(1.000000e+00)
// CHECK:   %[[D]] = pcflow.tap "h" %[[N]]
// CHECK:   pcflow.yield %[[Y]]

// A message for each operand, from the other one, frozen.
// CHECK: %[[K:.+]], %{{.+}} = pcflow.vertex @k
// CHECK: pcflow.vertex @s parents(%[[H]], %[[K]] : {{.+}}) messages({{.+}}) answers [0, 1] -> down({{.+}}) up({{.+}}, {{.+}}) {
// CHECK: ^bb0(%[[P:.+]]: {{.+}}, %[[Q:.+]]: {{.+}}, %{{.+}}: {{.+}}):
// CHECK:   pcflow.map(%[[P]], %[[Q]])
// CHECK:     arith.mulf
// CHECK:   %[[E:.+]] = pcflow.tap "s"
// CHECK-DAG: pcflow.latch %[[P]]
// CHECK-DAG: pcflow.latch %[[Q]]
// CHECK:   pcflow.map(%[[E]], %{{.+}})
// CHECK:     arith.mulf

// CHECK: %[[O:.+]], %{{.+}} = pcflow.vertex @o
// CHECK:   pcflow.weights @v {transposed, value
// CHECK:   pcflow.linear weights(@v) predict({{.+}}) vjp({{.+}}) rate(2.500000e-01) -> <2 x f32> up(!pcflow.stream<3 x f32>)
// CHECK-NOT: pcflow.state

// CHECK: pcflow.vertex @loss parents(%[[O]], %[[T]] : {{.+}}) answers [0] -> up(!pcflow.stream<2 x f32>) {
// CHECK:   %[[B:.+]] = pcflow.map
// CHECK:     arith.subf
// CHECK:   pcflow.latch %[[B]]
// CHECK: pcflow.output "y" %[[O]]

// Without pc.learn weights do not move, but gradients are summed.
// FIXED: iterations(9)
// FIXED: pcflow.linear {{.+}} rate(0.000000e+00)
// FIXED: pcflow.state {{.+}} step(5.000000e-01)
// FIXED-NOT: pc.vertex

// Strictly, data are there in every round, the others read the activity, and only
// the prediction of the first round goes to the host.
// STRICT: iterations(9) batch(2) strict
// STRICT: pcflow.vertex @h
// STRICT: %[[X:.+]] = pcflow.latch
// STRICT: %[[MU:.+]] = pcflow.linear weights(@w) bias(@b) predict(%[[X]] : {{.+}}) vjp(%[[D:.+]] : <3 x f32>)
// STRICT: %[[V:.+]], %[[E:.+]] = pcflow.activity %[[MU]], %{{.+}} step(5.000000e-01)
// STRICT: %[[D]] = pcflow.tap "h" %[[E]]
// STRICT: pcflow.yield %[[V]]
// STRICT: pcflow.vertex @s
// STRICT-NOT: pcflow.latch
// STRICT: %[[O:.+]], %{{.+}} = pcflow.vertex @o
// STRICT-NOT: pcflow.activity
// STRICT: pcflow.vertex @loss
// STRICT: pcflow.latch
// STRICT-NOT: pcflow.latch
// STRICT: %[[Y:.+]] = pcflow.first %[[O]]
// STRICT: pcflow.output "y" %[[Y]]

#act = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @model(%x: tensor<2x4xf32> {pc.name = "x", pc.role = "input"},
               %w: tensor<3x4xf32> {pc.name = "w", pc.role = "parameter", pc.value = dense<0.5> : tensor<3x4xf32>},
               %b: tensor<3xf32> {pc.name = "b", pc.role = "parameter", pc.value = dense<0.25> : tensor<3xf32>},
               %v: tensor<3x2xf32> {pc.name = "v", pc.role = "parameter", pc.value = dense<1.5> : tensor<3x2xf32>})
    -> (tensor<2x2xf32> {pc.name = "y", pc.role = "output"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3xf32> loc("h")
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3xf32>) -> tensor<2x3xf32> loc("h")
  %p = linalg.matmul indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>,
      affine_map<(d0, d1, d2) -> (d0, d1)>]
      ins(%x, %w : tensor<2x4xf32>, tensor<3x4xf32>) outs(%f : tensor<2x3xf32>) -> tensor<2x3xf32> loc("h")
  %h = linalg.generic {indexing_maps = [#act, #row, #act], iterator_types = ["parallel", "parallel"]}
      ins(%p, %b : tensor<2x3xf32>, tensor<3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32 loc("h")
    linalg.yield %s : f32 loc("h")
  } -> tensor<2x3xf32> loc("h")
  %k = linalg.generic {indexing_maps = [#act, #act], iterator_types = ["parallel", "parallel"]}
      ins(%h : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32 loc("k")
    linalg.yield %m : f32 loc("k")
  } -> tensor<2x3xf32> loc("k")
  %s = linalg.generic {indexing_maps = [#act, #act, #act], iterator_types = ["parallel", "parallel"]}
      ins(%h, %k : tensor<2x3xf32>, tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %m = arith.mulf %a, %c : f32 loc("s")
    linalg.yield %m : f32 loc("s")
  } -> tensor<2x3xf32> loc("s")
  %e2 = tensor.empty() : tensor<2x2xf32> loc("o")
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  %y = linalg.matmul ins(%s, %v : tensor<2x3xf32>, tensor<3x2xf32>) outs(%f2 : tensor<2x2xf32>) -> tensor<2x2xf32> loc("o")
  return %y : tensor<2x2xf32>
}
