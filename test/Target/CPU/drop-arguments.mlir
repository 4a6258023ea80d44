// RUN: pc-opt %s -pc-cpu-drop-arguments | FileCheck %s

// The buffer between two functions that nobody touches goes, and so does its
// memory; scalars and buffers that are read or written stay.
// CHECK-LABEL: func @caller(
//  CHECK-SAME:   %[[X:.+]]: memref<4xf32>
//   CHECK-NOT:   memref.alloc
//       CHECK:   call @callee(%[[X]], %{{.+}}) : (memref<4xf32>, index)
//       CHECK:   call @callee(%[[X]], %{{.+}}) : (memref<4xf32>, index)
func.func @caller(%x: memref<4xf32>) {
  %c1 = arith.constant 1 : index
  %t = memref.alloc() : memref<8xf32>
  call @callee(%t, %x, %c1) : (memref<8xf32>, memref<4xf32>, index) -> ()
  call @callee(%t, %x, %c1) : (memref<8xf32>, memref<4xf32>, index) -> ()
  return
}
// CHECK: func private @callee(%[[A:.+]]: memref<4xf32> {llvm.noalias}, %{{.+}}: index)
//  CHECK-NOT:   memref.{{reinterpret_cast|subview}}
//      CHECK:   memref.load %[[A]]
func.func private @callee(%s: memref<8xf32>, %a: memref<4xf32> {llvm.noalias}, %n: index) {
  %view = memref.reinterpret_cast %s to offset: [0], sizes: [4], strides: [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %part = memref.subview %view[0] [2] [1] : memref<4xf32, strided<[1]>> to memref<2xf32, strided<[1]>>
  %c0 = arith.constant 0 : index
  %v = memref.load %a[%c0] : memref<4xf32>
  memref.store %v, %a[%c0] : memref<4xf32>
  return
}

// Others may call it.
// CHECK: func @public(%{{.+}}: memref<8xf32>)
func.func @public(%s: memref<8xf32>) {
  return
}
