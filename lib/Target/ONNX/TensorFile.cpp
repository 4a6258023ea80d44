// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/TensorFile.h"
#include "Payload.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/Support/FileSystem.h"
#include <onnx/onnx-data_pb.h>

using namespace llvm;

namespace mlir::pc {

NamedValue NamedValue::clone() const {
  NamedValue copy{name, kind, {}, strings, isAbsent};
  for (const Tensor &tensor : tensors)
    copy.tensors.push_back(tensor.clone());
  return copy;
}

std::string NamedValue::describe() const {
  if (isAbsent)
    return "an optional without an element";
  if (!isSequence(kind))
    return strings.empty() ? tensors.front().describe()
                           : strings.front().describe();
  size_t size = tensors.size() + strings.size();
  return "a sequence of " + std::to_string(size) +
         (size == 1 ? " tensor" : " tensors") +
         (strings.empty() ? "" : " of strings");
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static Error readInto(const onnx::TensorProto &proto, NamedValue &value) {
  if (isString(proto.data_type()) ? !value.tensors.empty()
                                  : !value.strings.empty())
    return createStringError("expected tensors of one element type");
  if (isString(proto.data_type())) {
    Expected<StringTensor> strings = readStrings(proto);
    if (!strings)
      return strings.takeError();
    value.strings.push_back(std::move(*strings));
    return Error::success();
  }
  Expected<Tensor> tensor = readTensor(proto, /*folder=*/"");
  if (!tensor)
    return tensor.takeError();
  value.tensors.push_back(std::move(*tensor));
  return Error::success();
}

static Error readInto(const onnx::SequenceProto &proto, NamedValue &value) {
  if (proto.elem_type() != onnx::SequenceProto::TENSOR &&
      proto.elem_type() != onnx::SequenceProto::UNDEFINED)
    return createStringError("expected a sequence of tensors, found elements "
                             "of type " +
                             Twine(proto.elem_type()));
  for (const onnx::TensorProto &element : proto.tensor_values())
    if (Error error = readInto(element, value))
      return error;
  return Error::success();
}

static Error readInto(const onnx::OptionalProto &proto, NamedValue &value) {
  bool takesSequence = isSequence(value.kind);
  value.isAbsent =
      takesSequence ? !proto.has_sequence_value() : !proto.has_tensor_value();
  if (takesSequence ? proto.has_tensor_value() : proto.has_sequence_value())
    return createStringError(takesSequence
                                 ? "expected a sequence, found a tensor"
                                 : "expected a tensor, found a sequence");
  if (value.isAbsent)
    return Error::success();
  return takesSequence ? readInto(proto.sequence_value(), value)
                       : readInto(proto.tensor_value(), value);
}

template <typename Proto>
static Expected<NamedValue> readFile(StringRef path, StringRef what,
                                     ValueKind kind) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  Proto proto;
  if (Error error = parseMessage(**buffer, what, proto))
    return error;
  // Messages of other types have their fields elsewhere.
  if (kind != ValueKind::Tensor && !proto.unknown_fields().empty())
    return createStringError(
        inconvertibleErrorCode(),
        path + ": expected " + what +
            ", but the file has fields of another message");
  NamedValue value{proto.name(), kind, {}};
  if (Error error = readInto(proto, value))
    return createStringError(inconvertibleErrorCode(),
                             path + ": " + toString(std::move(error)));
  return value;
}

Expected<NamedValue> readValueFile(StringRef path, ValueKind kind) {
  if (isOptional(kind))
    return readFile<onnx::OptionalProto>(path, "a serialized OptionalProto",
                                         kind);
  if (isSequence(kind))
    return readFile<onnx::SequenceProto>(path, "a serialized SequenceProto",
                                         kind);
  return readFile<onnx::TensorProto>(path, "a serialized TensorProto", kind);
}

Expected<NamedTensor> readTensorFile(StringRef path) {
  Expected<NamedValue> value = readValueFile(path, ValueKind::Tensor);
  if (!value)
    return value.takeError();
  if (!value->strings.empty())
    return createStringError(path + ": expected numbers, found " +
                             value->describe());
  return NamedTensor{value->name, std::move(value->tensors.front())};
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

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static Error writeFile(StringRef path, const google::protobuf::Message &proto,
                       const Twine &what) {
  std::string bytes = proto.SerializeAsString();
  if (bytes.empty() && proto.ByteSizeLong() != 0)
    return createStringError(inconvertibleErrorCode(),
                             path + ": " + what +
                                 " does not fit into one message of 2 GiB");
  return writeFileAtomically(path, [&](raw_pwrite_stream &stream) {
    stream << bytes;
    return Error::success();
  });
}

/// The messages of the tensors of a value.
static Expected<std::vector<onnx::TensorProto>>
makeMessages(const ValueGroup &group, ArrayRef<const Tensor *> tensors,
             ArrayRef<std::string> strings) {
  std::vector<onnx::TensorProto> messages;
  for (const Tensor *tensor : tensors) {
    onnx::TensorProto &message = messages.emplace_back();
    if (!group.hasStrings) {
      writeTensor(*tensor, message);
      continue;
    }
    Expected<StringTensor> text = lookupStrings(*tensor, strings);
    if (!text)
      return text.takeError();
    writeStrings(*text, message);
  }
  return messages;
}

using Messages = MutableArrayRef<onnx::TensorProto>;

static void fill(onnx::SequenceProto &proto, Messages tensors) {
  proto.set_elem_type(onnx::SequenceProto::TENSOR);
  for (onnx::TensorProto &tensor : tensors)
    *proto.add_tensor_values() = std::move(tensor);
}

static void fill(onnx::OptionalProto &proto, const ValueGroup &group,
                 Messages tensors) {
  proto.set_elem_type(onnx::OptionalProto::UNDEFINED);
  if (group.isAbsent)
    return;
  if (group.kind == ValueKind::OptionalSequence) {
    proto.set_elem_type(onnx::OptionalProto::SEQUENCE);
    fill(*proto.mutable_sequence_value(), tensors);
    return;
  }
  proto.set_elem_type(onnx::OptionalProto::TENSOR);
  *proto.mutable_tensor_value() = std::move(tensors.front());
}

Error writeValueFile(StringRef path, const ValueGroup &group,
                     ArrayRef<const Tensor *> tensors,
                     ArrayRef<std::string> strings) {
  Expected<std::vector<onnx::TensorProto>> messages =
      makeMessages(group, tensors, strings);
  if (!messages)
    return createStringError(inconvertibleErrorCode(),
                             path + ": " + toString(messages.takeError()));
  if (group.kind == ValueKind::Tensor) {
    messages->front().set_name(group.name);
    return writeFile(path, messages->front(),
                     "a tensor of " + tensors.front()->describe());
  }
  if (group.kind == ValueKind::Sequence) {
    onnx::SequenceProto proto;
    proto.set_name(group.name);
    fill(proto, *messages);
    return writeFile(path, proto, "a sequence");
  }
  onnx::OptionalProto proto;
  proto.set_name(group.name);
  fill(proto, group, *messages);
  return writeFile(path, proto, "an optional value");
}

} // namespace mlir::pc
