// RUN: pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-choose-parameters{learn=fc2.wieght,n,fc1.* freeze=x})' -verify-diagnostics
// RUN: not pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-choose-parameters{learn=(})' 2>&1 | FileCheck %s --check-prefix=PATTERN
// RUN: not pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-choose-parameters{freeze=x,w})' 2>&1 | FileCheck %s --check-prefix=INPUT
// RUN: not pc-opt %s -split-input-file -pass-pipeline='builtin.module(pc-choose-parameters{freeze=.*})' 2>&1 | FileCheck %s --check-prefix=ALL
// PATTERN: error: learn: expected a name or a regular expression, found `(`: parentheses not balanced
// INPUT: error: freeze: expected the name of a parameter, or a pattern of such names, found `x`; the nearest name is `fc{{[12]}}.weight`
// INPUT: error: freeze: expected the name of a parameter, or a pattern of such names, found `w`; the nearest name is `fc{{[12]}}.weight`
// ALL: error: expected a parameter that is left to learn, found that all are frozen

// Every word that names nothing is reported, and an integer is no parameter.
// expected-error @+2 {{learn: expected the name of a float input or parameter, or a pattern of such names, found `fc2.wieght`; the nearest name is `fc2.weight`}}
// expected-error @+1 {{learn: expected the name of a float input or parameter, or a pattern of such names, found `n`; the nearest name is `x`}}
func.func @model(%x: tensor<2xf32> {pc.name = "x", pc.role = "input"},
                 %u: tensor<2xf32> {pc.name = "fc1.weight", pc.role = "parameter"},
                 %w: tensor<2xf32> {pc.name = "fc2.weight", pc.role = "parameter"},
                 %n: tensor<2xi64> {pc.name = "n", pc.role = "input"})
    -> (tensor<2xf32> {pc.name = "y", pc.role = "output"}) {
  %y = arith.mulf %u, %w : tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// expected-error @+1 {{expected a function @model}}
module {
  func.func @other() {
    return
  }
}
