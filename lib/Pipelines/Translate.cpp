// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Translate.h"
#include "mlir/Support/FileUtilities.h"
#include "pc/Pipelines/ImportData.h"
#include "pc/Target/ONNX/Export.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

Error mlir::pc::importModel(const TranslateRequest &request,
                            MLIRContext *context, ExitStatus &status) {
  status = ExitStatus::Failure;
  ONNXImportOptions options = getImportOptions(request.options, request.dims);
  if (!request.dataFolder.empty()) {
    Expected<std::shared_ptr<DataFiles>> files =
        importForFolder(request.model, request.dataFolder, request.options,
                        CPUOptions(), options);
    if (!files)
      return files.takeError();
  }
  ImportStatus imported;
  OwningOpRef<ModuleOp> module =
      importONNX(request.model, context, options, imported);
  if (!module) {
    if (imported == ImportStatus::Unsupported)
      status = ExitStatus::Unsupported;
    return Error::success();
  }
  auto forward = module->lookupSymbol<func::FuncOp>(modelName);
  if (failed(chooseParameters(forward, request.options.parameters)))
    return Error::success();
  std::string error;
  std::unique_ptr<ToolOutputFile> file = openOutputFile(request.out, &error);
  if (!file)
    return createStringError(error);
  module->print(file->os(), OpPrintingFlags().enableDebugInfo());
  file->keep();
  status = ExitStatus::Success;
  return Error::success();
}

Error mlir::pc::exportModel(const TranslateRequest &request, StringRef folder) {
  Expected<std::map<std::string, Tensor>> tensors = readTensorFolder(folder);
  if (!tensors)
    return tensors.takeError();
  std::map<std::string, const Tensor *> values;
  for (const auto &[name, tensor] : *tensors)
    values[name] = &tensor;
  return exportONNX(request.model, request.out, values);
}
