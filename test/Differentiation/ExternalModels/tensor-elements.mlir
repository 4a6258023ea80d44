// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all | FileCheck %s
// RUN: pc-opt %s -split-input-file -pc-attach-loss=loss=cotangent -pc-jvp=wrt=all | FileCheck %s --check-prefix=JVP

// Between scalars and tensors: an element receives the cotangent of its place.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   tensor.from_elements
//   CHECK-DAG:   %[[E0:.+]] = tensor.extract %[[CT:.+]][%{{.+}}] : tensor<2xf32>
//   CHECK-DAG:   %[[E1:.+]] = tensor.extract %[[CT]][%{{.+}}] : tensor<2xf32>
//       CHECK:   tensor.insert %[[E1]] into %{{.+}}[%{{.+}}] : tensor<3xf32>
//       CHECK:   tensor.extract %[[DI:.+]][%{{.+}}] : tensor<3xf32>
//       CHECK:   %[[ZERO:.+]] = arith.constant 0.0
//       CHECK:   %[[DSPLAT:.+]] = tensor.insert %[[ZERO]] into %[[DI]]
//       CHECK:   linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%[[DSPLAT]] :
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.splat
//       JVP:   tensor.insert
//       JVP:   tensor.from_elements
//       JVP:   tensor.splat
//       JVP:   tensor.insert
//       JVP:   tensor.from_elements
func.func @model(%x: tensor<f32> {pc.name = "x", pc.role = "input"},
                 %s: tensor<f32> {pc.name = "s", pc.role = "parameter"})
    -> (tensor<2xf32> {pc.name = "y", pc.role = "output"}) {
  %c1 = arith.constant 1 : index
  %a = tensor.extract %x[] : tensor<f32>
  %b = tensor.extract %s[] : tensor<f32>
  %t = tensor.splat %a : tensor<3xf32>
  %i = tensor.insert %b into %t[%c1] : tensor<3xf32>
  %e = tensor.extract %i[%c1] : tensor<3xf32>
  %y = tensor.from_elements %a, %e : tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// tensor.generate is differentiated as the structured operation it stands for;
// nothing of that operation stays.
// CHECK-LABEL: func.func @model_autodiff(
//       CHECK:   %[[Y:.+]] = tensor.generate
//       CHECK:     math.exp
//   CHECK-NOT:   math.exp
//       CHECK:   linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%{{.+}}, %[[Y]] : tensor<3xf32>, tensor<3xf32>) outs(%{{.+}} : tensor<f32>)
//       CHECK:   return
// JVP-LABEL: func.func @model_jvp(
//       JVP:   tensor.generate
//       JVP:   linalg.generic {{.*}}iterator_types = ["parallel"]
//       JVP:     math.exp
func.func @model(%s: tensor<f32> {pc.name = "s", pc.role = "parameter"})
    -> (tensor<3xf32> {pc.name = "y", pc.role = "output"}) {
  %a = tensor.extract %s[] : tensor<f32>
  %y = tensor.generate {
  ^bb0(%i: index):
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %p = arith.mulf %f, %a : f32
    %e = math.exp %p : f32
    tensor.yield %e : f32
  } : tensor<3xf32>
  return %y : tensor<3xf32>
}
