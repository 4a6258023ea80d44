// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Dimensions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace mlir::pc {

/// Each element is an argument of the function.
static constexpr int64_t maxSequenceLength = 4096;

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

namespace {
/// Binds the inputs of a graph one after the other.
class InputBinder {
public:
  InputBinder(Location loc, std::map<std::string, int64_t> &bound)
      : loc(loc), bound(bound) {}

  /// Sizes that the data at hand gives to names.
  LogicalResult takeSizes(const onnx::ValueInfoProto &input,
                          const ONNXInputData &data);
  FailureOr<BoundInput> bind(const onnx::ValueInfoProto &input,
                             const ONNXInputData *data);
  /// Reports the names without a size, all of them.
  LogicalResult finish();

private:
  LogicalResult takeSizes(const onnx::ValueInfoProto &input,
                          const ValueType &type, ArrayRef<int64_t> data);
  std::vector<int64_t> getShape(const onnx::ValueInfoProto &input,
                                const onnx::TensorShapeProto &shape);
  /// The size that `key` was given; notes that it has none.
  std::optional<int64_t> lookup(const std::string &key);
  LogicalResult checkLength(const onnx::ValueInfoProto &input, int64_t length);
  /// How many tensors an input is without data that says so.
  FailureOr<unsigned> getCount(const onnx::ValueInfoProto &input,
                               BoundInput &result);

  Location loc;
  std::map<std::string, int64_t> &bound;
  std::vector<std::string> unbound;
};
} // namespace

static std::string getKey(const onnx::ValueInfoProto &input,
                          const onnx::TensorShapeProto &shape, int axis) {
  const auto &dim = shape.dim(axis);
  if (dim.has_dim_param() && !dim.dim_param().empty())
    return dim.dim_param();
  return input.name() + "." + std::to_string(axis);
}

LogicalResult InputBinder::takeSizes(const onnx::ValueInfoProto &input,
                                     const ValueType &type,
                                     ArrayRef<int64_t> data) {
  // An input without any declared shape takes that of the data as it is.
  if (!type.tensor->has_shape())
    return success();
  const onnx::TensorShapeProto &shape = type.tensor->shape();
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
    // The elements of a sequence share a type, not a size.
    if (isSequence(type.kind))
      continue;
    auto [entry, isNew] = bound.try_emplace(getKey(input, shape, axis), size);
    if (!isNew && entry->second != size)
      return emitError(loc)
             << "dimension '" << entry->first << "' is " << entry->second
             << " elsewhere, but input '" << input.name() << "' has " << size
             << " in dimension " << axis;
  }
  return success();
}

LogicalResult InputBinder::takeSizes(const onnx::ValueInfoProto &input,
                                     const ONNXInputData &data) {
  ValueType type = *getValueType(input.type());
  for (const std::vector<int64_t> &shape : data.shapes)
    if (failed(takeSizes(input, type, shape)))
      return failure();
  return success();
}

std::optional<int64_t> InputBinder::lookup(const std::string &key) {
  auto it = bound.find(key);
  if (it != bound.end())
    return it->second;
  if (!is_contained(unbound, key))
    unbound.push_back(key);
  return std::nullopt;
}

std::vector<int64_t>
InputBinder::getShape(const onnx::ValueInfoProto &input,
                      const onnx::TensorShapeProto &shape) {
  std::vector<int64_t> sizes;
  for (int axis = 0; axis < shape.dim_size(); ++axis) {
    if (shape.dim(axis).has_dim_value())
      sizes.push_back(shape.dim(axis).dim_value());
    else if (auto size = lookup(getKey(input, shape, axis)))
      sizes.push_back(*size);
  }
  return sizes;
}

LogicalResult InputBinder::checkLength(const onnx::ValueInfoProto &input,
                                       int64_t length) {
  if (length >= 0 && length <= maxSequenceLength)
    return success();
  return emitError(loc) << "input '" << input.name()
                        << "': expected a sequence of at most "
                        << maxSequenceLength << " tensors, but got " << length;
}

FailureOr<unsigned> InputBinder::getCount(const onnx::ValueInfoProto &input,
                                          BoundInput &result) {
  if (isOptional(result.type.kind)) {
    int64_t present = lookup(input.name() + ".present").value_or(0);
    if (present < 0 || present > 1)
      return emitError(loc) << "input '" << input.name() << "': expected "
                            << "0 or 1 for '" << input.name()
                            << ".present', but got " << present;
    result.isAbsent = present == 0;
  }
  if (result.isAbsent)
    return 0u;
  if (!isSequence(result.type.kind))
    return 1u;
  int64_t length = lookup(input.name() + ".length").value_or(0);
  if (failed(checkLength(input, length)))
    return failure();
  return unsigned(length);
}

FailureOr<BoundInput> InputBinder::bind(const onnx::ValueInfoProto &input,
                                        const ONNXInputData *data) {
  BoundInput result{*getValueType(input.type()), {}};
  if (data) {
    result.shapes = data->shapes;
    result.isAbsent = data->isAbsent;
    if (failed(checkLength(input, int64_t(result.shapes.size()))))
      return failure();
    return result;
  }
  size_t before = unbound.size();
  FailureOr<unsigned> count = getCount(input, result);
  if (failed(count))
    return failure();
  // Where even the number is open, the sizes are named with it.
  if (*count == 0 && unbound.size() == before)
    return result;
  if (!result.type.tensor->has_shape())
    return emitError(loc) << "input '" << input.name()
                          << "' has no shape and no data gives it one";
  result.shapes.assign(*count, getShape(input, result.type.tensor->shape()));
  return result;
}

LogicalResult InputBinder::finish() {
  if (unbound.empty())
    return success();
  return emitError(loc) << "symbolic dimensions without a size: "
                        << join(unbound, ", ") << "; give each by --dim "
                        << unbound.front() << "=N";
}

FailureOr<std::vector<BoundInput>>
bindInputs(ArrayRef<const onnx::ValueInfoProto *> inputs,
           const ONNXImportOptions &options, Location loc,
           std::map<std::string, int64_t> &bound) {
  bound = options.dims;
  if (options.inputs.size() > inputs.size())
    return emitError(loc) << "expected data for at most " << inputs.size()
                          << " inputs, but got " << options.inputs.size();
  auto getData = [&](size_t index) -> const ONNXInputData * {
    return index < options.inputs.size() && options.inputs[index]
               ? &*options.inputs[index]
               : nullptr;
  };
  InputBinder binder(loc, bound);
  for (auto [index, input] : enumerate(inputs))
    if (const ONNXInputData *data = getData(index))
      if (failed(binder.takeSizes(*input, *data)))
        return failure();
  std::vector<BoundInput> result;
  for (auto [index, input] : enumerate(inputs)) {
    FailureOr<BoundInput> next = binder.bind(*input, getData(index));
    if (failed(next))
      return failure();
    result.push_back(std::move(*next));
  }
  if (failed(binder.finish()))
    return failure();
  return result;
}

} // namespace mlir::pc
