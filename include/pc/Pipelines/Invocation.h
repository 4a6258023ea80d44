// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled function with memory for its arguments and results.

#ifndef PC_PIPELINES_INVOCATION_H
#define PC_PIPELINES_INVOCATION_H

#include "pc/Target/CPU/Executable.h"
#include <map>

namespace mlir::pc {

class Invocation {
public:
  /// Makes room for every argument, all zeros.
  Invocation(Executable &executable, llvm::StringRef entry);

  const Signature &getSignature() const { return signature; }
  std::optional<unsigned> findArgument(llvm::StringRef role,
                                       llvm::StringRef name) const;
  /// The results of a role, by number.
  llvm::SmallVector<unsigned> findResults(llvm::StringRef role) const;

  Tensor &getArgument(unsigned number) { return *pointers[number]; }
  Tensor &getResult(unsigned number) { return results[number]; }

  /// Reads (and updates) an argument in memory of someone else.
  void share(unsigned argument, Tensor &tensor) {
    pointers[argument] = &tensor;
  }
  /// Copies `value` into an argument, which has as many elements, converting
  /// it to the kind of the argument.
  void set(unsigned argument, const Tensor &value);
  void set(const std::map<unsigned, Tensor> &values);

  /// From now on arguments that a result updates stay with the executable from
  /// call to call, where it has memory of its own: `getArgument` shows what
  /// `fetch` last found, and `giveAgain` makes that their value.
  void stay();
  llvm::ArrayRef<unsigned> getStaying() const { return staying; }
  llvm::Error fetch();
  void giveAgain() { areThere = false; }

  llvm::Error run();

private:
  Executable &executable;
  std::string entry;
  const Signature &signature;
  std::vector<Tensor> arguments, results;
  std::vector<Tensor *> pointers, passed;
  llvm::SmallVector<unsigned> staying;
  bool areThere = false; // the executable has those that stay
};

} // namespace mlir::pc

#endif // PC_PIPELINES_INVOCATION_H
