// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/DataFolder.h"
#include "pc/Runtime/Compare.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir::pc;

Expected<std::map<unsigned, DataFile>>
mlir::pc::readDataFolder(StringRef folder, StringRef prefix) {
  std::map<unsigned, DataFile> files;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    StringRef name = sys::path::filename(it->path());
    unsigned number;
    if (!name.consume_front(prefix) || !name.consume_front("_") ||
        !name.consume_back(".pb") || name.getAsInteger(10, number))
      continue;
    Expected<NamedTensor> content = readTensorFile(it->path());
    if (!content)
      return content.takeError();
    files.emplace(number, DataFile{it->path(), std::move(*content)});
  }
  if (code)
    return createFileError(folder, code);
  return files;
}

/// Larger tensors are data; nothing that shapes a model is longer.
static constexpr int64_t shapeLimit = 1024;

void mlir::pc::describeInputs(const std::map<unsigned, DataFile> &files,
                              ONNXImportOptions &import) {
  for (const auto &[number, file] : files) {
    if (number != import.inputShapes.size())
      break;
    const Tensor &tensor = file.content.tensor;
    import.inputShapes.emplace_back(tensor.getShape());
    bool isSmall = tensor.getNumElements() <= shapeLimit;
    import.inputValues.push_back(
        isSmall ? std::make_shared<const Tensor>(tensor.clone()) : nullptr);
  }
}

/// Names of ports for a message: "3 inputs `a`, `b`, `c`".
static std::string list(const ForwardModel &model,
                        ArrayRef<unsigned> arguments) {
  std::string text =
      (Twine(arguments.size()) + (arguments.size() == 1 ? " input" : " inputs"))
          .str();
  for (unsigned i : arguments)
    text +=
        (i == arguments.front() ? " `" : ", `") + model.arguments[i].name + "`";
  return text;
}

std::string mlir::pc::describeNaN(const std::map<unsigned, DataFile> &files) {
  for (const auto &[number, file] : files)
    if (int64_t where = findNaN(file.content.tensor); where >= 0)
      return file.path + ", element " + std::to_string(where);
  return "";
}

static Error check(const DataFile &file, const ModelPort &port) {
  const Tensor &tensor = file.content.tensor;
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

/// The argument that a file feeds: the k-th input, or any argument of the name.
static Expected<unsigned> findArgument(const ForwardModel &model,
                                       ArrayRef<unsigned> inputs,
                                       unsigned number, bool byName,
                                       const DataFile &file) {
  if (!byName)
    return inputs[number];
  for (auto [index, port] : llvm::enumerate(model.arguments))
    if (port.name == file.content.name)
      return index;
  return createStringError(file.path + ": expected a tensor for one of " +
                           list(model, inputs) + ", found one named `" +
                           file.content.name + "`");
}

Expected<std::map<unsigned, Tensor>>
mlir::pc::bindInputs(const ForwardModel &model,
                     std::map<unsigned, DataFile> files, StringRef folder) {
  SmallVector<unsigned> inputs = model.getFed();
  bool byName = files.size() > inputs.size();
  for (unsigned k = 0; k != inputs.size(); ++k)
    if (!byName && !files.count(k))
      return createStringError(
          folder + ": expected input_0.pb" +
          (inputs.size() == 1
               ? std::string()
               : (" to input_" + Twine(inputs.size() - 1) + ".pb").str()) +
          " for " + list(model, inputs) + ", found no input_" + Twine(k) +
          ".pb");
  std::map<unsigned, Tensor> bound;
  for (auto &[number, file] : files) {
    Expected<unsigned> argument =
        findArgument(model, inputs, number, byName, file);
    if (!argument)
      return argument.takeError();
    if (Error error = check(file, model.arguments[*argument]))
      return error;
    bound.insert_or_assign(*argument, std::move(file.content.tensor));
  }
  for (unsigned i : inputs)
    if (!bound.count(i))
      return createStringError(folder + ": expected a file for the input `" +
                               model.arguments[i].name + "`, found none");
  return bound;
}

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

Expected<std::map<unsigned, Tensor>>
mlir::pc::bindCotangents(const ForwardModel &model,
                         std::map<unsigned, DataFile> files) {
  if (std::string where = describeNaN(files); !where.empty())
    return createStringError(where + ": expected numbers, found NaN");
  std::map<unsigned, Tensor> bound;
  for (auto [k, port] : llvm::enumerate(model.results))
    if (isFloat(port.kind))
      bound.emplace(k, Tensor(ElementKind::F64, port.shape));
  for (auto &[number, file] : files) {
    if (!bound.count(number))
      return createStringError(file.path +
                               ": expected cotangents of float "
                               "outputs, found none numbered " +
                               Twine(number) + " among the " +
                               Twine(model.results.size()) + " outputs");
    const ModelPort &port = model.results[number];
    std::optional<Tensor> tensor = fit(file.content.tensor, port);
    if (!tensor)
      return createStringError(file.path + ": expected " + port.describe() +
                               " for the output `" + port.name + "`, found " +
                               file.content.tensor.describe());
    bound.insert_or_assign(number, std::move(*tensor));
  }
  return bound;
}
