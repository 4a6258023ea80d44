// RUN: pc-opt %s -pc-attach-loss=loss=model -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s --check-prefix=MODEL
// RUN: pc-opt %s -pc-attach-loss="loss=mse output=y" -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s --check-prefixes=MSE,MEAN
// RUN: pc-opt %s -pc-attach-loss="loss=mse reduction=sum output=0" | FileCheck %s --check-prefix=MSE --implicit-check-not=arith.divf
// RUN: pc-opt %s -pc-attach-loss="loss=cross-entropy output=y" -mlir-print-local-scope | FileCheck %s --check-prefix=ENTROPY
// RUN: pc-opt %s -pc-attach-loss=loss=cotangent | FileCheck %s --check-prefix=COTANGENT

// A function whose only marks are attributes, some of which it leaves out:
// what says nothing is an input or an output. The forward function stays.
func.func @model(%x: tensor<2x3xf32>,
                 %w: tensor<3xf64> {pc.role = "parameter", pc.name = "w"},
                 %target: tensor<i64> {pc.role = "input", pc.name = "target"})
    -> (tensor<2x3xf32> {pc.name = "y"}, tensor<3xf64>, tensor<i64>, tensor<1x1xf32> {pc.name = "energy"}) {
  %l = tensor.extract_slice %x[0, 0] [1, 1] [1, 1] : tensor<2x3xf32> to tensor<1x1xf32>
  return %x, %w, %target, %l : tensor<2x3xf32>, tensor<3xf64>, tensor<i64>, tensor<1x1xf32>
}

// The only output of one element is the loss, as a tensor of rank 0, and stays
// an output.
// MODEL-LABEL: func.func @model(
// MODEL-LABEL: func.func @model_objective(
//  MODEL-SAME:   %{{.+}}: tensor<2x3xf32> {pc.name = "arg0", pc.role = "input"}
//   MODEL-NOT:   pc.role = "target"
//  MODEL-SAME:   tensor<1x1xf32> {pc.name = "energy", pc.role = "output"}, tensor<f32> {pc.name = "loss", pc.role = "loss"}
//       MODEL:   %[[SLICE:.+]] = tensor.extract_slice
//       MODEL:   %[[LOSS:.+]] = tensor.collapse_shape %[[SLICE]] [] {{.+}} loc("loss")
//       MODEL:   return %{{.+}}, %{{.+}}, %{{.+}}, %[[SLICE]], %[[LOSS]]

// The name `target` is taken.
//   MSE-LABEL: func.func @model_objective(
//    MSE-SAME:   %[[X:[^:]+]]: tensor<2x3xf32>
//    MSE-SAME:   %[[T:[^:]+]]: tensor<2x3xf32> {pc.name = "target_1", pc.role = "target"}
//    MSE-SAME:   tensor<f32> {pc.name = "loss", pc.role = "loss"}
//         MSE:   linalg.generic {{.*}}iterator_types = ["reduction", "reduction"]} ins(%[[X]], %[[T]] :
//         MSE:     %[[E:.+]] = arith.subf
//         MSE:     arith.mulf %[[E]], %[[E]]
// 2 times 3 elements.
//        MEAN:   %[[N:.+]] = arith.constant dense<6.000000e+00> : tensor<f32>
//        MEAN:   %[[L:.+]] = arith.divf %{{.+}}, %[[N]] : tensor<f32> loc("loss")
//        MEAN:   return %{{.+}}, %[[L]]

// The class axis is 1; the labels have the shape without it. Nothing is read
// at an address that depends on a label.
// ENTROPY-LABEL: func.func @model_objective(
//  ENTROPY-SAME:   %[[X:[^:]+]]: tensor<2x3xf32>
//  ENTROPY-SAME:   %[[T:[^:]+]]: tensor<2xi64> {pc.name = "target_1", pc.role = "target"}
//   ENTROPY-NOT:   tensor.extract %
//       ENTROPY:   %[[MAX:.+]] = linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[X]] :
//       ENTROPY:     arith.maximumf
//       ENTROPY:   %[[Z:.+]] = linalg.generic {{.*}}["parallel", "parallel"]} ins(%[[X]], %[[MAX]] :
//       ENTROPY:     arith.subf
//       ENTROPY:   %[[S:.+]] = linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[Z]] :
//       ENTROPY:     math.exp
//       ENTROPY:   %[[P:.+]] = linalg.generic {{.*}}["parallel", "reduction"]} ins(%[[Z]], %[[T]] :
//       ENTROPY:     %[[C:.+]] = linalg.index 1
//       ENTROPY:     %[[I:.+]] = arith.index_cast %[[C]]
//       ENTROPY:     arith.cmpi eq, %[[I]]
//       ENTROPY:   linalg.generic {{.*}}["reduction"]} ins(%[[S]], %[[P]], %[[T]] :
//       ENTROPY:     math.log
//       ENTROPY:     %[[CLASSES:.+]] = arith.constant 3 : i64
//       ENTROPY:     %[[OK:.+]] = arith.cmpi ult, %{{.+}}, %[[CLASSES]]
//       ENTROPY:     %[[NAN:.+]] = arith.constant 0x7FC00000 : f32
//       ENTROPY:     arith.select %[[OK]], %{{.+}}, %[[NAN]]
//       ENTROPY:   arith.constant dense<2.000000e+00>

// One cotangent for each float output, by the number of the output; the sum is
// kept in the widest of their types.
// COTANGENT-LABEL: func.func @model_objective(
//  COTANGENT-SAME:   %[[C0:[^:]+]]: tensor<2x3xf32> {pc.name = "cotangent_0", pc.role = "target"}
//  COTANGENT-SAME:   %[[C1:[^:]+]]: tensor<3xf64> {pc.name = "cotangent_1", pc.role = "target"}
//  COTANGENT-SAME:   %[[C3:[^:]+]]: tensor<1x1xf32> {pc.name = "cotangent_3", pc.role = "target"}
//  COTANGENT-SAME:   tensor<f64> {pc.name = "loss", pc.role = "loss"}
//       COTANGENT:   linalg.generic {{.*}} ins(%[[C0]], %
//       COTANGENT:     arith.extf
//       COTANGENT:   linalg.generic {{.*}} ins(%[[C1]], %
//   COTANGENT-NOT:     arith.extf
//       COTANGENT:   arith.addf %{{.+}} : tensor<f64>
//       COTANGENT:   linalg.generic {{.*}} ins(%[[C3]], %
//       COTANGENT:   %[[L:.+]] = arith.addf %{{.+}} : tensor<f64>
//       COTANGENT:   return %{{.+}}, %[[L]]
