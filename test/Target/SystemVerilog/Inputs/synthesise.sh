#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# synthesise.sh xilinx|ecp5|ice40 "FILE.sv..." TOP [NAME=VALUE]...: Yosys takes
# it without latches, combinational loops or double drivers, before and after
# synthesis. Prints the cells.
set -euo pipefail
family=$1 files=$2 top=$3
shift 3
settings=
for setting in "$@"; do settings+="chparam -set ${setting%=*} ${setting#*=} $top; "; done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
timeout 400 yosys -q -p "read_verilog -sv $files; ${settings}hierarchy -check -top $top; proc; flatten;
  check -assert; select -assert-none t:\$dlatch*; synth_$family; check -assert;
  select -assert-none t:*LATCH* t:*DLATCH*; tee -o $log stat" >"$log.out" 2>&1 ||
  { cat "$log.out"; rm -f "$log.out"; exit 1; }
rm -f "$log.out"
grep -E '^ +[A-Z][A-Z0-9_]+ +[0-9]+' "$log" | sort | tr -s ' ' | tr '\n' ';'
echo " $family takes $top"
