// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Proto.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

using namespace llvm;

namespace mlir::pc {

Error parseMessage(MemoryBufferRef buffer, StringRef what,
                   google::protobuf::MessageLite &message) {
  // One message has at most 2 GiB; larger models keep their data elsewhere.
  if (buffer.getBufferSize() > size_t(INT_MAX))
    return createStringError(inconvertibleErrorCode(),
                             buffer.getBufferIdentifier() + ": expected " +
                                 what +
                                 " of less than 2 GiB, but the file has " +
                                 Twine(buffer.getBufferSize()) + " bytes");
  google::protobuf::LogSilencer silencer; // a library does not print
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(buffer.getBufferStart()),
      int(buffer.getBufferSize()));
  stream.SetRecursionLimit(maxMessageDepth);
  if (message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage())
    return Error::success();
  return createStringError(inconvertibleErrorCode(),
                           buffer.getBufferIdentifier() + ": expected " + what +
                               ", but the file is truncated, corrupt, nested "
                               "too deeply or of another format");
}

Expected<std::unique_ptr<MemoryBuffer>> mapFile(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

} // namespace mlir::pc
