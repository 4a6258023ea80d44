// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the tensor level, compiled for the machine that runs.

#ifndef PC_TARGET_CPU_EXECUTABLE_H
#define PC_TARGET_CPU_EXECUTABLE_H

#include "mlir/IR/BuiltinOps.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Target/CPU/CPUOptions.h"
#include "pc/Target/CPU/Signature.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace mlir::pc {

class Executable {
public:
  /// Compiles the functions `entries` of `module`, which is at the tensor level
  /// and is left as it was. Diagnostics go to the module's context.
  static FailureOr<std::unique_ptr<Executable>>
  compile(ModuleOp module, ArrayRef<StringRef> entries,
          const CPUOptions &options);
  virtual ~Executable();

  virtual const Signature &getSignature(StringRef entry) const = 0;

  /// Calls an entry. `arguments` has one tensor for each argument, of exactly
  /// its kind and shape; those that a result updates are written in place.
  /// `results` has one place for each result; an updating one is left alone,
  /// an empty one is made. Calls must not overlap: they share their scratch
  /// memory. After the first call nothing is allocated when the
  /// results are passed in again.
  virtual llvm::Error run(StringRef entry, ArrayRef<Tensor *> arguments,
                          MutableArrayRef<Tensor> results) = 0;

  /// Bytes of scratch memory that a call of `entry` uses, allocated once.
  virtual size_t getArenaSize(StringRef entry) const = 0;
};

/// That the tensors of a call are those of the signature, as `run` wants them.
llvm::Error checkCall(StringRef entry, const Signature &signature,
                      ArrayRef<Tensor *> arguments, ArrayRef<Tensor> results);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_EXECUTABLE_H
