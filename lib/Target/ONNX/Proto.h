// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generated classes of the ONNX format, and how a file becomes one of them.

#ifndef PC_LIB_TARGET_ONNX_PROTO_H
#define PC_LIB_TARGET_ONNX_PROTO_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <onnx/onnx_pb.h>

namespace mlir::pc {

/// Nesting of messages that a file may have: protobuf counts three for each
/// subgraph. Deeper files are refused while they are parsed.
inline constexpr int maxMessageDepth = 300;

/// Parses `buffer` into `message`. `what` is the noun of the diagnostic, such
/// as "an ONNX model".
llvm::Error parseMessage(llvm::MemoryBufferRef buffer, llvm::StringRef what,
                         google::protobuf::MessageLite &message);

/// Maps the file at `path`, read-only.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
mapFile(llvm::StringRef path);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_PROTO_H
