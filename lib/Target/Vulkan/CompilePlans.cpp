// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensor functions to plans.

#include "BuildPlan.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "pc/Support/Names.h"
#include "pc/Support/PassTimer.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Compile.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::pc;

/// Entries stay public, without initial values; what they call is inlined.
static LogicalResult prepare(ModuleOp module, ArrayRef<StringRef> entries,
                             std::vector<Signature> &signatures) {
  for (auto function : module.getOps<func::FuncOp>())
    function.setPrivate();
  for (StringRef entry : entries) {
    auto function = module.lookupSymbol<func::FuncOp>(entry);
    if (!function || function.isExternal())
      return module.emitError("expected a function '")
             << entry << "' with a body in the module";
    FailureOr<Signature> signature = getSignature(function);
    if (failed(signature))
      return failure();
    signatures.push_back(std::move(*signature));
    for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
      function.removeArgAttr(i, valueAttrName);
    function.setPublic();
  }
  return success();
}

FailureOr<std::vector<Plan>>
mlir::pc::compilePlans(ModuleOp module, ArrayRef<StringRef> entries,
                       const VulkanOptions &options) {
  if (const DeviceProfile *device = findDeviceProfile(options.profile))
    return compilePlans(module, entries, options, *device);
  InFlightDiagnostic error =
      module.emitError("expected one of the device profiles ");
  llvm::interleaveComma(
      getDeviceProfiles(), error,
      [&](const DeviceProfile &known) { error << known.name; });
  error << ", found '" << options.profile << "'";
  return error;
}

FailureOr<std::vector<Plan>>
mlir::pc::compilePlans(ModuleOp module, ArrayRef<StringRef> entries,
                       const VulkanOptions &options,
                       const DeviceProfile &device) {
  MLIRContext *context = module.getContext();
  DialectRegistry registry;
  registerCPUExtensions(registry);
  context->appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> copy = module.clone();
  std::vector<Signature> signatures;
  if (failed(prepare(*copy, entries, signatures)))
    return failure();
  PassManager manager(context);
  PassTimer timer(manager, options.timing);
  buildTensorToLaunchesPipeline(manager, device, options.without);
  buildKernelsToSPIRVPipeline(manager, device, options.without);
  if (failed(manager.run(*copy)))
    return failure();
  TimingScope timing;
  if (options.timing)
    timing = options.timing->nest("shaders by SPIRV-Tools");
  std::vector<Plan> plans;
  for (auto [entry, signature] : llvm::zip(entries, signatures)) {
    FailureOr<Plan> plan =
        buildPlan(copy->lookupSymbol<func::FuncOp>(entry), signature);
    if (failed(plan))
      return failure();
    plans.push_back(std::move(*plan));
  }
  return plans;
}
