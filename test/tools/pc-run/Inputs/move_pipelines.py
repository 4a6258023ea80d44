# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the kept pipelines of a folder those of another device.

The layout is that of lib/Target/Vulkan/Runtime/PipelineCache.cpp.
"""

import pathlib
import struct
import sys

(path,) = pathlib.Path(sys.argv[1]).glob("*.pipelines")
header, data = path.read_bytes()[:16], bytearray(path.read_bytes()[24:])
data[16] ^= 1  # of the identifier
checksum = 0xcbf29ce484222325
for byte in data:
    checksum = (checksum ^ byte) * 0x100000001b3 & 0xffffffffffffffff
path.write_bytes(header + struct.pack("<Q", checksum) + data)
