// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=512 registers=32 fma=true l2-bytes=1048576}))' | FileCheck %s
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=128}))' | FileCheck %s --check-prefix=SSE
// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(pc-cpu-vectorize-nests{vector-bits=512 registers=32 turn-outputs=false}))' | FileCheck %s --check-prefix=STRAIGHT

// Six rows of four registers stay in registers over a third of the reduction, for
// which what all rows read stays in a cache; the sums are then added to what is
// in memory, at first to the value of the fill. Four rows remain.
// CHECK-LABEL: func @product
//   CHECK-NOT:   linalg
//       CHECK:   scf.for %[[K:.+]] = %c0{{.*}} to %c784{{.*}} step %c262
//       CHECK:     %[[FIRST:.+]] = arith.cmpi eq, %[[K]], %c0
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c256{{.*}} step %c64
//       CHECK:       scf.for %{{.+}} = %c0{{.*}} to %c60{{.*}} step %c6
//       CHECK:         %{{.+}}:24 = scf.for %{{.+}} = %[[K]]
//       CHECK:         arith.select %[[FIRST]], %{{.+}}, %{{.+}} : vector<16xf32>
//       CHECK:         vector.store {{.*}}vector<16xf32>
//       CHECK:         {pc.parallel = {{.+}} : f64}
//       CHECK:       %{{.+}}:16 = scf.for %{{.+}} = %[[K]]
//       CHECK:       {pc.parallel = {{.+}} : f64}
//   CHECK-NOT:     pc.parallel
//       CHECK:   return
//   SSE-LABEL: func @product
//     SSE-NOT:   vector.fma
//         SSE:   arith.mulf {{.*}} vector<4xf32>
func.func @product(%a: memref<64x784xf32>, %b: memref<784x256xf32>, %c: memref<64x256xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<64x256xf32>)
  linalg.matmul ins(%a, %b : memref<64x784xf32>, memref<784x256xf32>) outs(%c : memref<64x256xf32>)
  return
}

// -----

// Ten lanes of sixteen: the rest is masked.
// CHECK-LABEL: func @narrow
//       CHECK:   vector.constant_mask [10] : vector<16xi1>
//       CHECK:   vector.maskedload
//       CHECK:   vector.maskedstore
func.func @narrow(%a: memref<64x10xf32>, %b: memref<10xf32>, %c: memref<64x10xf32>) {
  linalg.add ins(%a, %a : memref<64x10xf32>, memref<64x10xf32>) outs(%c : memref<64x10xf32>)
  linalg.broadcast ins(%b : memref<10xf32>) outs(%a : memref<64x10xf32>) dimensions = [0]
  return
}

// -----

// Three registers, the last one masked, are better than two and one.
// CHECK-LABEL: func @forty
//       CHECK:   %{{.+}}:24 = scf.for
//       CHECK:     vector.constant_mask [8] : vector<16xi1>
//       CHECK:     vector.maskedload
//       CHECK:   vector.store {{.*}} vector<16xf32>
//       CHECK:   vector.maskedstore {{.*}} vector<16xf32>
func.func @forty(%a: memref<8x64xf32>, %b: memref<64x40xf32>, %c: memref<8x40xf32>) {
  linalg.matmul ins(%a, %b : memref<8x64xf32>, memref<64x40xf32>) outs(%c : memref<8x40xf32>)
  return
}

// -----

// All loops of an elementwise op are one.
// CHECK-LABEL: func @elementwise
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c5888
//   CHECK-NOT:   scf.for
//       CHECK:   return
func.func @elementwise(%a: memref<92x64xf32>, %c: memref<92x64xf32>) {
  linalg.add ins(%a, %a : memref<92x64xf32>, memref<92x64xf32>) outs(%c : memref<92x64xf32>)
  return
}

// -----

