// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shaders and plans of MLIR at the tensor level.

#include "mlir/Parser/Parser.h"
#include "pc/Pipelines/Translate.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Target/Vulkan/Compile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <sstream>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static Expected<std::vector<Plan>> makePlans(const TranslateRequest &request,
                                             MLIRContext *context) {
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(request.model, context);
  if (!module)
    return createStringError("the module cannot be read");
  SmallVector<StringRef> entries;
  for (auto function : module->getOps<func::FuncOp>())
    if (function.isPublic() && !function.isExternal())
      entries.push_back(function.getName());
  FailureOr<std::vector<Plan>> plans = compilePlans(*module, entries, {});
  if (failed(plans))
    return createStringError("the functions cannot be compiled");
  return std::move(*plans);
}

Error mlir::pc::printPlans(const TranslateRequest &request,
                           MLIRContext *context) {
  Expected<std::vector<Plan>> plans = makePlans(request, context);
  if (!plans)
    return plans.takeError();
  std::ostringstream text;
  for (const Plan &plan : *plans)
    printPlan(plan, text);
  if (request.out == "-") {
    outs() << text.str();
    return Error::success();
  }
  return writeFileAtomically(request.out, [&](raw_pwrite_stream &os) {
    os << text.str();
    return Error::success();
  });
}

Error mlir::pc::writeShaders(const TranslateRequest &request,
                             MLIRContext *context) {
  Expected<std::vector<Plan>> plans = makePlans(request, context);
  if (!plans)
    return plans.takeError();
  if (std::error_code code = sys::fs::create_directories(request.out))
    return createFileError(request.out, code);
  for (const Plan &plan : *plans)
    for (const PlanKernel &kernel : plan.kernels) {
      SmallString<128> path(request.out);
      sys::path::append(path, plan.name + "_" + kernel.name + ".spv");
      StringRef bytes(reinterpret_cast<const char *>(kernel.words.data()),
                      kernel.words.size() * sizeof(uint32_t));
      if (Error error = writeFileAtomically(path, [&](raw_pwrite_stream &os) {
            os << bytes;
            return Error::success();
          }))
        return error;
    }
  return Error::success();
}
