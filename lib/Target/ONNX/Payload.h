// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The values of a TensorProto, whichever way the file holds them.

#ifndef PC_LIB_TARGET_ONNX_PAYLOAD_H
#define PC_LIB_TARGET_ONNX_PAYLOAD_H

#include "Proto.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Target/ONNX/StringTensor.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>

namespace mlir::pc {

/// Bytes that one value may have; larger ones are refused with a diagnostic
/// before any memory is taken for them.
inline constexpr int64_t maxTensorBytes = int64_t(1) << 34;

/// The element kind of an ONNX data type, none for those that are
/// no numbers of the compiler's (strings, complex numbers).
std::optional<ElementKind> getElementKind(int dataType);
/// The ONNX data type of an element kind.
int getDataType(ElementKind kind);
/// "float8e4m3fn", "string", ...; "data type 99" for an unknown number.
std::string getDataTypeName(int dataType);

/// True for strings, which have no element kind.
bool isString(int dataType);

/// The number of elements of `dims`, or an error for a negative size, an
/// overflowing product or more than `maxTensorBytes`.
llvm::Expected<int64_t> countElements(llvm::ArrayRef<int64_t> dims,
                                      size_t byteWidth);

/// Reads raw data or typed fields. Tensors whose data is in another file are
/// looked up relative to `folder`; an empty `folder` refuses them.
llvm::Expected<Tensor> readTensor(const onnx::TensorProto &proto,
                                  llvm::StringRef folder);

/// The same for strings, which files hold in a typed field alone.
llvm::Expected<StringTensor> readStrings(const onnx::TensorProto &proto);

/// Sets shape, type and raw data of `proto`.
void writeTensor(const Tensor &tensor, onnx::TensorProto &proto);
/// Sets shape, type and strings of a new `proto`.
void writeStrings(const StringTensor &tensor, onnx::TensorProto &proto);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_PAYLOAD_H
