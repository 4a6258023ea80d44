// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/DataFolder.h"
#include "pc/Runtime/Compare.h"
#include "pc/Target/ONNX/Inputs.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir::pc;

Expected<std::map<unsigned, DataFile>>
mlir::pc::readDataFolder(StringRef folder, StringRef prefix,
                         ArrayRef<ValueKind> kinds) {
  std::map<unsigned, DataFile> files;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    StringRef name = sys::path::filename(it->path());
    unsigned number;
    if (!name.consume_front(prefix) || !name.consume_front("_") ||
        !name.consume_back(".pb") || name.getAsInteger(10, number))
      continue;
    Expected<NamedValue> content = readValueFile(
        it->path(), number < kinds.size() ? kinds[number] : ValueKind::Tensor);
    if (!content)
      return content.takeError();
    files.emplace(number, DataFile{it->path(), std::move(*content)});
  }
  if (code)
    return createFileError(folder, code);
  return files;
}

Expected<std::vector<ValueKind>> mlir::pc::readInputKinds(StringRef model) {
  std::vector<ValueKind> kinds;
  if (!model.ends_with(".onnx"))
    return kinds;
  Expected<std::vector<ONNXInput>> inputs = readONNXInputs(model);
  if (!inputs)
    return inputs.takeError();
  for (const ONNXInput &input : *inputs)
    kinds.push_back(input.kind);
  return kinds;
}

SmallVector<ValueKind> mlir::pc::getKinds(ArrayRef<ValueGroup> groups) {
  return map_to_vector(groups, [](auto &group) { return group.kind; });
}

/// Larger tensors are data; nothing that shapes a model is longer.
static constexpr int64_t shapeLimit = 1024;

void mlir::pc::describeInputs(const std::map<unsigned, DataFile> &files,
                              ONNXImportOptions &import) {
  for (const auto &[number, file] : files) {
    if (number != import.inputs.size())
      break;
    ONNXInputData &data = import.inputs.emplace_back().emplace();
    data.isAbsent = file.content.isAbsent;
    for (const Tensor &tensor : file.content.tensors) {
      data.shapes.push_back(tensor.getShape());
      bool isSmall = tensor.getNumElements() <= shapeLimit;
      data.values.push_back(
          isSmall ? std::make_shared<const Tensor>(tensor.clone()) : nullptr);
    }
    data.strings = file.content.strings;
    for (const StringTensor &tensor : data.strings)
      data.shapes.push_back(tensor.shape);
  }
}

std::string mlir::pc::describeNaN(const std::map<unsigned, DataFile> &files) {
  for (const auto &[number, file] : files)
    for (auto [place, tensor] : llvm::enumerate(file.content.tensors))
      if (int64_t where = findNaN(tensor); where >= 0)
        return file.path + ", " +
               (isSequence(file.content.kind)
                    ? "tensor " + std::to_string(place) + ", "
                    : "") +
               "element " + std::to_string(where);
  return "";
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

namespace {
/// What a file may feed: an input of the model, or a parameter.
struct Slot {
  ValueGroup group;
  SmallVector<unsigned> arguments;
};
} // namespace

/// What must be fed, then what has a value without that.
static std::vector<Slot> getSlots(const ForwardModel &model) {
  std::vector<Slot> slots;
  SmallVector<unsigned> inputs = model.getFed();
  ArrayRef<unsigned> rest = inputs;
  for (const ValueGroup &group : model.inputGroups) {
    slots.push_back(
        {group, SmallVector<unsigned>(rest.take_front(group.size))});
    rest = rest.drop_front(group.size);
  }
  for (auto [i, port] : llvm::enumerate(model.arguments))
    if (port.hasValue)
      slots.push_back({{port.name}, {unsigned(i)}});
  return slots;
}

/// Names for a message: "3 inputs `a`, `b`, `c`".
static std::string list(ArrayRef<ValueGroup> inputs) {
  std::string text =
      (Twine(inputs.size()) + (inputs.size() == 1 ? " input" : " inputs"))
          .str();
  for (auto [i, input] : llvm::enumerate(inputs))
    text += (i == 0 ? " `" : ", `") + input.name + "`";
  return text;
}

static Error check(const DataFile &file, const Tensor &tensor,
                   const ModelPort &port) {
  if (tensor.getKind() != port.kind || tensor.getShape() != port.shape)
    return createStringError(file.path + ": expected " + port.describe() +
                             " for `" + port.name + "`, found " +
                             tensor.describe());
  if (port.range.empty())
    return Error::success();
  ArrayRef<int64_t> also = ArrayRef(port.range).drop_front(2);
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    auto value = static_cast<int64_t>(tensor.getAsDouble(i));
    if ((value < port.range[0] || value > port.range[1]) &&
        !is_contained(also, value))
      return createStringError(
          file.path + ", element " + Twine(i) + ": expected integers from " +
          Twine(port.range[0]) + " to " + Twine(port.range[1]) + " for `" +
          port.name + "`, found " + Twine(value));
  }
  return Error::success();
}

/// "a sequence of 2 tensors"; for a value that is not one tensor.
static std::string describe(const ValueGroup &group) {
  if (group.isAbsent)
    return "an optional without an element";
  return "a " + getName(group.kind).str() + " of " +
         std::to_string(group.size) +
         (group.size == 1 ? " tensor" : " tensors");
}