// Booleans take a byte in memory and a bit in vectors; a division of integers
// may trap in a masked lane.
// CHECK-LABEL: func @scalar
// CHECK-COUNT-2: linalg.generic
func.func @scalar(%a: memref<64xi1>, %b: memref<64xi32>) {
  linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%a : memref<64xi1>) {
  ^bb0(%p: i1):
    %x = arith.xori %p, %p : i1
    linalg.yield %x : i1
  }
  linalg.generic {indexing_maps = [affine_map<(i)->(i)>], iterator_types = ["parallel"]} outs(%b : memref<64xi32>) {
  ^bb0(%p: i32):
    %x = arith.divsi %p, %p : i32
    linalg.yield %x : i32
  }
  return
}

// -----

// A sum of everything: every lane has its own, in blocks of sixteen steps; the
// last lanes are masked; the lanes are folded in halves onto what the output
// held.
// CHECK-LABEL: func @everything
//       CHECK:   scf.for {{.*}} step %c1024{{.*}}vector<64xf32>
//       CHECK:     scf.for {{.*}} step %c64{{.*}}vector<64xf32>
//       CHECK:   vector.maskedload
//       CHECK:   arith.select %{{.+}} : vector<64xi1>, vector<64xf32>
// CHECK-COUNT-6: arith.addf %{{.+}} : vector<{{32|16|8|4|2|1}}xf32>
//       CHECK:   arith.addf %{{.+}} : f32
//       CHECK:   memref.store
func.func @everything(%f: memref<90x101xf32>, %s: memref<f32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j)->(i, j)>, affine_map<(i, j)->()>], iterator_types = ["reduction", "reduction"]} ins(%f : memref<90x101xf32>) outs(%s : memref<f32>) {
  ^bb0(%p: f32, %q: f32):
    %x = arith.addf %p, %q : f32
    linalg.yield %x : f32
  }
  return
}

// -----

// Rows are summed along memory, not gathered; a maximum needs no blocks.
// CHECK-LABEL: func @rows
//   CHECK-NOT:   vector.gather
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c3{{.*}} step
//   CHECK-NOT:   vector.gather
//       CHECK:     scf.for %{{.+}} to %c4096{{.*}} step %c64{{.*}}vector<64xf32>
//   CHECK-NOT:   vector.gather
//       CHECK:     arith.maximumf %{{.+}} : vector<1xf32>
//       CHECK:     memref.store
func.func @rows(%f: memref<3x4096xf32>, %s: memref<3xf32>) {
  linalg.reduce { arith.maximumf } ins(%f : memref<3x4096xf32>) outs(%s : memref<3xf32>) dimensions = [1]
  return
}

// -----

// Four rows read everything once, so that nothing has to stay in a cache. Their
// accumulators are added to every 256 steps; those of a plain sum, which has
// nothing to keep in registers, every 16.
// CHECK-LABEL: func @long
//       CHECK:   scf.for {{.*}} to %c784{{.*}} step %c256
//       CHECK:     scf.for {{.*}} step %c1
//       CHECK:       vector.fma
//       CHECK:     arith.addf %{{.+}} : vector<16xf32>
//       CHECK:   scf.for {{.*}} to %c784{{.*}} step %c256
//       CHECK:     scf.for {{.*}} step %c16{{[_ ]}}
func.func @long(%a: memref<4x784xf32>, %b: memref<784x64xf32>, %c: memref<4x64xf32>, %s: memref<64xf32>) {
  linalg.matmul ins(%a, %b : memref<4x784xf32>, memref<784x64xf32>) outs(%c : memref<4x64xf32>)
  linalg.reduce { arith.addf } ins(%b : memref<784x64xf32>) outs(%s : memref<64xf32>) dimensions = [0]
  return
}

// -----

// A square of sixteen rows is transposed in registers, in four rounds.
// CHECK-LABEL: func @transpose
// CHECK-COUNT-16: vector.load {{.*}} vector<16xf32>
// CHECK-COUNT-64: vector.shuffle
//       CHECK-NOT: vector.shuffle
// CHECK-COUNT-16: vector.store
//     CHECK-LABEL: func @after
func.func @transpose(%a: memref<64x32xf32>, %b: memref<32x64xf32>) {
  linalg.transpose ins(%a : memref<64x32xf32>) outs(%b : memref<32x64xf32>) permutation = [1, 0]
  return
}
func.func @after() {
  return
}

