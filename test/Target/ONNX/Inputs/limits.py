# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a process under test may use."""

import os


def limited(command, gib=8):
    """The command with limited memory and no core files. Sanitizers reserve terabytes
    of addresses that they do not use. A `preexec_fn` would do the same, but it runs
    Python in a fork of this process, where another thread may have held a lock."""
    memory = [] if "ASAN_OPTIONS" in os.environ else [f"--as={gib << 30}"]
    return ["prlimit", "--core=0", *memory, "--", *command]
