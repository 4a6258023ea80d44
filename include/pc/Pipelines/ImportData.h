// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models whose sizes follow from data, for the data at hand.

#ifndef PC_PIPELINES_IMPORTDATA_H
#define PC_PIPELINES_IMPORTDATA_H

#include "pc/Pipelines/DataFolder.h"
#include "pc/Target/CPU/CPUOptions.h"

namespace mlir::pc {

using DataFiles = std::map<unsigned, DataFile>;

/// Values for all arguments of a model.
using ArgumentMaker =
    std::function<llvm::Expected<std::map<unsigned, Tensor>>(ForwardModel &)>;

/// Compiles what it is given and runs it on these arguments.
ONNXEvaluator makeEvaluator(const CompileOptions &options,
                            const CPUOptions &cpu, ArgumentMaker getArguments);

/// Reads the inputs of the ONNX model `model` from `folder` and tells the
/// import all that they decide: dimensions, small values, and sizes that follow
/// from what is computed of them by code made with `options`.
llvm::Expected<std::shared_ptr<DataFiles>>
importForFolder(llvm::StringRef model, llvm::StringRef folder,
                const CompileOptions &options, const CPUOptions &cpu,
                ONNXImportOptions &import);

} // namespace mlir::pc

#endif // PC_PIPELINES_IMPORTDATA_H
