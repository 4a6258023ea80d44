// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GradientLog.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Support/Names.h"

#include <numeric>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

std::unique_ptr<GradientLog> GradientLog::create(ForwardModel &model,
                                                 const ClassifierPorts &ports,
                                                 const CompileOptions &given,
                                                 const MachineOptions &machine,
                                                 ExitStatus &status) {
  CompileOptions options = given;
  options.learn.reset();
  options.withAutodiff = true;
  // The step that learns was checked.
  options.checksLocality = options.checksRounding = false;
  options.dumpFolder.clear(); // and is what the dumps show
  OwningOpRef<ModuleOp> module = model.module->clone();
  std::unique_ptr<Executable> executable =
      compileEntries(*module, Phase::Import, options,
                     {gradientName, autodiffName}, machine, status);
  if (!executable)
    return nullptr;
  return std::unique_ptr<GradientLog>(
      new GradientLog(ports, std::move(executable)));
}

GradientLog::GradientLog(const ClassifierPorts &ports,
                         std::unique_ptr<Executable> compiled)
    : ports(ports), executable(std::move(compiled)),
      gradientCall(*executable, gradientName),
      referenceCall(*executable, autodiffName) {}

Expected<GradientDivergences>
GradientLog::measure(const std::map<std::string, const Tensor *> &parameters,
                     const Dataset &data) {
  SmallVector<int64_t> rows(ports.batch);
  std::iota(rows.begin(), rows.end(), 0);
  for (Invocation *call : {&gradientCall, &referenceCall}) {
    ports.load(*call, data, rows);
    for (const auto &[name, value] : parameters)
      if (std::optional<unsigned> place =
              call->findArgument(roleParameter, name))
        call->set(*place, *value);
    if (Error error = call->run())
      return error;
  }
  GradientDivergences result;
  for (auto [mine, reference] :
       llvm::zip_equal(gradientCall.findResults(roleGradient),
                       referenceCall.findResults(roleGradient)))
    result.emplace_back(gradientCall.getSignature().results[mine].name,
                        compare(gradientCall.getResult(mine),
                                referenceCall.getResult(reference)));
  return result;
}
