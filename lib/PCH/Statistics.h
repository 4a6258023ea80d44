// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Included before everything else. Whether a statistic of a pass holds a
// counter depends on NDEBUG. Debian's libMLIR was built with it, and its
// constructor leaves the counter of a build with assertions uninitialised: so
// statistics have to look here as they look there.

#ifndef PC_LIB_PCH_STATISTICS_H
#define PC_LIB_PCH_STATISTICS_H

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define NDEBUG
#include "llvm/ADT/Statistic.h"
#pragma pop_macro("NDEBUG")

#endif // PC_LIB_PCH_STATISTICS_H
