// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which arguments and results of a function are one value of the model.

#ifndef PC_SUPPORT_VALUEGROUPS_H
#define PC_SUPPORT_VALUEGROUPS_H

#include "mlir/Interfaces/FunctionInterfaces.h"
#include <string>
#include <vector>

namespace mlir::pc {

enum class ValueKind {
  Tensor,
  Sequence,         ///< of tensors
  Optional,         ///< a tensor, or nothing
  OptionalSequence, ///< a sequence of tensors, or nothing
};

/// "tensor", "sequence", "optional", "optional_sequence".
llvm::StringRef getName(ValueKind kind);
bool isOptional(ValueKind kind);
bool isSequence(ValueKind kind);

/// An input or output of a model as a function has it: as that many tensors,
/// one after the other.
struct ValueGroup {
  std::string name;
  ValueKind kind = ValueKind::Tensor;
  unsigned size = 1;
  /// An optional that has nothing; an empty sequence is not absent.
  bool isAbsent = false;
  /// Made of strings. Those of an input are known, and no arguments; those of
  /// an output are numbers among pc.strings.
  bool hasStrings = false;
};

/// The value of pc.inputs or pc.outputs (see Names.h).
ArrayAttr toAttribute(MLIRContext *context, llvm::ArrayRef<ValueGroup> groups);

/// What `attrName` says about `names`, the tensors at hand; those that it does
/// not cover are each a value of their own. Reports an attribute that is
/// malformed or asks for more.
FailureOr<std::vector<ValueGroup>>
getValueGroups(FunctionOpInterface function, llvm::StringRef attrName,
               llvm::ArrayRef<std::string> names);

/// The strings that pc.strings of `function` names; reports anything else.
FailureOr<std::vector<std::string>> getStrings(FunctionOpInterface function);

/// Makes `target` say of its inputs and outputs what `source` says.
void copyValueGroups(Operation *source, Operation *target);

} // namespace mlir::pc

#endif // PC_SUPPORT_VALUEGROUPS_H
