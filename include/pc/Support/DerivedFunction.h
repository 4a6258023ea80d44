// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function that an objective is extended to: gradients, tangents, steps.

#ifndef PC_SUPPORT_DERIVEDFUNCTION_H
#define PC_SUPPORT_DERIVEDFUNCTION_H

#include "pc/Support/Signature.h"

namespace mlir::pc {

/// A copy of an objective that keeps its arguments and results and gets more
/// of both.
class DerivedFunction {
public:
  /// Puts `@<stem><suffix>` behind the objective of `@name` in `scope`, which
  /// has a symbol table. Reports a missing or malformed objective and a name
  /// that is taken.
  static FailureOr<DerivedFunction>
  create(Operation *scope, llvm::StringRef name, llvm::StringRef suffix);

  FunctionOpInterface getFunction() const { return function; }
  Block &getBody() const;
  Operation *getReturn() const;
  Value getLoss() const;

  /// Appends an argument or a result with pc.role and pc.name.
  Value addArgument(Type type, llvm::StringRef role, llvm::StringRef name,
                    Location loc);
  void addResult(Value value, llvm::StringRef role, llvm::StringRef name);

private:
  DerivedFunction(FunctionOpInterface function, unsigned loss)
      : function(function), loss(loss) {}

  mutable FunctionOpInterface function;
  unsigned loss;
};

/// The attributes of an argument or a result.
DictionaryAttr describeValue(MLIRContext *context, llvm::StringRef role,
                             llvm::StringRef name);

} // namespace mlir::pc

#endif // PC_SUPPORT_DERIVEDFUNCTION_H
