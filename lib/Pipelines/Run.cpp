// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Run.h"
#include "pc/Pipelines/DataFolder.h"
#include "pc/Pipelines/Divergence.h"
#include "pc/Pipelines/Invocation.h"
#include "pc/Pipelines/Phases.h"
#include "pc/Support/Names.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

namespace {
/// The files of the data folder, and what they are once the model is known.
struct RunData {
  std::map<unsigned, DataFile> inputFiles, cotangentFiles;
  std::map<unsigned, Tensor> arguments, cotangents;
};
} // namespace

static Error readFiles(const RunRequest &request, RunData &data) {
  Expected<std::map<unsigned, DataFile>> inputs =
      readDataFolder(request.dataFolder, "input");
  if (!inputs)
    return inputs.takeError();
  data.inputFiles = std::move(*inputs);
  if (!request.gradients)
    return Error::success();
  Expected<std::map<unsigned, DataFile>> cotangents =
      readDataFolder(request.dataFolder, "cotangent");
  if (!cotangents)
    return cotangents.takeError();
  data.cotangentFiles = std::move(*cotangents);
  return Error::success();
}

static Error bind(const RunRequest &request, ForwardModel &model,
                  RunData &data) {
  Expected<std::map<unsigned, Tensor>> inputs = bindInputs(
      model, std::move(data.inputFiles), request.dataFolder, request.allowNaN);
  if (!inputs)
    return inputs.takeError();
  data.arguments = std::move(*inputs);
  data.arguments.merge(model.getParameterValues());
  for (unsigned i : model.getParameters())
    if (!data.arguments.count(i))
      return createStringError(request.model +
                               ": expected a value for the "
                               "parameter `" +
                               model.arguments[i].name + "`, found none");
  if (!request.gradients)
    return Error::success();
  Expected<std::map<unsigned, Tensor>> cotangents =
      bindCotangents(model, std::move(data.cotangentFiles));
  if (!cotangents)
    return cotangents.takeError();
  data.cotangents = std::move(*cotangents);
  return Error::success();
}

static CompileOptions getCompileOptions(const RunRequest &request) {
  CompileOptions options = request.compile;
  options.forwardOnly = !request.gradients;
  options.loss = "cotangent";
  options.wantsInputs = true;
  return options;
}

static std::string getEntry(const CompileOptions &options) {
  if (options.forwardOnly)
    return modelName.str();
  return (modelName + (options.isAutodiff() ? autodiffSuffix : gradientSuffix))
      .str();
}

/// Writes the results of one role as `<prefix>_<number>.pb`.
static Error write(Invocation &call, StringRef role, StringRef prefix,
                   StringRef folder) {
  for (auto [number, result] : llvm::enumerate(call.findResults(role))) {
    SmallString<128> path = folder;
    sys::path::append(path, prefix + "_" + Twine(number) + ".pb");
    StringRef name = call.getSignature().results[result].name;
    if (Error error = writeTensorFile(path, name, call.getResult(result)))
      return error;
  }
  return Error::success();
}

static void setArguments(Invocation &call, const RunData &data) {
  call.set(data.arguments);
  for (const auto &[k, value] : data.cotangents)
    if (std::optional<unsigned> argument =
            call.findArgument(roleTarget, "cotangent_" + std::to_string(k)))
      call.set(*argument, value);
}

/// `forward` is the model before it was lowered, where that may be asked for.
static Error runAndWrite(const RunRequest &request,
                         const CompileOptions &options, ModuleOp forward,
                         Executable &executable, const RunData &data) {
  Invocation call(executable, getEntry(options));
  setArguments(call, data);
  if (Error error = call.run())
    return error;
  if (forward && hasNonFinite(call, roleGradient))
    if (std::optional<Divergence> found =
            findDivergence(forward, options, request.cpu,
                           [&](Invocation &c) { setArguments(c, data); }))
      return createStringError(found->describe());
  if (std::error_code code = sys::fs::create_directories(request.outFolder))
    return createFileError(request.outFolder, code);
  if (Error error = write(call, roleOutput, "output", request.outFolder))
    return error;
  return write(call, roleGradient, "grad", request.outFolder);
}

ExitStatus mlir::pc::run(const RunRequest &request, MLIRContext *context,
                         Reporter &reporter) {
  RunData data;
  if (Error error = readFiles(request, data))
    return reporter.fail(std::move(error));
  ONNXImportOptions import;
  import.dims = request.dims;
  describeInputs(data.inputFiles, import);
  ExitStatus status;
  std::optional<ForwardModel> model =
      loadModel(request.model, context, import, status);
  if (!model)
    return status;
  if (Error error = bind(request, *model, data))
    return reporter.fail(std::move(error));

  CompileOptions options = getCompileOptions(request);
  OwningOpRef<ModuleOp> forward;
  if (mayDiverge(options))
    forward = model->module->clone();
  PhaseStatus lowered =
      runPhases(*model->module, Phase::Import, Phase::Tensor, options);
  if (lowered != PhaseStatus::Success)
    return lowered == PhaseStatus::Unsupported ? ExitStatus::Unsupported
                                               : ExitStatus::Failure;
  std::string entry = getEntry(options);
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*model->module, {StringRef(entry)}, request.cpu);
  if (failed(executable))
    return ExitStatus::Unsupported;
  if (Error error =
          runAndWrite(request, options, forward.get(), **executable, data))
    return reporter.fail(std::move(error));
  return ExitStatus::Success;
}
