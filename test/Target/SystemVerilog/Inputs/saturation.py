# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether each of some runs of a circuit saturated a word.

usage: saturation.py CIRCUIT.so WORD...
Runs one sample for each WORD, which is every word of its inputs, without rounds
and with weights of 127.
"""

import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
library.pc_circuit_create.restype = ctypes.c_void_p
library.pc_circuit_run.restype = ctypes.c_char_p
circuit = ctypes.c_void_p(library.pc_circuit_create())
words64 = ctypes.c_int64 * 64
library.pc_circuit_write(circuit, b"classify.weight", words64(*[127] * 64))
library.pc_circuit_write(circuit, b"classify.bias", words64())
for word in sys.argv[2:]:
    blocks = [[words64(*[int(word)] * 64) for _ in range(8)], [words64() for _ in range(8)]]
    inputs, outputs = [(ctypes.c_void_p * 8)(*map(ctypes.addressof, of)) for of in blocks]
    wrong = library.pc_circuit_run(circuit, ctypes.c_int64(1), 0, inputs, outputs, None)
    if wrong:
        sys.exit(wrong.decode())
    print(f"{word}: {'saturated' if library.pc_circuit_saturated(circuit) else 'nothing saturated'}")
