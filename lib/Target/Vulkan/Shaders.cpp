// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SPIR-V modules as words, through SPIRV-Tools.

#include "Shaders.h"
#include "mlir/Target/SPIRV/Deserialization.h"
#include "mlir/Target/SPIRV/Serialization.h"
#include "llvm/ADT/SetVector.h"
#include <spirv-tools/libspirv.hpp>
#include <spirv-tools/optimizer.hpp>

using namespace mlir;
using namespace mlir::pc;

/// Of the versions of SPIR-V that the kernels are in.
static spv_target_env getEnvironment(const std::vector<uint32_t> &words) {
  constexpr uint32_t version15 = 0x00010500, version16 = 0x00010600;
  return words[1] >= version16   ? SPV_ENV_VULKAN_1_3
         : words[1] >= version15 ? SPV_ENV_VULKAN_1_2
                                 : SPV_ENV_VULKAN_1_1;
}

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
  spvtools::Optimizer optimizer(getEnvironment(words));
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
  spvtools::SpirvTools tools(getEnvironment(words));
  tools.SetMessageConsumer(collect(text));
  return tools.Validate(words);
}

/// Whether SPIRV-Tools can read the module at all: that of Debian 12 is older
/// than cooperative matrices.
static bool isKnown(const std::vector<uint32_t> &words) {
  std::string text;
  return spvtools::SpirvTools(getEnvironment(words)).Disassemble(words, &text);
}

using Capabilities = llvm::SmallSetVector<spirv::Capability, 8>;

/// What spirv-update-vce does not see: products of bf16, the number of a
/// subgroup.
static void declareMatrices(spirv::ModuleOp module,
                            Capabilities &capabilities) {
  module.walk([&](spirv::KHRCooperativeMatrixMulAddOp product) {
    if (cast<spirv::CooperativeMatrixType>(product.getA().getType())
            .getElementType()
            .isBF16())
      capabilities.insert(spirv::Capability::BFloat16CooperativeMatrixKHR);
  });
  for (auto variable : module.getOps<spirv::GlobalVariableOp>())
    if (auto builtin = variable->getAttrOfType<StringAttr>("built_in");
        builtin && builtin == "SubgroupId")
      capabilities.insert(spirv::Capability::GroupNonUniform);
}

/// The same: small elements in physical memory.
static void declareSmallElements(spirv::ModuleOp module,
                                 Capabilities &capabilities) {
  module.walk([&](Operation *op) {
    if (!isa<spirv::LoadOp, spirv::StoreOp>(op))
      return;
    auto type = cast<spirv::PointerType>(op->getOperand(0).getType());
    Type element = getElementTypeOrSelf(type.getPointeeType());
    if (type.getStorageClass() != spirv::StorageClass::PhysicalStorageBuffer ||
        !element.isIntOrFloat())
      return;
    if (element.getIntOrFloatBitWidth() == 8)
      capabilities.insert(spirv::Capability::StorageBuffer8BitAccess);
    else if (element.getIntOrFloatBitWidth() == 16)
      capabilities.insert(spirv::Capability::StorageBuffer16BitAccess);
  });
}

static void declareUses(spirv::ModuleOp module) {
  std::optional<spirv::VerCapExtAttr> triple = module.getVceTriple();
  if (!triple)
    return;
  Capabilities capabilities;
  capabilities.insert_range(triple->getCapabilities());
  spirv::Version version = triple->getVersion();
  SmallVector<spirv::Extension> extensions(triple->getExtensions());
  if (module.getMemoryModel() == spirv::MemoryModel::Vulkan)
    declareMatrices(module, capabilities);
  if (module.getAddressingModel() ==
      spirv::AddressingModel::PhysicalStorageBuffer64) {
    declareSmallElements(module, capabilities);
    // Part of that version, and of all later ones.
    version = std::max(version, spirv::Version::V_1_5);
    llvm::erase_if(extensions, [](spirv::Extension extension) {
      return extension == spirv::Extension::SPV_EXT_physical_storage_buffer ||
             extension == spirv::Extension::SPV_KHR_physical_storage_buffer;
    });
  }
  module.setVceTripleAttr(spirv::VerCapExtAttr::get(
      version, capabilities.getArrayRef(), extensions, module.getContext()));
}

FailureOr<std::vector<uint32_t>> mlir::pc::makeShader(spirv::ModuleOp module) {
  bool cooperates = module.getMemoryModel() == spirv::MemoryModel::Vulkan;
  declareUses(module);
  SmallVector<uint32_t> serialized;
  if (failed(spirv::serialize(module, serialized)))
    return failure();
  std::vector<uint32_t> words(serialized.begin(), serialized.end());
  if (cooperates && !isKnown(words)) {
    if (spirv::deserialize(serialized, module.getContext()))
      return words;
    return module.emitOpError("cannot be read back as a shader");
  }
  std::string text;
  if (validate(words, text) && optimize(words, text) && validate(words, text))
    return words;
  return module.emitOpError("is not a valid shader: ") << text;
}