// -----

// What is written goes on along the sixteen rows whose elements share a line
// where it is read: one line in each of 512 rows would be in 256 pages. That is so
// for each matrix alone.
// CHECK-LABEL: func @transpose_many(
//       CHECK: scf.for {{.*}} to %c3 step %c1
//       CHECK: scf.for {{.*}} to %c512 step %c16
//       CHECK: scf.for {{.*}} to %c512{{.*}} step %c16
//   CHECK-NOT: scf.for
//   SSE-LABEL: func @transpose_many(
//         SSE: scf.for {{.*}} to %c3 step %c1
//         SSE: scf.for {{.*}} to %c512 step %c16
//         SSE: scf.for {{.*}} to %c512{{.*}} step %c4
//         SSE: scf.for {{.*}} to %c16{{.*}} step %c4
func.func @transpose_many(%a: memref<3x512x512xf32>, %b: memref<3x512x512xf32>) {
  linalg.transpose ins(%a : memref<3x512x512xf32>) outs(%b : memref<3x512x512xf32>) permutation = [0, 2, 1]
  return
}

// -----

// Lines of 64 rows stay where they are until the next ones of them are written.
// CHECK-LABEL: func @transpose_few(
//       CHECK: scf.for {{.*}} to %c256 step %c16
//       CHECK: scf.for {{.*}} to %c64 step %c16
//   CHECK-NOT: scf.for
func.func @transpose_few(%a: memref<256x64xf32>, %b: memref<64x256xf32>) {
  linalg.transpose ins(%a : memref<256x64xf32>) outs(%b : memref<64x256xf32>) permutation = [1, 0]
  return
}

// -----

