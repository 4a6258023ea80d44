// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensor data in files beside the model.

#ifndef PC_LIB_TARGET_ONNX_EXTERNALDATA_H
#define PC_LIB_TARGET_ONNX_EXTERNALDATA_H

#include "Proto.h"
#include <string>

namespace mlir::pc {

/// Where the data of a tensor lies.
struct ExternalSlice {
  std::string path; // inside the folder of the model, links resolved
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// Checks the entry `external_data` of `proto`, which must have `byteSize`
/// bytes. Absolute paths, `..` and whatever leaves `folder` after resolving
/// links are refused, as are slices that do not fit the file or the shape.
llvm::Expected<ExternalSlice> locateExternalData(const onnx::TensorProto &proto,
                                                 llvm::StringRef folder,
                                                 uint64_t byteSize);

/// Maps the slice, read-only.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
mapExternalData(const ExternalSlice &slice);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_EXTERNALDATA_H
