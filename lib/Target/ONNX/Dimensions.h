// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes of symbolic dimensions.

#ifndef PC_LIB_TARGET_ONNX_DIMENSIONS_H
#define PC_LIB_TARGET_ONNX_DIMENSIONS_H

#include "ValueTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "pc/Target/ONNX/Import.h"
#include "llvm/ADT/ArrayRef.h"

namespace mlir::pc {

/// The inputs of a graph that are fed: those without an initializer.
llvm::SmallVector<const onnx::ValueInfoProto *>
getFedInputs(const onnx::GraphProto &graph);

/// An input as the function has it.
struct BoundInput {
  ValueType type;
  std::vector<std::vector<int64_t>> shapes; // of its tensors
  bool isAbsent = false;                    // an optional that has nothing
};

/// The fed inputs, symbolic dimensions bound by the options, and with them how
/// long sequences are and what optionals have. The key of a dimension without a
/// name is `<input>.<axis>`. One diagnostic names all that stay unbound;
/// conflicts are errors too. `bound` receives the sizes of all names.
FailureOr<std::vector<BoundInput>>
bindInputs(llvm::ArrayRef<const onnx::ValueInfoProto *> inputs,
           const ONNXImportOptions &options, Location loc,
           std::map<std::string, int64_t> &bound);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_DIMENSIONS_H
