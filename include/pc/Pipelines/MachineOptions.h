// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiled code runs on.

#ifndef PC_PIPELINES_MACHINEOPTIONS_H
#define PC_PIPELINES_MACHINEOPTIONS_H

#include "pc/Target/CPU/CPUOptions.h"
#include "pc/Target/Vulkan/VulkanOptions.h"

namespace mlir::pc {

enum class Target { CPU, Vulkan };

struct MachineOptions {
  Target target = Target::CPU;
  CPUOptions cpu;
  VulkanOptions vulkan;

  /// The machine that compiles, for what is computed in f64 as a reference.
  MachineOptions getHost() const {
    MachineOptions host = *this;
    host.target = Target::CPU;
    return host;
  }
};

} // namespace mlir::pc

#endif // PC_PIPELINES_MACHINEOPTIONS_H
