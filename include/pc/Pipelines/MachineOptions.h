// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiled code runs on.

#ifndef PC_PIPELINES_MACHINEOPTIONS_H
#define PC_PIPELINES_MACHINEOPTIONS_H

#include "pc/Target/CPU/CPUOptions.h"
#include "pc/Target/Vulkan/VulkanOptions.h"
#include <optional>

namespace mlir::pc {

enum class Target { CPU, Vulkan, Dataflow };

/// What a circuit is like, and what executes it.
struct CircuitChoice {
  std::string format = "fixed<18,14>";  // of words; of fixed<W>, F is chosen
  double inputRange = 4;                // of inputs and targets, for ranges
  int64_t segments = 256;               // of a table, a power of 2
  std::optional<int64_t> lanes, dsp, cycles; // of all units, of a round
  std::string queues = "live";          // or `throughput`
  std::string simulator = "verilator";  // or `reference`, or `both`
};

struct MachineOptions {
  Target target = Target::CPU;
  CPUOptions cpu;
  VulkanOptions vulkan;
  CircuitChoice circuit;

  /// The machine that compiles, for what is computed in f64 as a reference.
  MachineOptions getHost() const {
    MachineOptions host = *this;
    host.target = Target::CPU;
    return host;
  }
};

} // namespace mlir::pc

#endif // PC_PIPELINES_MACHINEOPTIONS_H
