// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Run.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/ImportData.h"
#include "pc/Pipelines/Invocation.h"
#include "pc/Runtime/Compare.h"
#include "pc/Support/Names.h"
#include "pc/Target/ONNX/Inputs.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

namespace {
/// The files of the data folder, and what they are once the model is known.
struct RunData {
  DataFiles inputFiles;
  std::map<unsigned, Tensor> arguments, cotangents;
  std::string foundNaN; // the first file and element, or ""
};
} // namespace

static Error bind(const RunRequest &request, ForwardModel &model,
                  RunData &data) {
  data.foundNaN = describeNaN(data.inputFiles);
  Expected<std::map<unsigned, Tensor>> inputs =
      bindInputs(model, std::move(data.inputFiles), request.dataFolder);
  if (!inputs)
    return inputs.takeError();
  data.arguments = std::move(*inputs);
  data.arguments.merge(model.getParameterValues());
  if (!request.gradients)
    return Error::success();
  Expected<std::map<unsigned, DataFile>> files = readDataFolder(
      request.dataFolder, "cotangent", getKinds(model.outputGroups));
  if (!files)
    return files.takeError();
  Expected<std::map<unsigned, Tensor>> cotangents =
      bindCotangents(model, std::move(*files));
  if (!cotangents)
    return cotangents.takeError();
  data.cotangents = std::move(*cotangents);
  return Error::success();
}

static CompileOptions getCompileOptions(const RunRequest &request) {
  CompileOptions options = request.compile;
  options.forwardOnly = !request.gradients;
  options.loss = "cotangent";
  // Messages to the data stay inside of a circuit.
  options.wantsInputs = !options.parameters.isGiven() &&
                        request.machine.target != Target::Dataflow;
  return options;
}

static StringRef getEntry(const CompileOptions &options) {
  return options.forwardOnly    ? modelName
         : options.isAutodiff() ? autodiffName
                                : gradientName;
}

/// Writes `results` of the call, group after group, as `<prefix>_<number>.pb`.
static Error write(Invocation &call, ArrayRef<ValueGroup> groups,
                   ArrayRef<unsigned> results, StringRef prefix,
                   StringRef folder, ArrayRef<std::string> strings) {
  for (auto [number, group] : llvm::enumerate(groups)) {
    SmallString<128> path = folder;
    sys::path::append(path, prefix + "_" + Twine(number) + ".pb");
    SmallVector<const Tensor *> tensors;
    for (unsigned result : results.take_front(group.size))
      tensors.push_back(&call.getResult(result));
    results = results.drop_front(group.size);
    if (Error error = writeValueFile(path, group, tensors, strings))
      return error;
  }
  return Error::success();
}

/// The inputs and parameters that the results in `results` are gradients of.
/// Those of an input are all there, or none where it has no derivative.
static std::vector<ValueGroup> groupGradients(const ForwardModel &model,
                                              Invocation &call,
                                              ArrayRef<unsigned> results) {
  std::map<std::string, const ValueGroup *> first; // by name of the argument
  SmallVector<unsigned> inputs = model.getFed();
  ArrayRef<unsigned> rest = inputs;
  for (const ValueGroup &group : model.inputGroups) {
    if (group.size > 0)
      first[model.arguments[rest.front()].name] = &group;
    rest = rest.drop_front(group.size);
  }
  std::vector<ValueGroup> groups;
  while (!results.empty()) {
    std::string name = call.getSignature().results[results.front()].name;
    auto group = first.find(name);
    groups.push_back(group == first.end() ? ValueGroup{name} : *group->second);
    results = results.drop_front(groups.back().size);
  }
  return groups;
}

/// The results that are outputs of the model: all of the forward function,
/// which need not say so.
static SmallVector<unsigned> findOutputs(Invocation &call,
                                         const CompileOptions &options) {
  if (!options.forwardOnly)
    return call.findResults(roleOutput);
  return to_vector(seq<unsigned>(call.getSignature().results.size()));
}

static void setArguments(Invocation &call, const RunData &data) {
  call.set(data.arguments);
  for (const auto &[k, value] : data.cotangents)
    if (std::optional<unsigned> argument =
            call.findArgument(roleTarget, "cotangent_" + std::to_string(k)))
      call.set(*argument, value);
}

/// A relaxation whose stability depends on the weights is repeated slowly, to
/// see whether it settled.
static Error checkDivergence(ModuleOp forward, const CompileOptions &options,
                             const MachineOptions &machine,
                             const RunData &data) {
  Expected<std::unique_ptr<DivergenceWatch>> watch =
      DivergenceWatch::create(forward, options, machine);
  if (!watch)
    return watch.takeError();
  return (*watch)->check([&](Invocation &call) { setArguments(call, data); });
}

