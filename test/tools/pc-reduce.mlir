// RUN: split-file %s %t && chmod +x %t/interesting %t/boring
// RUN: pc-reduce %t/input.mlir --reduction-tree='traversal-mode=0 test=%t/interesting' | FileCheck %s
// RUN: not pc-reduce %t/input.mlir --reduction-tree='traversal-mode=0 test=%t/boring' > %t.boring.mlir
// RUN: count 0 < %t.boring.mlir

// The function with the tangent stays, the others go.
//       CHECK: module {
//   CHECK-NOT: func @
//       CHECK: func @keep
//       CHECK:   math.tan
//   CHECK-NOT: func @

// An input that the script does not find interesting is an error with no output.

//--- interesting
#!/bin/sh
# Interesting, as mlir-reduce counts it, is status 1.
pc-opt "$1" | grep -q math.tan && exit 1
exit 0

//--- boring
#!/bin/sh
exit 0

//--- input.mlir
func.func @before(%x: f32) -> f32 {
  return %x : f32
}
func.func @keep(%x: f32) -> f32 {
  %y = math.tan %x : f32
  return %y : f32
}
func.func @after(%x: f32) -> f32 {
  %y = math.sin %x : f32
  return %y : f32
}
