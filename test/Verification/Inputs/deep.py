#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A chain of N blocks x -> sin(x) + x * w, each with a skip: 2 N levels, 2^N paths."""
import sys

print('func.func @model(%v0: tensor<f64> {pc.role = "input", pc.name = "x"},')
print('                 %w: tensor<f64> {pc.role = "parameter", pc.name = "w"})')
print('    -> (tensor<f64> {pc.role = "output", pc.name = "y"}) {')
count = int(sys.argv[1])
for i in range(count):
    print(f'  %s{i} = math.sin %v{i} : tensor<f64> loc("s{i}")')
    print(f'  %p{i} = arith.mulf %v{i}, %w : tensor<f64> loc("p{i}")')
    print(f'  %v{i + 1} = arith.addf %s{i}, %p{i} : tensor<f64> loc("v{i + 1}")')
print(f'  return %v{count} : tensor<f64>')
print('}')
