#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""interrupt.py COMMAND...: runs it, sends SIGINT after its third epoch, prints
what it wrote after that and its exit status."""

import signal
import subprocess
import sys

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
for line in process.stdout:
    if line.startswith("epoch") and "3/" in line:
        process.send_signal(signal.SIGINT)
        break
rest = process.stdout.read()
print(rest, end="")
print(f"exit status {process.wait(timeout=60)}")
