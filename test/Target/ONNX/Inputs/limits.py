# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a process under test may use."""

import os
import resource


def limit(gib=8):
    """Memory of this process, and no core files. Sanitizers reserve terabytes of
    addresses that they do not use."""
    if "ASAN_OPTIONS" not in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (gib << 30, gib << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
