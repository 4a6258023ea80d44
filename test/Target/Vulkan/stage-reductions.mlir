// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-stage-reductions{lanes=32 subgroups=64 invocations=128}))' | FileCheck %s
// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(pc-gpu-stage-reductions{lanes=8 subgroups=1 invocations=8}))' | FileCheck %s --check-prefix=BUSY

// One workgroup would do it all: parts of the rows instead, each with a sum of its own. A device that a single
// workgroup keeps busy has nothing to gain.
// CHECK-LABEL: func @sum
//       CHECK:   %[[PARTS:.+]] = memref.alloc() : memref<[[P:[0-9]+]]xf32>
//       CHECK:   linalg.fill ins(%{{.+}} : f32) outs(%[[PARTS]] : memref<[[P]]xf32>)
//       CHECK:   %[[CUT:.+]] = memref.expand_shape %{{.+}} {{\[\[}}0, 1], [2]] output_shape [[[P]], [[N:[0-9]+]], 100] : memref<4096x100xf32> into memref<[[P]]x[[N]]x100xf32>
//       CHECK:   linalg.generic {{.*}}iterator_types = ["parallel", "reduction", "reduction"]} ins(%[[CUT]] : {{.*}} outs(%[[PARTS]] : memref<[[P]]xf32>)
//       CHECK:   linalg.generic {{.*}}iterator_types = ["reduction"]} ins(%[[PARTS]] : memref<[[P]]xf32>) outs(%arg1 : memref<f32>)
//  BUSY-LABEL: func @sum
//    BUSY-NOT:   memref.expand_shape
//        BUSY: return
func.func @sum(%x: memref<4096x100xf32>, %y: memref<f32>) {
  linalg.reduce { arith.addf } ins(%x : memref<4096x100xf32>) outs(%y : memref<f32>) dimensions = [0, 1]
  return
}

// What no number of parts divides leaves a rest, which is added on its own. The result is a row.
// CHECK-LABEL: func @rest
//       CHECK:   %[[WHOLE:.+]] = memref.subview %arg0[0, 0]
//       CHECK:   memref.expand_shape %[[WHOLE]]
//       CHECK:   linalg.generic {{.*}}["parallel", "reduction", "parallel"]
//       CHECK:   linalg.generic {{.*}}["parallel", "reduction"]{{.*}} outs(%{{.+}} : memref<3xf32
//       CHECK:   linalg.reduce {{.*}}ins(%{{.+}} : memref<{{[0-9]+}}x3xf32
func.func @rest(%x: memref<60013x3xf32>, %y: memref<3xf32>) {
  linalg.reduce { arith.maximumf } ins(%x : memref<60013x3xf32>) outs(%y : memref<3xf32>) dimensions = [0]
  return
}

// Many results keep a device busy, and short reductions are not worth a dispatch.
// CHECK-LABEL: func @many
//   CHECK-NOT:   memref.expand_shape
//       CHECK: func @short
//   CHECK-NOT:   memref.expand_shape
//       CHECK: func @place
//   CHECK-NOT:   memref.expand_shape
//       CHECK:   return
func.func @many(%x: memref<4096x4096xf32>, %y: memref<4096xf32>) {
  linalg.reduce { arith.addf } ins(%x : memref<4096x4096xf32>) outs(%y : memref<4096xf32>) dimensions = [0]
  return
}
func.func @short(%x: memref<640xf32>, %y: memref<f32>) {
  linalg.reduce { arith.addf } ins(%x : memref<640xf32>) outs(%y : memref<f32>) dimensions = [0]
  return
}

// Where a maximum is depends on where its part begins.
func.func @place(%x: memref<100000xf32>, %v: memref<f32>, %n: memref<i64>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<100000xf32>) outs(%v, %n : memref<f32>, memref<i64>) {
  ^bb0(%in: f32, %best: f32, %where: i64):
    %i = linalg.index 0 : index
    %at = arith.index_cast %i : index to i64
    %more = arith.cmpf ogt, %in, %best : f32
    %a = arith.select %more, %in, %best : f32
    %b = arith.select %more, %at, %where : i64
    linalg.yield %a, %b : f32, i64
  }
  return
}
