// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SPIR-V modules as words, through SPIRV-Tools.

#include "Shaders.h"
#include "mlir/Target/SPIRV/Serialization.h"
#include <spirv-tools/libspirv.hpp>
#include <spirv-tools/optimizer.hpp>

using namespace mlir;
using namespace mlir::pc;

static constexpr spv_target_env environment = SPV_ENV_VULKAN_1_1;

/// Collects what SPIRV-Tools has to say.
static spvtools::MessageConsumer collect(std::string &text) {
  return [&text](spv_message_level_t, const char *, const spv_position_t &,
                 const char *message) {
    text += (text.empty() ? "" : "; ") + std::string(message);
  };
}

/// Values that loops carry become registers, and what is computed in vain or
/// twice goes.
static bool optimize(std::vector<uint32_t> &words, std::string &text) {
  spvtools::Optimizer optimizer(environment);
  optimizer.SetMessageConsumer(collect(text));
  optimizer.RegisterPerformancePasses();
  optimizer.RegisterPass(spvtools::CreateLoopInvariantCodeMotionPass());
  optimizer.RegisterPass(spvtools::CreateAggressiveDCEPass());
  optimizer.RegisterPass(spvtools::CreateCompactIdsPass());
  spvtools::OptimizerOptions options;
  options.set_run_validator(false); // done before and after
  return optimizer.Run(words.data(), words.size(), &words, options);
}

static bool validate(const std::vector<uint32_t> &words, std::string &text) {
  spvtools::SpirvTools tools(environment);
  tools.SetMessageConsumer(collect(text));
  return tools.Validate(words);
}

FailureOr<std::vector<uint32_t>> mlir::pc::makeShader(spirv::ModuleOp module) {
  SmallVector<uint32_t> serialized;
  if (failed(spirv::serialize(module, serialized)))
    return failure();
  std::vector<uint32_t> words(serialized.begin(), serialized.end());
  std::string text;
  if (validate(words, text) && optimize(words, text) && validate(words, text))
    return words;
  return module.emitOpError("is not a valid shader: ") << text;
}
