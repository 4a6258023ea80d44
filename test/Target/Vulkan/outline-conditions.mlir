// RUN: split-file %s %t
// RUN: pc-opt %t/decided.mlir --pc-gpu-outline-kernels | FileCheck %t/decided.mlir
// RUN: not pc-opt %t/refused.mlir --pc-gpu-outline-kernels 2>&1 | FileCheck %t/refused.mlir

// Branches that a kernel decides: it writes the grids of what they launch, or zeros.

//--- decided.mlir
// Both branches launch the same grids, two of them, and have one memory for them: each
// writes it anew before its launches read it.
// CHECK: memref.global "private" constant @grids : memref<2x3xi32> = dense<{{\[\[}}2, 1, 1], [1, 1, 1]]>
// CHECK-LABEL: func @decided
//  CHECK-SAME:   %[[C:.+]]: memref<9x8xf32>, %[[D:.+]]: memref<9x8xf32>, %[[E:.+]]: memref<8xf32>, %[[R:.+]]: memref<f32>)
//       CHECK:   %[[GRIDS:.+]] = memref.get_global @grids
//       CHECK:   %[[CHOSEN:.+]] = memref.alloc() : memref<2x3xi32>
//   CHECK-NOT:   scf.if
//   CHECK-NOT:   memref.load %[[R]]
//       CHECK:   gpu.launch_func @[[ASK:.+]]::@{{.+}} args(%{{.+}} : memref<f32, {{.+}} : memref<2x3xi32, {{.+}} : memref<2x3xi32
//       CHECK:   %[[X:.+]] = memref.load %[[CHOSEN]][%{{.+}}, %{{.+}}] : memref<2x3xi32>
//       CHECK:   %[[IX:.+]] = arith.index_cast %[[X]] : i32 to index
//       CHECK:   %[[Y:.+]] = memref.load %[[CHOSEN]]
//       CHECK:   %[[IY:.+]] = arith.index_cast %[[Y]]
//       CHECK:   %[[Z:.+]] = memref.load %[[CHOSEN]]
//       CHECK:   %[[IZ:.+]] = arith.index_cast %[[Z]]
//       CHECK:   gpu.launch_func @{{.+}} blocks in (%[[IX]], %[[IY]], %[[IZ]])
//       CHECK:   gpu.launch_func
//       CHECK:   gpu.launch_func @[[ASK]]::
//       CHECK:   gpu.launch_func
//       CHECK:   gpu.launch_func
//   CHECK-NOT:   scf.if
//       CHECK:   return
// The condition is a part of the kernel.
//       CHECK: gpu.func @[[ASK]](
//       CHECK:   linalg.generic
//       CHECK:     %[[GO:.+]] = arith.cmpf ugt
//       CHECK:     arith.select %[[GO]], %{{.+}}, %{{.+}} : i32
func.func @decided(%c: memref<9x8xf32>, %d: memref<9x8xf32>, %e: memref<8xf32>, %r: memref<f32>) {
  %tau = arith.constant 0.5 : f32
  %x = memref.load %r[] : memref<f32>
  %go = arith.cmpf ugt, %x, %tau : f32
  scf.if %go {
    linalg.exp ins(%c : memref<9x8xf32>) outs(%d : memref<9x8xf32>)
    linalg.reduce { arith.maximumf } ins(%d : memref<9x8xf32>) outs(%e : memref<8xf32>) dimensions = [0]
    linalg.reduce { arith.maximumf } ins(%e : memref<8xf32>) outs(%r : memref<f32>) dimensions = [0]
  }
  %y = memref.load %r[] : memref<f32>
  %again = arith.cmpf ugt, %y, %tau : f32
  scf.if %again {
    linalg.exp ins(%d : memref<9x8xf32>) outs(%c : memref<9x8xf32>)
    linalg.reduce { arith.maximumf } ins(%c : memref<9x8xf32>) outs(%e : memref<8xf32>) dimensions = [0]
  }
  return
}

//--- refused.mlir
// What no kernel decides is refused by name: a branch with another side, one whose
// condition the host has, and one that asks for what was overwritten since.
// CHECK: error: 'scf.if' op is not supported by the Vulkan target between kernels
func.func @sides(%c: memref<8xf32>, %d: memref<8xf32>, %r: memref<i1>) {
  %go = memref.load %r[] : memref<i1>
  scf.if %go {
    linalg.exp ins(%c : memref<8xf32>) outs(%d : memref<8xf32>)
  } else {
    linalg.exp ins(%d : memref<8xf32>) outs(%c : memref<8xf32>)
  }
  return
}
// CHECK: error: 'scf.if' op is not supported by the Vulkan target between kernels
func.func @host(%c: memref<8xf32>, %d: memref<8xf32>, %go: i1) {
  scf.if %go {
    linalg.exp ins(%c : memref<8xf32>) outs(%d : memref<8xf32>)
  }
  return
}
// CHECK: error: 'scf.if' op is not supported by the Vulkan target between kernels
func.func @late(%c: memref<f32>, %d: memref<f32>) {
  %zero = arith.constant 0.0 : f32
  %x = memref.load %d[] : memref<f32>
  %go = arith.cmpf ogt, %x, %zero : f32
  linalg.exp ins(%c : memref<f32>) outs(%d : memref<f32>)
  scf.if %go {
    linalg.exp ins(%d : memref<f32>) outs(%c : memref<f32>)
  }
  return
}
