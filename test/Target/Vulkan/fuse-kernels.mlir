// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-fuse-kernels))' | FileCheck %s

#row = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
#turned = affine_map<(i, j) -> (j, i)>

// A layer is one kernel; the product never reaches memory.
// CHECK-LABEL: func @layer
//  CHECK-SAME:   %{{.+}}: memref<4x3xf32>, %{{.+}}: memref<3x8xf32>, %{{.+}}: memref<8xf32>, %[[Y:.+]]: memref<4x8xf32>
//   CHECK-NOT:   memref.alloc()
//       CHECK:   scf.execute_region no_inline {
//       CHECK:     %[[M:.+]] = memref.alloca() : memref<4x8xf32>
//       CHECK:     linalg.fill {{.+}} outs(%[[M]]
//       CHECK:     linalg.matmul {{.+}} outs(%[[M]]
//       CHECK:     linalg.generic {{.+}} ins(%[[M]], %{{.+}} outs(%[[Y]]
//       CHECK:     scf.yield
//   CHECK-NOT:   linalg
//       CHECK:   return
func.func @layer(%x: memref<4x3xf32>, %w: memref<3x8xf32>, %b: memref<8xf32>, %y: memref<4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %m = memref.alloc() : memref<4x8xf32>
  linalg.fill ins(%zero : f32) outs(%m : memref<4x8xf32>)
  linalg.matmul ins(%x, %w : memref<4x3xf32>, memref<3x8xf32>) outs(%m : memref<4x8xf32>)
  linalg.generic {indexing_maps = [#row, #column, #row], iterator_types = ["parallel", "parallel"]}
      ins(%m, %b : memref<4x8xf32>, memref<8xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %t = math.tanh %s : f32
    linalg.yield %t : f32
  }
  return
}

// Somebody else reads the product as well: it is written, and still one kernel.
// CHECK-LABEL: func @read_later
//       CHECK:   %[[M:.+]] = memref.alloc()
//       CHECK:   scf.execute_region no_inline {
//       CHECK:     linalg.matmul {{.+}} outs(%[[M]]
//       CHECK:     linalg.exp ins(%[[M]]
//       CHECK:     scf.yield
//       CHECK:   linalg.transpose ins(%[[M]]
func.func @read_later(%x: memref<4x3xf32>, %w: memref<3x8xf32>, %y: memref<4x8xf32>, %z: memref<8x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %m = memref.alloc() : memref<4x8xf32>
  linalg.fill ins(%zero : f32) outs(%m : memref<4x8xf32>)
  linalg.matmul ins(%x, %w : memref<4x3xf32>, memref<3x8xf32>) outs(%m : memref<4x8xf32>)
  linalg.exp ins(%m : memref<4x8xf32>) outs(%y : memref<4x8xf32>)
  linalg.transpose ins(%m : memref<4x8xf32>) outs(%z : memref<8x4xf32>) permutation = [1, 0]
  return
}

// What another invocation computes cannot be waited for inside of a kernel: the
// product reads whole rows, the transposition elements of other places.
// CHECK-LABEL: func @other_elements
//   CHECK-NOT:   scf.execute_region
//       CHECK:   return
func.func @other_elements(%a: memref<4x4xf32>, %b: memref<4x4xf32>, %c: memref<4x4xf32>, %d: memref<4x4xf32>) {
  linalg.exp ins(%a : memref<4x4xf32>) outs(%b : memref<4x4xf32>)
  linalg.matmul ins(%b, %a : memref<4x4xf32>, memref<4x4xf32>) outs(%c : memref<4x4xf32>)
  linalg.transpose ins(%c : memref<4x4xf32>) outs(%d : memref<4x4xf32>) permutation = [1, 0]
  return
}

// Nor may an op overwrite what invocations of an earlier one still read.
// CHECK-LABEL: func @overwrites
//   CHECK-NOT:   scf.execute_region
//       CHECK:   return
func.func @overwrites(%a: memref<4x4xf32>, %b: memref<4x4xf32>, %c: memref<4x4xf32>) {
  linalg.matmul ins(%a, %b : memref<4x4xf32>, memref<4x4xf32>) outs(%c : memref<4x4xf32>)
  linalg.exp ins(%c : memref<4x4xf32>) outs(%a : memref<4x4xf32>)
  return
}

// An op passes what touches other memory, and stays behind what touches its own.
// CHECK-LABEL: func @passes
//       CHECK:   scf.execute_region no_inline {
//       CHECK:     linalg.exp
//       CHECK:     linalg.log
//       CHECK:   linalg.fill
//       CHECK:   return
func.func @passes(%a: memref<4xf32>, %b: memref<4xf32>, %c: memref<6xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.exp ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
  linalg.fill ins(%zero : f32) outs(%c : memref<6xf32>)
  linalg.log ins(%b : memref<4xf32>) outs(%b : memref<4xf32>)
  return
}

// CHECK-LABEL: func @stays
//   CHECK-NOT:   scf.execute_region
//       CHECK:   return
func.func @stays(%a: memref<4xf32>, %b: memref<4xf32>, %c: memref<4x1xf32>) {
  linalg.exp ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
  linalg.broadcast ins(%b : memref<4xf32>) outs(%c : memref<4x1xf32>) dimensions = [1]
  linalg.reduce {arith.addf} ins(%c : memref<4x1xf32>) outs(%b : memref<4xf32>) dimensions = [1]
  return
}

// Two products into one place are two kernels: their tiles are chosen apart.
// CHECK-LABEL: func @two_products
//       CHECK:   scf.execute_region
//       CHECK:     linalg.fill
//       CHECK:     linalg.matmul
//   CHECK-NOT:     linalg
//       CHECK:     scf.yield
//       CHECK:   linalg.matmul
func.func @two_products(%a: memref<4x4xf32>, %b: memref<4x4xf32>, %c: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<4x4xf32>)
  linalg.matmul ins(%a, %b : memref<4x4xf32>, memref<4x4xf32>) outs(%c : memref<4x4xf32>)
  linalg.matmul ins(%b, %a : memref<4x4xf32>, memref<4x4xf32>) outs(%c : memref<4x4xf32>)
  return
}

// A buffer that lives on into the next iteration stays in memory.
// CHECK-LABEL: func @carried
//       CHECK:   memref.alloc()
//   CHECK-NOT:   memref.alloca()
//       CHECK:   return
func.func @carried(%a: memref<4xf32>, %b: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  %sum = memref.alloc() : memref<4xf32>
  scf.for %i = %c0 to %c9 step %c1 {
    linalg.add ins(%a, %sum : memref<4xf32>, memref<4xf32>) outs(%sum : memref<4xf32>)
    linalg.exp ins(%sum : memref<4xf32>) outs(%b : memref<4xf32>)
  }
  return
}
