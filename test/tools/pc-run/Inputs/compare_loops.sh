#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# compare_loops.sh PC-RUN MODEL FOLDER OPTION...: gradients of 20 iterations on the CPU, on a
# device of Vulkan in one kernel where that can be, and there dispatch by dispatch.
set -eu
run=$1 model=$2 folder=$3
shift 3
gradient() {
  out=$1
  shift
  "$run" "$model" --data "$folder/in" --out "$folder/$out" --grad --iterations=20 --step=0.1 "$@"
}
gradient cpu "$@" --target=cpu
gradient vulkan "$@" --target=vulkan
gradient listed "$@" --target=vulkan --without=pc-gpu-persist-loops
diff -r "$folder/vulkan" "$folder/listed" && echo the same bits
/usr/bin/python3 "$(dirname "$0")/../../Inputs/tensor.py" compare "$folder/cpu" "$folder/vulkan" grad 1e-4 --by-name