/// NaN in the data is a value like others until a gradient depends on it.
static Error checkGradients(Invocation &call, const RunData &data) {
  if (data.foundNaN.empty())
    return Error::success();
  for (unsigned result : call.findResults(roleGradient))
    if (findNaN(call.getResult(result)) >= 0)
      return createStringError(data.foundNaN +
                               ": expected numbers, found NaN, "
                               "and the gradient of `" +
                               call.getSignature().results[result].name +
                               "` depends on it");
  return Error::success();
}

/// `forward` is the model before it was lowered, where that may be asked for.
static Error runAndWrite(const RunRequest &request, const ForwardModel &model,
                         const CompileOptions &options, ModuleOp forward,
                         Executable &executable, const RunData &data) {
  Invocation call(executable, getEntry(options));
  setArguments(call, data);
  if (Error error = call.run())
    return error;
  if (Error error = checkGradients(call, data))
    return error;
  if (forward)
    if (Error error = checkDivergence(forward, options, request.machine, data))
      return error;
  if (std::error_code code = sys::fs::create_directories(request.outFolder))
    return createFileError(request.outFolder, code);
  if (Error error = write(call, model.outputGroups, findOutputs(call, options),
                          "output", request.outFolder, model.strings))
    return error;
  SmallVector<unsigned> gradients = call.findResults(roleGradient);
  return write(call, groupGradients(model, call, gradients), gradients, "grad",
               request.outFolder, model.strings);
}

/// Files that cannot be read are no error of theirs where the model has inputs
/// of types that are not supported: the importer names those.
static ExitStatus explainFiles(const RunRequest &request, Error error,
                               MLIRContext *context, Reporter &reporter) {
  Expected<std::vector<ONNXInput>> inputs =
      StringRef(request.model).ends_with(".onnx")
          ? readONNXInputs(request.model)
          : std::vector<ONNXInput>();
  if (!inputs) {
    consumeError(std::move(error));
    return reporter.fail(inputs.takeError());
  }
  ExitStatus status;
  if (llvm::all_of(*inputs, [](auto &input) { return input.isSupported; }) ||
      loadModel(request.model, context, ONNXImportOptions(), ParameterChoice(),
                status))
    return reporter.fail(std::move(error));
  consumeError(std::move(error));
  return status;
}

/// The model for the data of the request, which is read on the way.
static std::optional<ForwardModel> load(const RunRequest &request,
                                        RunData &data, MLIRContext *context,
                                        Reporter &reporter,
                                        ExitStatus &status) {
  ONNXImportOptions import = getImportOptions(request.compile, request.dims);
  import.returnsStrings = true;
  std::shared_ptr<DataFiles> files;
  if (StringRef(request.model).ends_with(".onnx")) {
    Expected<std::shared_ptr<DataFiles>> read =
        importForFolder(request.model, request.dataFolder, request.compile,
                        request.machine.cpu, import);
    if (!read) {
      status = explainFiles(request, read.takeError(), context, reporter);
      return std::nullopt;
    }
    files = *read;
  }
  std::optional<ForwardModel> model = loadModel(
      request.model, context, import, request.compile.parameters, status);
  if (!model)
    return std::nullopt;
  if (files) {
    data.inputFiles = std::move(*files);
    return model;
  }
  Expected<DataFiles> read =
      readDataFolder(request.dataFolder, "input", getKinds(model->inputGroups));
  if (!read) {
    status = reporter.fail(read.takeError());
    return std::nullopt;
  }
  data.inputFiles = std::move(*read);
  return model;
}

ExitStatus mlir::pc::run(const RunRequest &request, MLIRContext *context,
                         Reporter &reporter, raw_ostream &os) {
  RunData data;
  ExitStatus status;
  std::optional<ForwardModel> model =
      load(request, data, context, reporter, status);
  if (!model)
    return status;
  if (Error error = bind(request, *model, data))
    return reporter.fail(std::move(error));
  if (!data.foundNaN.empty() && !request.gradients)
    reporter.warn(data.foundNaN +
                  ": found NaN; outputs that depend on it are no numbers");

  CompileOptions options = getCompileOptions(request);
  OwningOpRef<ModuleOp> forward;
  if (mayDiverge(options))
    forward = model->module->clone();
  std::unique_ptr<Executable> executable =
      compileEntries(*model->module, Phase::Import, options,
                     {getEntry(options)}, request.machine, status);
  if (!executable)
    return status;
  if (Error error = runAndWrite(request, *model, options, forward.get(),
                                *executable, data))
    return reporter.fail(std::move(error));
  if (std::string work = executable->describeWork(); !work.empty())
    os << work << "\n";
  return ExitStatus::Success;
}
