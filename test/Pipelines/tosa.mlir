// A model in TOSA is converted by the passes of MLIR and then like any other:
// proved, and measured against finite differences.

// RUN: pc-verify --terse --loss=cotangent --float=f64 %s | FileCheck %s
// CHECK: PASS {{.*}} 3 proved; local

// The same passes are there by hand.
// RUN: pc-opt %s --pass-pipeline='builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,tosa-to-arith,tosa-to-tensor,canonicalize),pc-phases{to=graph loss=cotangent})' | FileCheck %s --check-prefix=GRAPH
// GRAPH-NOT: tosa.
// GRAPH: pc.graph
// GRAPH-NOT: tosa.

// What MLIR does not convert is not supported.
// RUN: sed 's/tosa.tanh %q/tosa.custom %q {operator_name="odd", domain_name="none", implementation_attrs=""}/' %s > %t.mlir
// RUN: %python -c "import subprocess; exit(subprocess.call(['pc-verify', '%t.mlir'], stderr=open('%t.err', 'w')) != 2)"
// RUN: FileCheck %s --check-prefix=CUSTOM < %t.err
// CUSTOM: tosa.custom

func.func @model(%x: tensor<2x3xf32> {pc.name = "x", pc.role = "input"},
                 %w: tensor<1x3x4xf32> {pc.name = "w", pc.role = "parameter"},
                 %b: tensor<1x4xf32> {pc.name = "b", pc.role = "parameter"})
    -> (tensor<2x4xf32> {pc.name = "y", pc.role = "output"}) {
  %s = tosa.const_shape {values = dense<[1, 2, 3]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %x3 = tosa.reshape %x, %s : (tensor<2x3xf32>, !tosa.shape<3>) -> tensor<1x2x3xf32>
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %p = tosa.matmul %x3, %w, %zp, %zp : (tensor<1x2x3xf32>, tensor<1x3x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x4xf32>
  %t = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %p2 = tosa.reshape %p, %t : (tensor<1x2x4xf32>, !tosa.shape<2>) -> tensor<2x4xf32>
  %q = tosa.add %p2, %b : (tensor<2x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  %y = tosa.tanh %q : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
