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
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace mlir::pc {

/// What went between the memory of the host and that of an executable.
struct Traffic {
  uint64_t submits = 0, uploadedBytes = 0, downloadedBytes = 0;
};

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

  /// Whether values may stay with the executable from call to call. Then `run`
  /// takes null for an argument that it was given: it is as the last call left
  /// it, and no tensor is written until `fetch` asks for it.
  virtual bool hasOwnMemory() const { return false; }
  virtual llvm::Error give(StringRef entry, unsigned argument,
                           const Tensor &tensor) {
    llvm_unreachable("an executable without memory of its own");
  }
  virtual llvm::Error fetch(StringRef entry, unsigned argument,
                            Tensor &tensor) {
    llvm_unreachable("an executable without memory of its own");
  }
  virtual Traffic getTraffic() const { return {}; }

  /// Bytes of scratch memory that a call of `entry` uses, allocated once.
  virtual size_t getArenaSize(StringRef entry) const = 0;

  /// What all calls took, of a machine that counts it, or nothing.
  virtual std::string describeWork() const { return ""; }
};

/// That the tensors of a call are those of the signature, as `run` wants them.
/// `given`: arguments that may be null.
llvm::Error checkCall(StringRef entry, const Signature &signature,
                      ArrayRef<Tensor *> arguments, ArrayRef<Tensor> results,
                      const llvm::BitVector &given = {});

} // namespace mlir::pc

#endif // PC_TARGET_CPU_EXECUTABLE_H
