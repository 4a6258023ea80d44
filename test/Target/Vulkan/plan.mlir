// Plans as text: what lies where, and which dispatches wait for which.

// RUN: pc-translate --to-plan %s | FileCheck %s
// RUN: rm -rf %t && pc-translate --to-spirv %s -o %t && spirv-val --target-env vulkan1.1 %t/independent_kernel_0.spv
// RUN: spirv-dis %t/independent_kernel_0.spv | FileCheck %s --check-prefix=SPIRV
// SPIRV: OpEntryPoint GLCompute %{{.+}} "kernel_0"
// SPIRV: OpExecutionMode %{{.+}} LocalSize 64 1 1

// Two that read the same and write to different places share one barrier, and so
// does the reader of both. The kernel of both is one.
// CHECK-LABEL: plan independent
//       CHECK:   argument 0: 4x8xf32 [0, 128) input 'x'
//       CHECK:   result 0: 8x4xf32 [{{.+}}) output 'y'
//       CHECK:   dispatch kernel_0 grid 1x1x1 writes [{{.+}}) reads [0, 128) reads [384, 640)
//  CHECK-NEXT:   dispatch kernel_0 grid 1x1x1 writes [{{.+}}) reads [0, 128) reads [128, 384)
//  CHECK-NEXT:   barrier memory
//  CHECK-NEXT:   dispatch kernel_1
//   CHECK-NOT:   dispatch
func.func @independent(%x: tensor<4x8xf32> {pc.name = "x", pc.role = "input"}, %a: tensor<8x8xf32>, %b: tensor<8x8xf32>)
    -> (tensor<8x4xf32> {pc.name = "y", pc.role = "output"}) {
  %empty = tensor.empty() : tensor<4x8xf32>
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  %m = linalg.matmul ins(%x, %a : tensor<4x8xf32>, tensor<8x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  %n = linalg.matmul ins(%x, %b : tensor<4x8xf32>, tensor<8x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  %turned = tensor.empty() : tensor<8x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (j, i)>,
                                        affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%m, %n : tensor<4x8xf32>, tensor<4x8xf32>) outs(%turned : tensor<8x4xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %sum = arith.addf %p, %q : f32
    linalg.yield %sum : f32
  } -> tensor<8x4xf32>
  return %y : tensor<8x4xf32>
}

// The old value is read before it is overwritten: order, but no memory.
// CHECK-LABEL: plan update
//       CHECK:   result 0: 64xf32 [0, 256) updates argument 0
//       CHECK:   dispatch kernel_{{.}} grid 1x1x1 writes [{{.+}}) reads [0, 256)
//  CHECK-NEXT:   barrier execution
//  CHECK-NEXT:   dispatch kernel_{{.}} grid 1x1x1 reads [256, 512) writes [0, 256)
func.func @update(%w: tensor<64xf32>, %g: tensor<64xf32>) -> (tensor<64xf32> {pc.updates = 0 : i64}, tensor<f32>) {
  %empty = tensor.empty() : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<f32>) -> tensor<f32>
  %s = linalg.reduce { arith.addf } ins(%w : tensor<64xf32>) outs(%init : tensor<f32>) dimensions = [0]
  %n = arith.negf %g : tensor<64xf32>
  return %n, %s : tensor<64xf32>, tensor<f32>
}
