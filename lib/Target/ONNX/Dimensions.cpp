// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Dimensions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace mlir::pc {

SmallVector<const onnx::ValueInfoProto *>
getFedInputs(const onnx::GraphProto &graph) {
  StringSet<> initialized;
  for (const onnx::TensorProto &initializer : graph.initializer())
    initialized.insert(initializer.name());
  for (const onnx::SparseTensorProto &sparse : graph.sparse_initializer())
    initialized.insert(sparse.values().name());
  SmallVector<const onnx::ValueInfoProto *> inputs;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!initialized.contains(input.name()))
      inputs.push_back(&input);
  return inputs;
}

static std::string getKey(const onnx::ValueInfoProto &input, int axis) {
  const auto &dim = input.type().tensor_type().shape().dim(axis);
  if (dim.has_dim_param() && !dim.dim_param().empty())
    return dim.dim_param();
  return input.name() + "." + std::to_string(axis);
}

/// Binds the symbolic dimensions of `input` to the sizes of the data.
static LogicalResult bindToData(const onnx::ValueInfoProto &input,
                                ArrayRef<int64_t> data, Location loc,
                                std::map<std::string, int64_t> &bound) {
  const onnx::TensorShapeProto &shape = input.type().tensor_type().shape();
  if (size_t(shape.dim_size()) != data.size())
    return emitError(loc) << "input '" << input.name() << "': expected rank "
                          << shape.dim_size() << ", but the data has rank "
                          << data.size();
  for (auto [axis, size] : enumerate(data)) {
    if (shape.dim(axis).has_dim_value()) {
      if (shape.dim(axis).dim_value() != size)
        return emitError(loc)
               << "input '" << input.name() << "': expected size "
               << shape.dim(axis).dim_value() << " in dimension " << axis
               << ", but the data has " << size;
      continue;
    }
    auto [entry, isNew] = bound.try_emplace(getKey(input, axis), size);
    if (!isNew && entry->second != size)
      return emitError(loc)
             << "dimension '" << entry->first << "' is " << entry->second
             << " elsewhere, but input '" << input.name() << "' has " << size
             << " in dimension " << axis;
  }
  return success();
}

/// The shape of `input`; names without a size go to `unbound`.
static std::vector<int64_t>
getShape(const onnx::ValueInfoProto &input,
         const std::map<std::string, int64_t> &bound,
         std::vector<std::string> &unbound) {
  std::vector<int64_t> sizes;
  const onnx::TensorShapeProto &shape = input.type().tensor_type().shape();
  for (int axis = 0; axis < shape.dim_size(); ++axis) {
    if (shape.dim(axis).has_dim_value()) {
      sizes.push_back(shape.dim(axis).dim_value());
      continue;
    }
    auto it = bound.find(getKey(input, axis));
    if (it != bound.end())
      sizes.push_back(it->second);
    else if (!is_contained(unbound, getKey(input, axis)))
      unbound.push_back(getKey(input, axis));
  }
  return sizes;
}

FailureOr<std::vector<std::vector<int64_t>>>
bindInputShapes(ArrayRef<const onnx::ValueInfoProto *> inputs,
                const ONNXImportOptions &options, Location loc,
                std::map<std::string, int64_t> &bound) {
  bound = options.dims;
  if (options.inputShapes.size() > inputs.size())
    return emitError(loc) << "expected data for at most " << inputs.size()
                          << " inputs, but got " << options.inputShapes.size();
  std::vector<std::vector<int64_t>> shapes;
  std::vector<std::string> unbound;
  for (auto [index, input] : enumerate(inputs)) {
    if (index >= options.inputShapes.size() || !options.inputShapes[index])
      continue;
    // An input without any declared shape takes that of the data as it is.
    if (input->type().tensor_type().has_shape() &&
        failed(bindToData(*input, *options.inputShapes[index], loc, bound)))
      return failure();
  }
  for (auto [index, input] : enumerate(inputs)) {
    bool isFed =
        index < options.inputShapes.size() && options.inputShapes[index];
    if (isFed)
      shapes.push_back(*options.inputShapes[index]);
    else if (input->type().tensor_type().has_shape())
      shapes.push_back(getShape(*input, bound, unbound));
    else
      return emitError(loc) << "input '" << input->name()
                            << "' has no shape and no data gives it one";
  }
  if (unbound.empty())
    return shapes;
  return emitError(loc) << "symbolic dimensions without a size: "
                        << join(unbound, ", ") << "; give each by --dim "
                        << unbound.front() << "=N";
}

} // namespace mlir::pc
