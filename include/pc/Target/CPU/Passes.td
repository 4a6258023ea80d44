// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of the CPU target, in the order of the levels that they work on.

#ifndef PC_TARGET_CPU_PASSES_TD
#define PC_TARGET_CPU_PASSES_TD

include "pc/Target/CPU/StructurePasses.td"
include "pc/Target/CPU/MemoryPasses.td"
include "pc/Target/CPU/LoopPasses.td"

#endif // PC_TARGET_CPU_PASSES_TD
