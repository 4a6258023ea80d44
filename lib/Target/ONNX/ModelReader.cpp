// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelReader.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace mlir::pc {

StringRef normalizeDomain(StringRef domain) {
  return domain == "ai.onnx" ? StringRef() : domain;
}

Error readModel(StringRef path, Model &model) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  return readModel(**buffer, model);
}

Error readModel(MemoryBufferRef buffer, Model &model) {
  StringRef path = buffer.getBufferIdentifier();
  auto fail = [&](const Twine &text) {
    return createStringError(inconvertibleErrorCode(), path + ": " + text);
  };
  if (buffer.getBufferSize() == 0)
    return fail("expected an ONNX model, but the file is empty");
  if (Error error = parseMessage(buffer, "an ONNX model", model.proto))
    return error;
  // Protobuf takes many a file for a message without any known field.
  if (!model.proto.has_graph())
    return fail("expected an ONNX model, but the file has no graph");
  if (model.proto.opset_import().empty())
    return fail("expected an opset_import, but the model has none");
  model.opsets = collectOpsets(model.proto.opset_import());
  model.path = path.str();
  model.folder = sys::path::parent_path(path).str();
  if (model.folder.empty())
    model.folder = ".";
  return Error::success();
}

} // namespace mlir::pc
