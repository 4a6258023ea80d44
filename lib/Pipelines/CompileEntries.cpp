// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/Circuit.h"
#include "pc/Target/Vulkan/Compile.h"

using namespace mlir;
using namespace mlir::pc;

ExitStatus mlir::pc::toExitStatus(PhaseStatus status) {
  switch (status) {
  case PhaseStatus::Success:
    return ExitStatus::Success;
  case PhaseStatus::Unsupported:
    return ExitStatus::Unsupported;
  case PhaseStatus::Error:
    return ExitStatus::Failure;
  }
  llvm_unreachable("unknown status");
}

std::unique_ptr<Executable>
mlir::pc::compileEntries(ModuleOp module, Phase from,
                         const CompileOptions &options,
                         ArrayRef<StringRef> entries,
                         const MachineOptions &machine, ExitStatus &status) {
  if (machine.target == Target::Dataflow) {
    CompileOptions choice = getCircuitOptions(options);
    status = toExitStatus(runPhases(module, from, Phase::Relaxation, choice));
    if (status != ExitStatus::Success)
      return nullptr;
    return compileCircuit(module, choice, entries, machine, status);
  }
  status = toExitStatus(runPhases(module, from, Phase::Tensor, options));
  if (status != ExitStatus::Success)
    return nullptr;
  CPUOptions cpu = machine.cpu;
  cpu.timing = options.timing;
  cpu.without = options.without;
  VulkanOptions vulkan = machine.vulkan;
  vulkan.timing = options.timing;
  vulkan.times = options.times;
  vulkan.without = options.without;
  FailureOr<std::unique_ptr<Executable>> executable =
      machine.target == Target::Vulkan
          ? compileForVulkan(module, entries, vulkan)
          : Executable::compile(module, entries, cpu);
  if (succeeded(executable))
    return std::move(*executable);
  status = ExitStatus::Unsupported; // a verified module that has no code
  return nullptr;
}