// Five columns would fill a third of a vector, two vectors of 28 columns of the image
// most of theirs: five taps by three filters have their lanes there.
// CHECK-LABEL: func @taps
//       CHECK:   %{{.+}}:15 = scf.for {{.*}}vector<16xf32>
//       CHECK:     vector.maskedload
//       CHECK:   vector.extract_strided_slice
func.func @taps(%x: memref<64x3x32x32xf32>, %d: memref<64x6x28x28xf32>, %w: memref<6x3x5x5xf32>) {
  linalg.generic {indexing_maps = [affine_map<(f,c,p,q,n,h,w)->(n,c,h+p,w+q)>, affine_map<(f,c,p,q,n,h,w)->(n,f,h,w)>, affine_map<(f,c,p,q,n,h,w)->(f,c,p,q)>],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %d : memref<64x3x32x32xf32>, memref<64x6x28x28xf32>) outs(%w : memref<6x3x5x5xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// The gradient of a filter: three columns would fill no vector, so lanes run along
// the images. Six channels by four filters, four images at a time, whose sums are
// folded and added to what is in memory.
// CHECK-LABEL: func @filter
//   CHECK-NOT:   vector.gather
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c64{{.*}} step %c4
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c3
//       CHECK:       scf.for %{{.+}} = %c0{{.*}} to %c3
//       CHECK:         %{{.+}}:24 = scf.for
//       CHECK:           %{{.+}}:24 = scf.for {{.*}} to %c32{{.*}} step %c1{{[_ ]}}
//       CHECK:             %{{.+}}:24 = scf.for {{.*}} to %c32{{.*}} step %c16
//       CHECK:               vector.fma
//       CHECK:         arith.addf %{{.+}} : vector<1xf32>
//       CHECK:         arith.select
//       CHECK:         memref.store
func.func @filter(%x: memref<64x32x34x34xf32>, %d: memref<64x32x32x32xf32>, %w: memref<32x32x3x3xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%w : memref<32x32x3x3xf32>)
  linalg.generic {indexing_maps = [affine_map<(f,c,p,q,n,h,w)->(n,c,h+p,w+q)>, affine_map<(f,c,p,q,n,h,w)->(n,f,h,w)>, affine_map<(f,c,p,q,n,h,w)->(f,c,p,q)>],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %d : memref<64x32x34x34xf32>, memref<64x32x32x32xf32>) outs(%w : memref<32x32x3x3xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Lanes along the columns of the output would pick eight elements of the image from
// a vector of sixteen. The channels of the
// filter lie side by side: two registers of them for each of eight columns, which
// are transposed at the end.
// CHECK-LABEL: func @strided
//   CHECK-NOT:   vector.gather
//       CHECK:   %{{.+}}:16 = scf.for %{{.+}} = %c0{{.*}} to %c16
//       CHECK:     vector.load %{{.+}} : memref<4608xf32, {{.+}}>, vector<16xf32>
//       CHECK:     vector.broadcast
//       CHECK:   vector.shuffle
//       CHECK:   vector.maskedstore {{.*}} vector<16xf32>
// STRAIGHT-LABEL: func @strided
//       STRAIGHT:   vector.shuffle %{{.+}}, %{{.+}} [0, 2, 4, 6, 8, 10, 12, 14, 14,
func.func @strided(%x: memref<2x16x17x17xf32>, %w: memref<16x3x3x32xf32>, %y: memref<2x32x8x8xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n,f,h,w,c,p,q)->(n,c,2*h+p,2*w+q)>, affine_map<(n,f,h,w,c,p,q)->(c,p,q,f)>, affine_map<(n,f,h,w,c,p,q)->(n,f,h,w)>],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : memref<2x16x17x17xf32>, memref<16x3x3x32xf32>) outs(%y : memref<2x32x8x8xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Sums that are transposed on their way to memory make it in blocks that are four
// times as long: the lines that a square touches may all be in one set of the first
// cache.
// CHECK-LABEL: func @layer
//       CHECK:   scf.for %[[K:.+]] = %c0{{.*}} to %c4096{{.*}} step %c1024
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c1020{{.*}} step %c6
//       CHECK:       %{{.+}}:24 = scf.for %{{.+}} = %[[K]]
//       CHECK:       vector.shuffle
//       CHECK:       vector.maskedstore {{.*}} vector<16xf32>
func.func @layer(%x: memref<4096x64xf32>, %w: memref<1024x4096xf32>, %y: memref<64x1024xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<64x1024xf32>)
  linalg.generic {indexing_maps = [affine_map<(m,n,k)->(k,m)>, affine_map<(m,n,k)->(n,k)>, affine_map<(m,n,k)->(m,n)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<4096x64xf32>, memref<1024x4096xf32>) outs(%y : memref<64x1024xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Reductions around blocks of others add to the same results: their iterations
// are no work for several threads, those of the tiles are.
// CHECK-LABEL: func @around
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c4{{.*}} step %c1
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c2048{{.*}} step %c256
//       CHECK:       } {pc.parallel = {{.+}} : f64}
//   CHECK-NOT:   pc.parallel
//       CHECK:   return
func.func @around(%a: memref<48x4x2048xf32>, %b: memref<2048x4x64xf32>, %c: memref<48x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k, l)->(i, k, l)>, affine_map<(i, j, k, l)->(l, k, j)>, affine_map<(i, j, k, l)->(i, j)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%a, %b : memref<48x4x2048xf32>, memref<2048x4x64xf32>) outs(%c : memref<48x64xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %p = arith.mulf %x, %y : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  }
  return
}

// -----

// Every other element of a row: 16 lanes are moved apart into two registers, of
// which every other lane is written. The fill of that part is the start of the sums.
// Three taps are written one after the other.
// CHECK-LABEL: func @apart
//   CHECK-NOT:   linalg.fill
//       CHECK:   %[[SUMS:.+]]:{{.*}} = scf.for %{{.+}} = %c0{{.*}} to %c8
// CHECK-COUNT-12: vector.fma
//   CHECK-NOT:   vector.fma
//       CHECK:   vector.shuffle %{{.+}}, %{{.+}} [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
//       CHECK:   vector.maskedstore
//       CHECK:   vector.shuffle %{{.+}}, %{{.+}} [8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15]
//       CHECK:   vector.maskedstore
func.func @apart(%x: memref<8x18xf32>, %w: memref<8x4x3xf32>, %y: memref<4x32xf32>) {
  %zero = arith.constant 0.0 : f32
  %part = memref.subview %y[0, 1] [4, 16] [1, 2] : memref<4x32xf32> to memref<4x16xf32, strided<[32, 2], offset: 1>>
  linalg.fill ins(%zero : f32) outs(%part : memref<4x16xf32, strided<[32, 2], offset: 1>>)
  linalg.generic {indexing_maps = [affine_map<(c, h, f, p) -> (f, h + p)>, affine_map<(c, h, f, p) -> (f, c, p)>, affine_map<(c, h, f, p) -> (c, h)>],
                  iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : memref<8x18xf32>, memref<8x4x3xf32>) outs(%part : memref<4x16xf32, strided<[32, 2], offset: 1>>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Every other element is picked from vectors that are loaded whole. The images are the
// outermost loop, not the channels.
// CHECK-LABEL: func @pool
//   CHECK-NOT:   vector.gather
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c18
//       CHECK:   vector.shuffle %{{.+}}, %{{.+}} [0, 1, 2, 3, 4, 5, 6, 7, 16, 18, 20, 22, 24, 26, 28, 30]
//       CHECK:   arith.maximumf {{.*}} vector<16xf32>
func.func @pool(%x: memref<2x3x6x64xf32>, %w: memref<2x2xf32>, %y: memref<2x3x3x32xf32>) {
  linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%x, %w : memref<2x3x6x64xf32>, memref<2x2xf32>) outs(%y : memref<2x3x3x32xf32>)
  return
}

// -----

// The output is two elements long along its last dimension: the lanes are those of the
// last but one, every other place of memory.
// CHECK-LABEL: func @scatter
//       CHECK:   vector.shuffle %{{.+}}, %{{.+}} [0, 0, 1, 1, 2, 2,
//       CHECK:   vector.maskedstore
func.func @scatter(%x: memref<4x16xf32>, %y: memref<4x16x2xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : memref<4x16xf32>) outs(%y : memref<4x16x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// The bias of a channel is the same for all images, yet the images are outside: they
// step further through memory.
// CHECK-LABEL: func @bias
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c8
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c6
func.func @bias(%x: memref<8x6x64xf32>, %b: memref<6xf32>, %y: memref<8x6x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, c, h) -> (n, c, h)>, affine_map<(n, c, h) -> (c)>, affine_map<(n, c, h) -> (n, c, h)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %b : memref<8x6x64xf32>, memref<6xf32>) outs(%y : memref<8x6x64xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Nine rows are less than a square, and loaded as if they were one; two are gathered.
// CHECK-LABEL: func @turn_nine
//   CHECK-NOT:   vector.gather
// CHECK-COUNT-16: vector.maskedload
//       CHECK:   vector.shuffle
// CHECK-COUNT-9: vector.store
// CHECK-LABEL: func @turn_two
//       CHECK:   vector.shuffle
// CHECK-COUNT-2: vector.gather
//   CHECK-NOT:   vector.shuffle
//       CHECK:   return
func.func @turn_nine(%a: memref<16x9xf32>, %b: memref<9x16xf32>) {
  linalg.transpose ins(%a : memref<16x9xf32>) outs(%b : memref<9x16xf32>) permutation = [1, 0]
  return
}
func.func @turn_two(%a: memref<16x18xf32>, %b: memref<18x16xf32>) {
  linalg.transpose ins(%a : memref<16x18xf32>) outs(%b : memref<18x16xf32>) permutation = [1, 0]
  return
}

// -----

// What all images share, the filter, is the same in every row: the images, four at
// a time, are the outermost loop.
// CHECK-LABEL: func @images
//       CHECK:   scf.for %{{.+}} = %c0{{.*}} to %c64{{.*}} step %c4
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c14
//       CHECK:       %{{.+}}:24 = scf.for %{{.+}} = %c0{{.*}} to %c16
func.func @images(%x: memref<64x16x18x18xf32>, %w: memref<16x6x5x5xf32>, %y: memref<64x6x14x14xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, c, h, w, f, p, q) -> (n, f, h + p, w + q)>, affine_map<(n, c, h, w, f, p, q) -> (f, c, p, q)>, affine_map<(n, c, h, w, f, p, q) -> (n, c, h, w)>],
                  iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : memref<64x16x18x18xf32>, memref<16x6x5x5xf32>) outs(%y : memref<64x6x14x14xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// What comes from behind the second cache is asked for while the panel before it is read: each
// tile asks for one of its five lines in every step, the last panel for itself.
// CHECK-LABEL: func @far
//       CHECK:   scf.for %[[COLUMN:.+]] = %c0{{.*}} to %c2000{{.*}} step %c80
//       CHECK:     %[[BEHIND:.+]] = arith.addi %[[COLUMN]], %c80
//       CHECK:     %[[NEXT:.+]] = arith.min{{.*}} %[[BEHIND]], %c1968
//       CHECK:     scf.for %[[ROW:.+]] = %c{{[1-9].*}} to
//       CHECK:       %[[LINE:.+]] = affine.apply #[[LINES:.+]](%[[ROW]])
//       CHECK:       %[[AT:.+]] = arith.addi %[[NEXT]], %[[LINE]]
//       CHECK:       %[[ADDRESS:.+]] = affine.apply #{{.+}}(%[[AT]], %{{.+}})
//       CHECK:       memref.prefetch %{{.+}}[%[[ADDRESS]]], read, locality<2>, data : memref<524288xf32
// CHECK-LABEL: func @near
//   CHECK-NOT:   memref.prefetch
//       CHECK:   return
func.func @far(%a: memref<64x256xf32>, %b: memref<256x2048xf32>, %c: memref<64x2048xf32>) {
  linalg.matmul ins(%a, %b : memref<64x256xf32>, memref<256x2048xf32>) outs(%c : memref<64x2048xf32>)
  return
}
func.func @near(%a: memref<64x128xf32>, %b: memref<128x1024xf32>, %c: memref<64x1024xf32>) {
  linalg.matmul ins(%a, %b : memref<64x128xf32>, memref<128x1024xf32>) outs(%c : memref<64x1024xf32>)
  return
}

// -----

// Lanes along the rows would gather every element, though they would load the maximum of their row.
// CHECK-LABEL: func @exponentials
//   CHECK-NOT:   vector.gather
//       CHECK:   scf.for %[[ROW:.+]] = %c0{{.*}} to %c64
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c256{{.*}} step %c16
//       CHECK:       vector.load %{{.+}} : memref<16384xf32{{.*}}>, vector<16xf32>
//       CHECK:       math.exp %{{.+}} : vector<16xf32>
//   CHECK-NOT:   vector.gather
//       CHECK:   return
func.func @exponentials(%x: memref<64x256xf32>, %most: memref<64xf32>, %y: memref<64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %most : memref<64x256xf32>, memref<64xf32>) outs(%y : memref<64xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %d = arith.subf %p, %q : f32
    %e = math.exp %d : f32
    %s = arith.addf %r, %e : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// All rows read 4 MB, of which half a megabyte is gone through by all columns, and all blocks
// of the sums, before the next ones come.
// CHECK-LABEL: func @tall
//   CHECK-NOT:   memref.alloca
//       CHECK:   scf.for %[[ROWS:.+]] = %c0{{.*}} to %c4096{{.*}} step %c256
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c1024{{.*}} step %c256
//       CHECK:       scf.for %{{.+}} = %c0{{.*}} to %c256{{.*}} step %c64
//       CHECK:         scf.for %[[ROW:.+]] = %c0{{.*}} to %c252{{.*}} step %c6
//       CHECK:           %[[AT:.+]] = arith.addi %[[ROWS]], %[[ROW]]
//       CHECK:           memref.load
// Those of an operand that is stored transposed are copied: a step of all rows is 4096 bytes
// away from the next one.
// CHECK-LABEL: func @transposed
//       CHECK:   scf.for %[[ROWS:.+]] = %c0{{.*}} to %c1024{{.*}} step %c512
//       CHECK:     scf.for %[[CHUNK:.+]] = %c0{{.*}} to %c4096{{.*}} step %c128
//       CHECK:       %[[PANEL:.+]] = memref.alloca() {alignment = 64 : i64} : memref<65536xf32>
//       CHECK:       scf.for %{{.+}} = %[[CHUNK]] to
//       CHECK:         scf.for %{{.+}} = %c0{{.*}} to %c512{{.*}} step %c16
//       CHECK:           %[[READ:.+]] = vector.load %{{.+}} : memref<4194304xf32
//       CHECK:           vector.store %[[READ]], %[[PANEL]]
//       CHECK:       scf.for %{{.+}} = %c0{{.*}} to %c256{{.*}} step %c64
//   CHECK-NOT:         memref<4194304xf32
//       CHECK:         memref.load %[[PANEL]]
// What the second cache holds stays where it is.
// CHECK-LABEL: func @small
//   CHECK-NOT:   memref.alloca
//       CHECK:   return
func.func @tall(%a: memref<4096x1024xf32>, %b: memref<1024x256xf32>, %c: memref<4096x256xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<4096x1024xf32>, memref<1024x256xf32>) outs(%c : memref<4096x256xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}
func.func @transposed(%a: memref<4096x1024xf32>, %b: memref<4096x256xf32>, %c: memref<1024x256xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<4096x1024xf32>, memref<4096x256xf32>) outs(%c : memref<1024x256xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}
func.func @small(%a: memref<256x256xf32>, %b: memref<256x256xf32>, %c: memref<256x256xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<256x256xf32>, memref<256x256xf32>) outs(%c : memref<256x256xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Rows of the second operand are 4096 bytes apart, which puts 64 of them into one set of
// the first cache: the first rows of tiles copy theirs to a panel, the others read it.
// With 1008 columns they do not meet.
// CHECK-LABEL: func @crowded
//       CHECK:   scf.for
//       CHECK:     %[[PANEL:.+]] = memref.alloca() {alignment = 64 : i64} : memref<[[SIZE:[0-9]+]]xf32>
//       CHECK:     scf.for %{{.+}} = %c0{{.*}} to %c64
//       CHECK:       %[[READ:.+]] = vector.load %{{.+}} : memref<65536xf32{{.*}}>, vector<16xf32>
//       CHECK:       vector.store %[[READ]], %[[PANEL]]
//       CHECK:     scf.for %{{.+}} = %c{{[1-9].*}} to
//       CHECK:       scf.for %{{.+}} = %c0{{.*}} to %c64
//   CHECK-NOT:         memref<65536xf32{{.*}}>, vector<16xf32>
//       CHECK:         vector.load %[[PANEL]]
// CHECK-LABEL: func @spread
//   CHECK-NOT:   memref.alloca
func.func @crowded(%a: memref<64x256xf32>, %b: memref<64x1024xf32>, %c: memref<256x1024xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x256xf32>, memref<64x1024xf32>) outs(%c : memref<256x1024xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}
func.func @spread(%a: memref<64x256xf32>, %b: memref<64x1008xf32>, %c: memref<256x1008xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x256xf32>, memref<64x1008xf32>) outs(%c : memref<256x1008xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %r, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Lanes along the rows would fill the last vector better, by less than turning
// the sums costs.
// CHECK-LABEL: func @odd_columns(
//   CHECK-NOT: vector.shuffle
//       CHECK: return
func.func @odd_columns(%a: memref<1867x1344xf64>, %b: memref<1867x835xf64>, %c: memref<1344x835xf64>) {
  linalg.matmul indexing_maps = [
      affine_map<(i, j, k) -> (k, i)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<1867x1344xf64>, memref<1867x835xf64>) outs(%c : memref<1344x835xf64>)
  return
}
