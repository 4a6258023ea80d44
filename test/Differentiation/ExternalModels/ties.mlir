// RUN: pc-opt %s -pc-attach-loss=loss=cotangent -pc-autodiff=wrt=all -pc-jvp=wrt=all > %t.mlir
// RUN: pc-jit-test %t.mlir --entry=model_autodiff --arg=1,2,2,1,2,0 --arg=-9 --arg=1 | FileCheck %s --check-prefix=FIRST
// RUN: pc-jit-test %t.mlir --entry=model_autodiff --arg=1,2,2,1,2,0 --arg=2,1 --arg=1 | FileCheck %s --check-prefix=INITIAL
// RUN: pc-jit-test %t.mlir --entry=model_jvp --arg=1,2,2,1,2,0 --arg=-9 --arg=1,100 --arg=1,2,3,4,5,6 --arg=0 | FileCheck %s --check-prefix=JVP

// At a tie the first point has it, though the running value is the second
// operand here; the initial value comes before all points. Forward mode agrees.
// FIRST: result 2: 2x3xf32 = 0 1 0 0 1 0
// FIRST: result 3: 2xf32 = 0 0
// INITIAL: result 2: 2x3xf32 = 0 0 0 0 1 0
// INITIAL: result 3: 2xf32 = 1 0
// JVP: result 2: f32 = 502
func.func @model(%x: tensor<2x3xf32> {pc.name = "x", pc.role = "input"},
                 %z: tensor<2xf32> {pc.name = "z", pc.role = "input"})
    -> (tensor<2xf32> {pc.name = "y", pc.role = "output"}) {
  %y = linalg.reduce ins(%x : tensor<2x3xf32>) outs(%z : tensor<2xf32>) dimensions = [1]
    (%in: f32, %max: f32) {
      %m = arith.maximumf %in, %max : f32
      linalg.yield %m : f32
    }
  return %y : tensor<2xf32>
}
