// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/Export.h"
#include "ModelReader.h"
#include "Payload.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace mlir::pc {

using Parameters = std::map<std::string, const Tensor *>;

/// Gives `proto` the new value of the parameter `name`, if it has one. The type
/// of the model stays, whatever the parameter was trained in.
static Error update(onnx::TensorProto &proto, const std::string &name,
                    const Parameters &parameters, StringSet<> &written) {
  auto it = parameters.find(name);
  if (it == parameters.end())
    return Error::success();
  const Tensor &value = *it->second;
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  std::optional<ElementKind> kind = getElementKind(proto.data_type());
  if (!kind || shape != value.getShape())
    return createStringError(
        inconvertibleErrorCode(),
        "parameter '" + name + "': the model has another shape or type than " +
            value.describe());
  writeTensor(value.convertTo(*kind), proto);
  written.insert(name);
  return Error::success();
}

/// Initializers and Constant nodes of `graph` and of its subgraphs.
static Error updateGraph(onnx::GraphProto &graph, const Parameters &parameters,
                         StringSet<> &written) {
  for (onnx::TensorProto &initializer : *graph.mutable_initializer())
    if (Error error =
            update(initializer, initializer.name(), parameters, written))
      return error;
  for (onnx::NodeProto &node : *graph.mutable_node()) {
    bool isConstant = node.op_type() == "Constant" && node.output_size() == 1;
    for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
      if (isConstant && attribute.has_t())
        if (Error error = update(*attribute.mutable_t(), node.output(0),
                                 parameters, written))
          return error;
      if (attribute.has_g())
        if (Error error =
                updateGraph(*attribute.mutable_g(), parameters, written))
          return error;
    }
  }
  return Error::success();
}

/// An input that was learned gets its value as an initializer, which whoever
/// feeds the input may still replace.
static void addLearnedInputs(onnx::GraphProto &graph,
                             const Parameters &parameters,
                             StringSet<> &written) {
  for (const onnx::ValueInfoProto &input : graph.input()) {
    auto found = parameters.find(input.name());
    std::optional<ElementKind> kind =
        getElementKind(input.type().tensor_type().elem_type());
    if (found == parameters.end() || written.contains(input.name()) || !kind)
      continue;
    onnx::TensorProto &initializer = *graph.add_initializer();
    initializer.set_name(input.name());
    writeTensor(found->second->convertTo(*kind), initializer);
    written.insert(input.name());
  }
}

/// External data of tensors that keep their values moves into the file, which
/// may be written to another folder.
static Error embedExternalData(onnx::GraphProto &graph, StringRef folder) {
  for (onnx::TensorProto &initializer : *graph.mutable_initializer()) {
    if (initializer.data_location() != onnx::TensorProto::EXTERNAL)
      continue;
    Expected<Tensor> tensor = readTensor(initializer, folder);
    if (!tensor)
      return tensor.takeError();
    writeTensor(*tensor, initializer);
  }
  return Error::success();
}

Error exportONNX(StringRef source, StringRef destination,
                 const Parameters &parameters) {
  Model model;
  if (Error error = readModel(source, model))
    return error;
  onnx::GraphProto &graph = *model.proto.mutable_graph();
  StringSet<> written;
  if (Error error = updateGraph(graph, parameters, written))
    return createStringError(inconvertibleErrorCode(),
                             source + ": " + toString(std::move(error)));
  addLearnedInputs(graph, parameters, written);
  for (const auto &[name, value] : parameters)
    if (!written.contains(name))
      return createStringError(inconvertibleErrorCode(),
                               source +
                                   ": expected an initializer, an input or a "
                                   "Constant node '" +
                                   name + "', but there is none");
  if (Error error = embedExternalData(graph, model.folder))
    return createStringError(inconvertibleErrorCode(),
                             source + ": " + toString(std::move(error)));
  std::string bytes = model.proto.SerializeAsString();
  if (bytes.empty())
    return createStringError(inconvertibleErrorCode(),
                             destination +
                                 ": the model does not fit into 2 GiB");
  return writeFileAtomically(destination, [&](raw_pwrite_stream &stream) {
    stream << bytes;
    return Error::success();
  });
}

} // namespace mlir::pc