static Error checkForm(const DataFile &file, const ValueGroup &group) {
  const NamedValue &value = file.content;
  bool isEmpty = value.tensors.empty() && value.strings.empty();
  if (!isEmpty && group.hasStrings == value.strings.empty())
    return createStringError(
        file.path + ": expected " + (group.hasStrings ? "strings" : "numbers") +
        " for `" + group.name + "`, found " + value.describe());
  if (value.tensors.size() == group.size && value.isAbsent == group.isAbsent)
    return Error::success();
  return createStringError(file.path + ": expected " + describe(group) +
                           " for `" + group.name + "`, found " +
                           value.describe());
}

/// What a file feeds: the k-th input, or whatever has the name.
static Expected<const Slot *> findSlot(const ForwardModel &model,
                                       ArrayRef<Slot> slots, unsigned number,
                                       bool byName, const DataFile &file) {
  if (!byName)
    return &slots[number];
  for (const Slot &slot : slots)
    if (slot.group.name == file.content.name)
      return &slot;
  return createStringError(file.path + ": expected a tensor for one of " +
                           list(model.inputGroups) + ", found one named `" +
                           file.content.name + "`");
}

Expected<std::map<unsigned, Tensor>>
mlir::pc::bindInputs(const ForwardModel &model,
                     std::map<unsigned, DataFile> files, StringRef folder) {
  size_t count = model.inputGroups.size();
  bool byName = files.size() > count;
  for (unsigned k = 0; k != count; ++k)
    if (!byName && !files.count(k))
      return createStringError(
          folder + ": expected input_0.pb" +
          (count == 1 ? std::string()
                      : (" to input_" + Twine(count - 1) + ".pb").str()) +
          " for " + list(model.inputGroups) + ", found no input_" + Twine(k) +
          ".pb");
  std::vector<Slot> slots = getSlots(model);
  std::map<unsigned, Tensor> bound;
  for (auto &[number, file] : files) {
    Expected<const Slot *> slot = findSlot(model, slots, number, byName, file);
    if (!slot)
      return slot.takeError();
    if (Error error = checkForm(file, (*slot)->group))
      return error;
    for (auto [argument, tensor] :
         llvm::zip_equal((*slot)->arguments, file.content.tensors)) {
      if (Error error = check(file, tensor, model.arguments[argument]))
        return error;
      bound.insert_or_assign(argument, std::move(tensor));
    }
  }
  for (unsigned i : model.getFed())
    if (!bound.count(i))
      return createStringError(folder + ": expected a file for the input `" +
                               model.arguments[i].name + "`, found none");
  return bound;
}

//===----------------------------------------------------------------------===//
// Cotangents
//===----------------------------------------------------------------------===//

/// `tensor` in the shape of the port, if that is only a matter of ones; in f64,
/// because the function may be compiled in a wider type than the model's.
static std::optional<Tensor> fit(const Tensor &tensor, const ModelPort &port) {
  if (!isFloat(tensor.getKind()))
    return std::nullopt;
  Tensor result(ElementKind::F64, port.shape);
  bool isScalar = tensor.getNumElements() == 1 && result.getNumElements() == 1;
  if (tensor.getShape() != port.shape && !isScalar)
    return std::nullopt;
  for (int64_t i = 0, e = result.getNumElements(); i != e; ++i)
    result.setFromDouble(i, tensor.getAsDouble(i));
  return result;
}

/// Binds the file of one output, whose first result is `first`.
static Error bindCotangent(const ForwardModel &model, const DataFile &file,
                           const ValueGroup &group, unsigned first,
                           std::map<unsigned, Tensor> &bound) {
  if (Error error = checkForm(file, group))
    return error;
  for (auto [i, given] : llvm::enumerate(file.content.tensors)) {
    const ModelPort &port = model.results[first + i];
    std::optional<Tensor> tensor = fit(given, port);
    if (!tensor)
      return createStringError(file.path + ": expected " + port.describe() +
                               " for the output `" + port.name + "`, found " +
                               given.describe());
    bound.insert_or_assign(first + i, std::move(*tensor));
  }
  return Error::success();
}

Expected<std::map<unsigned, Tensor>>
mlir::pc::bindCotangents(const ForwardModel &model,
                         std::map<unsigned, DataFile> files) {
  if (std::string where = describeNaN(files); !where.empty())
    return createStringError(where + ": expected numbers, found NaN");
  std::map<unsigned, Tensor> bound;
  for (auto [k, port] : llvm::enumerate(model.results))
    if (isFloat(port.kind))
      bound.emplace(k, Tensor(ElementKind::F64, port.shape));
  SmallVector<unsigned> first;
  unsigned next = 0;
  for (const ValueGroup &group : model.outputGroups) {
    first.push_back(next);
    next += group.size;
  }
  for (auto &[number, file] : files) {
    if (number >= first.size() ||
        (model.outputGroups[number].size > 0 && !bound.count(first[number])))
      return createStringError(file.path +
                               ": expected cotangents of float "
                               "outputs, found none numbered " +
                               Twine(number) + " among the " +
                               Twine(first.size()) + " outputs");
    if (Error error = bindCotangent(model, file, model.outputGroups[number],
                                    first[number], bound))
      return error;
  }
  return bound;
}
