// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/ImportData.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/Invocation.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static Expected<std::vector<Tensor>>
evaluate(OwningOpRef<ModuleOp> module, const CompileOptions &options,
         const CPUOptions &cpu, const ArgumentMaker &getArguments) {
  std::optional<ForwardModel> model = makeModel(std::move(module));
  if (!model)
    return createStringError("sizes that follow from the data are unknown");
  Expected<std::map<unsigned, Tensor>> arguments = getArguments(*model);
  if (!arguments)
    return arguments.takeError();
  ExitStatus status;
  MachineOptions host;
  host.cpu = cpu;
  std::unique_ptr<Executable> executable = compileEntries(
      *model->module, Phase::Import, options, {modelName}, host, status);
  if (!executable)
    return createStringError("sizes that follow from the data are unknown");
  Invocation call(*executable, modelName);
  call.set(*arguments);
  if (Error error = call.run())
    return error;
  std::vector<Tensor> results;
  for (size_t i = 0; i != call.getSignature().results.size(); ++i)
    results.push_back(std::move(call.getResult(i)));
  return results;
}

ONNXEvaluator mlir::pc::makeEvaluator(const CompileOptions &options,
                                      const CPUOptions &cpu,
                                      ArgumentMaker getArguments) {
  CompileOptions forward = options;
  forward.forwardOnly = true;
  forward.dumpFolder.clear();
  return [forward, cpu, getArguments = std::move(getArguments)](
             OwningOpRef<ModuleOp> module) {
    return evaluate(std::move(module), forward, cpu, getArguments);
  };
}

static DataFiles copyFiles(const DataFiles &files) {
  DataFiles copies;
  for (const auto &[number, file] : files) {
    DataFile &copy = copies[number];
    copy.path = file.path;
    copy.content = file.content.clone();
  }
  return copies;
}

Expected<std::shared_ptr<DataFiles>>
mlir::pc::importForFolder(StringRef model, StringRef folder,
                          const CompileOptions &options, const CPUOptions &cpu,
                          ONNXImportOptions &import) {
  Expected<std::vector<ValueKind>> kinds = readInputKinds(model);
  if (!kinds)
    return kinds.takeError();
  Expected<DataFiles> read = readDataFolder(folder, "input", *kinds);
  if (!read)
    return read.takeError();
  describeInputs(*read, import);
  auto files = std::make_shared<DataFiles>(std::move(*read));
  import.evaluate = makeEvaluator(
      options, cpu,
      [files, folder = folder.str()](
          ForwardModel &model) -> Expected<std::map<unsigned, Tensor>> {
        Expected<std::map<unsigned, Tensor>> arguments =
            bindInputs(model, copyFiles(*files), folder);
        if (!arguments)
          return arguments.takeError();
        arguments->merge(model.getParameterValues());
        return std::move(*arguments);
      });
  return files;
}
