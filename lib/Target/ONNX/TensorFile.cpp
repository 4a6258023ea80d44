// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/TensorFile.h"
#include "Payload.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace mlir::pc {

Expected<NamedTensor> readTensorFile(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  onnx::TensorProto proto;
  if (Error error = parseMessage(**buffer, "a serialized TensorProto", proto))
    return error;
  Expected<Tensor> tensor = readTensor(proto, /*folder=*/"");
  if (!tensor)
    return createStringError(inconvertibleErrorCode(),
                             path + ": " + toString(tensor.takeError()));
  return NamedTensor{proto.name(), std::move(*tensor)};
}

Expected<std::map<std::string, Tensor>> readTensorFolder(StringRef folder) {
  std::map<std::string, Tensor> tensors;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    if (!StringRef(it->path()).ends_with(".pb"))
      continue;
    Expected<NamedTensor> tensor = readTensorFile(it->path());
    if (!tensor)
      return tensor.takeError();
    tensors.insert_or_assign(tensor->name, std::move(tensor->tensor));
  }
  if (code)
    return createFileError(folder, code);
  return tensors;
}

Error writeTensorFile(StringRef path, StringRef name, const Tensor &tensor) {
  onnx::TensorProto proto;
  proto.set_name(name.str());
  writeTensor(tensor, proto);
  std::string bytes = proto.SerializeAsString();
  if (bytes.empty())
    return createStringError(inconvertibleErrorCode(),
                             path + ": a tensor of " + tensor.describe() +
                                 " does not fit into one message of 2 GiB");
  return writeFileAtomically(path, [&](raw_pwrite_stream &stream) {
    stream << bytes;
    return Error::success();
  });
}

} // namespace mlir::pc
