#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# prove.sh FILE.sv MODULE WORK_DIR [NAME=VALUE]...: its assertions hold in the
# first 12 cycles and, by induction, in all of them.
set -euo pipefail
file=$1 module=$2 work=$3
shift 3
mkdir -p "$work"
settings=
memories=
for setting in "$@"; do
  settings+="chparam -set ${setting%=*} ${setting#*=} $module; "
  # A memory of one word is no array to the solver.
  [ "$setting" != DEPTH=1 ] || memories="memory_map; opt_clean; "
done
yosys -q -p "read_verilog -formal -sv $file; ${settings}prep -top $module; ${memories}async2sync;
  dffunmap; write_smt2 -wires $work/$module.smt2"
for way in '' -i; do
  timeout 120 yosys-smtbmc -s z3 $way -t 12 "$work/$module.smt2" >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
done
echo "proved $module $*"
