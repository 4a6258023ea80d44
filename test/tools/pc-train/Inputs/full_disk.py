#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""full_disk.py COMMAND...: runs it where no file grows beyond 4096 bytes: writes
fail half-way, as on a full disk. Ends as the command does."""

import resource
import signal
import subprocess
import sys


def limit():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an error instead of a signal
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


sys.exit(subprocess.run(sys.argv[1:], preexec_fn=limit).returncode)
