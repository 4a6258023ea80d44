// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_LIB_TARGET_CPU_CHEADER_H
#define PC_LIB_TARGET_CPU_CHEADER_H

#include "Compiler.h"
#include "pc/Target/CPU/Emit.h"

namespace mlir::pc {

/// Writes the C header of `entries`, whose functions are called `prefix` +
/// their name.
void writeCHeader(llvm::raw_ostream &os, StringRef prefix,
                  ArrayRef<CompiledEntry> entries,
                  ArrayRef<InitialValue> initialValues, unsigned threads);

/// The initial values of `entry`, by argument.
SmallVector<const InitialValue *>
getInitialValues(ArrayRef<InitialValue> values, StringRef entry);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_CPU_CHEADER_H
