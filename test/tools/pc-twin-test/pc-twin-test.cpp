// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the dynamic twin of the locality check on IR of the relaxation level
// that was written by hand, so that faults can be planted in it.

#include "../../../tools/Setup/Setup.h"
#include "mlir/Parser/Parser.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Pipelines/LocalityTwin.h"
#include "pc/Runtime/Random.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static unsigned countIterations(ModuleOp module) {
  unsigned iterations = 0;
  module.walk([&](RelaxOp relax) { iterations += relax.getIterations(); });
  return iterations;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  MLIRContext context(makeToolRegistry());
  Reporter reporter("pc-twin-test", &context);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(argc == 2 ? argv[1] : "-", &context);
  if (!module)
    return static_cast<int>(ExitStatus::Failure);
  TwinSetup setup;
  setup.setData = [](Invocation &call) {
    Random random(7);
    for (size_t i = 0; i != call.getSignature().arguments.size(); ++i)
      for (int64_t k = 0, e = call.getArgument(i).getNumElements(); k != e; ++k)
        call.getArgument(i).setFromDouble(k, random.uniform(0.5, 1.5));
  };
  TwinReport report;
  if (Error error = runTwin(*module, countIterations(*module), setup, report))
    return static_cast<int>(reporter.fail(std::move(error)));
  outs() << report.describe() << "\n";
  for (const std::string &failure : report.failures)
    outs() << failure << "\n";
  return static_cast<int>(report.failures.empty() ? ExitStatus::Success
                                                  : ExitStatus::Failure);
}
