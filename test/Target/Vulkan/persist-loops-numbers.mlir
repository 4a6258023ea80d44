// A strict relaxation runs inside of one kernel with the same bits as a list of dispatches,
// also where it takes more iterations than an invocation may have, and with
// ragged sizes. The validation layer has nothing to say about either.

// RUN: rm -rf %t && mkdir %t
// RUN: pc-compile %s --compile-from=tensor --target=vulkan -o %t/inside
// RUN: pc-compile %s --compile-from=tensor --target=vulkan -o %t/listed --without=pc-gpu-persist-loops
// RUN: pc-plan-test %t/inside/persist-loops-numbers_relax.pcvk --counters > %t/inside.txt
// RUN: pc-plan-test %t/listed/persist-loops-numbers_relax.pcvk --counters > %t/listed.txt
// RUN: FileCheck %s --input-file %t/inside.txt --check-prefix=INSIDE
// RUN: FileCheck %s --input-file %t/listed.txt --check-prefix=LISTED
// RUN: grep result %t/inside.txt > %t/inside.numbers
// RUN: grep result %t/listed.txt | diff %t/inside.numbers -
// INSIDE: {{^}}result 0 f32: {{-?[0-9]}}
// INSIDE: 3 dispatches, 2 barriers
// LISTED: 902 dispatches, 901 barriers

// The second part waits for the first: without that barrier nothing runs.
// RUN: not pc-plan-test %t/inside/persist-loops-numbers_relax.pcvk --drop-barrier=1 2>&1 | FileCheck %s --check-prefix=DROPPED
// DROPPED: dispatch {{.*}}barrier

// Where a workgroup owns samples, in its memory, the bits are the same; without its barriers they are not.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=generic -o %t/team
// RUN: pc-plan-test %t/team/persist-loops-numbers_relax.pcvk --show | FileCheck %s --check-prefix=TEAM
// TEAM: kernel kernel_{{.*}} workgroup 64x1x1 shares {{[0-9]+}} bytes
// RUN: pc-plan-test %t/team/persist-loops-numbers_relax.pcvk | grep result | diff %t/inside.numbers -
// RUN: pc-plan-test --unsynchronised %t/team/persist-loops-numbers_relax.pcvk | grep result > %t/wrong.numbers
// RUN: not diff %t/inside.numbers %t/wrong.numbers
// So are they where buffers are reached by address.
// RUN: pc-compile %s --compile-from=tensor --target=vulkan --device-profile=addressed -o %t/addresses
// RUN: pc-plan-test %t/addresses/persist-loops-numbers_relax.pcvk | grep result | diff %t/inside.numbers -

// REQUIRES: vulkan

#ik = affine_map<(i, j, k) -> (i, k)>
#jk = affine_map<(i, j, k) -> (j, k)>
#kj = affine_map<(i, j, k) -> (k, j)>
#ij = affine_map<(i, j, k) -> (i, j)>
#id = affine_map<(i, j) -> (i, j)>
func.func @relax(%m: tensor<34x50xf32> {pc.name = "m"}, %w: tensor<7x50xf32> {pc.name = "w"}) -> (tensor<34x50xf32> {pc.name = "d"}) {
  %zero = arith.constant 0.0 : f32
  %step = arith.constant 1.0e-6 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c300 = arith.constant 300 : index
  %e0 = tensor.empty() : tensor<34x50xf32>
  %s0 = tensor.empty() : tensor<34x7xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e0 : tensor<34x50xf32>) -> tensor<34x50xf32>
  %none = linalg.fill ins(%zero : f32) outs(%s0 : tensor<34x7xf32>) -> tensor<34x7xf32>
  %d = scf.for %i = %c0 to %c300 step %c1 iter_args(%d0 = %start) -> (tensor<34x50xf32>) {
    %v = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%m, %d0 : tensor<34x50xf32>, tensor<34x50xf32>) outs(%e0 : tensor<34x50xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %t = math.tanh %p : f32
      %s = arith.addf %t, %q : f32
      linalg.yield %s : f32
    } -> tensor<34x50xf32>
    %e = linalg.matmul indexing_maps = [#ik, #jk, #ij] ins(%v, %w : tensor<34x50xf32>, tensor<7x50xf32>) outs(%none : tensor<34x7xf32>) -> tensor<34x7xf32>
    %b = linalg.matmul indexing_maps = [#ik, #kj, #ij] ins(%e, %w : tensor<34x7xf32>, tensor<7x50xf32>) outs(%start : tensor<34x50xf32>) -> tensor<34x50xf32>
    %n = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%d0, %b : tensor<34x50xf32>, tensor<34x50xf32>) outs(%e0 : tensor<34x50xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %s = arith.addf %p, %q : f32
      %t = arith.mulf %s, %step : f32
      %r = arith.subf %p, %t : f32
      linalg.yield %r : f32
    } -> tensor<34x50xf32>
    scf.yield %n : tensor<34x50xf32>
  }
  return %d : tensor<34x50xf32>
}
