#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# compare_targets.sh PC-RUN MODEL DATA OUT TOLERANCE SCHEDULE...: gradients by
# each schedule on the CPU and on a device of Vulkan.
set -eu
run=$1 model=$2 data=$3 out=$4 tolerance=$5
shift 5
for schedule in "$@"; do
  for target in cpu vulkan; do
    "$run" "$model" --data "$data" --out "$out/$schedule-$target" --grad \
      --schedule="$schedule" --iterations=12 --step=0.1 --target=$target
  done
  printf '%s: ' "$schedule"
  /usr/bin/python3 "$(dirname "$0")/../../Inputs/tensor.py" compare \
    "$out/$schedule-cpu" "$out/$schedule-vulkan" grad "$tolerance" --by-name
done
