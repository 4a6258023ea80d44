// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arguments and results of a function, in words that need no MLIR.

#ifndef PC_TARGET_CPU_SIGNATURE_H
#define PC_TARGET_CPU_SIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Support/ValueGroups.h"
#include <optional>

namespace mlir::pc {

/// The kind of a tensor's elements; nothing where no tensor of the runtime can
/// hold them.
std::optional<ElementKind> toElementKind(Type type);

/// One argument or result of a compiled function.
struct PortInfo {
  std::string name; // pc.name
  std::string role; // pc.role
  ElementKind kind;
  std::vector<int64_t> shape;
  /// For results: the argument whose storage receives the new value.
  std::optional<unsigned> updates;
  /// For arguments: starts with the value of the model, and need not be fed.
  bool hasValue = false;
};

struct Signature {
  std::vector<PortInfo> arguments, results;
  /// The values of the model that the arguments which are fed, and the results,
  /// are made of.
  std::vector<ValueGroup> inputs, outputs;
};

/// What the attributes of the tensor function `function` say about its
/// arguments and results. An element type that no `ElementKind` stands for is
/// reported.
FailureOr<Signature> getSignature(func::FuncOp function);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_SIGNATURE_H
