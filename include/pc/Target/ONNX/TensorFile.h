// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values in files: one serialized ONNX TensorProto, SequenceProto or
// OptionalProto each.

#ifndef PC_TARGET_ONNX_TENSORFILE_H
#define PC_TARGET_ONNX_TENSORFILE_H

#include "pc/Runtime/Tensor.h"
#include "pc/Support/ValueGroups.h"
#include "pc/Target/ONNX/StringTensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace mlir::pc {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// A value of a model: one tensor, or as many as its kind allows.
struct NamedValue {
  std::string name;
  ValueKind kind = ValueKind::Tensor;
  std::vector<Tensor> tensors;
  std::vector<StringTensor> strings; ///< instead, where they are of strings
  bool isAbsent = false;             // an optional that has nothing
  /// "4x3xf32", "a sequence of 2 tensors", "an optional without an element".
  std::string describe() const;
  NamedValue clone() const;
};

/// Reads a TensorProto in either of its encodings. Fails with a text that names
/// the file, what was expected and what was found.
llvm::Expected<NamedTensor> readTensorFile(llvm::StringRef path);

/// Reads the message that holds values of `kind`.
llvm::Expected<NamedValue> readValueFile(llvm::StringRef path, ValueKind kind);

/// Every `*.pb` of a folder, by the name inside.
llvm::Expected<std::map<std::string, Tensor>>
readTensorFolder(llvm::StringRef folder);

/// Writes the message that holds values of the kind of `group`, which has
/// `tensors`; where it has strings, these are numbers among `strings`.
/// The file is whole or not there.
llvm::Error writeValueFile(llvm::StringRef path, const ValueGroup &group,
                           llvm::ArrayRef<const Tensor *> tensors,
                           llvm::ArrayRef<std::string> strings = {});

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_TENSORFILE_H
