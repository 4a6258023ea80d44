#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# check_gradients.sh PC-RUN FOLDER TOLERANCE [FLAG]...: runs every model of the
# folder with its cotangents and compares the gradients with those beside it.
set -eu
run=$1 folder=$2 tolerance=$3
shift 3
for model in "$folder"/*/model.onnx; do
  base=$(dirname "$model")
  rm -rf "$base/data" "$base/out"
  mkdir "$base/data"
  cp "$base"/test_data_set_0/input_*.pb "$base"/grad/cotangent_*.pb "$base/data"
  "$run" "$model" --data "$base/data" --out "$base/out" --grad "$@"
  printf '%s: ' "$(basename "$base")"
  /usr/bin/python3 "$(dirname "$0")/../../Inputs/tensor.py" \
    compare "$base/out" "$base/grad" grad "$tolerance" --by-name
done
