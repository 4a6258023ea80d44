// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ShaderBodies.h"
#include "WidenIntegers.h"
#include "mlir/Conversion/ArithToSPIRV/ArithToSPIRV.h"
#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRV.h"
#include "mlir/Conversion/MathToSPIRV/MathToSPIRV.h"
#include "mlir/Conversion/SCFToSPIRV/SCFToSPIRV.h"
#include "mlir/Conversion/VectorToSPIRV/VectorToSPIRV.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/SPIRV/Transforms/SPIRVConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::pc;

static bool isOfVulkan(spirv::ModuleOp module) {
  return module.getMemoryModel() == spirv::MemoryModel::Vulkan;
}

static bool hasAddresses(spirv::ModuleOp module) {
  return module.getAddressingModel() ==
         spirv::AddressingModel::PhysicalStorageBuffer64;
}

/// An entry point lists the inputs that it reads, which are known by now; from
/// SPIR-V 1.4 on, all variables.
static void listInputs(spirv::ModuleOp module) {
  SmallVector<Attribute> inputs;
  for (auto variable : module.getOps<spirv::GlobalVariableOp>())
    if (isOfVulkan(module) || hasAddresses(module) ||
        variable.storageClass() == spirv::StorageClass::Input)
      inputs.push_back(FlatSymbolRefAttr::get(variable));
  for (auto entry : module.getOps<spirv::EntryPointOp>())
    entry.setInterfaceAttr(ArrayAttr::get(module.getContext(), inputs));
}

/// In the memory model of Vulkan, a barrier says itself that memory is to be
/// seen by others.
static void showMemory(spirv::ModuleOp module) {
  module.walk([](spirv::ControlBarrierOp barrier) {
    barrier.setMemorySemantics(barrier.getMemorySemantics() |
                               spirv::MemorySemantics::MakeAvailable |
                               spirv::MemorySemantics::MakeVisible);
  });
}

/// A driver may otherwise take (1 + x) - 1 for x, which formulas rely on not to
/// be so.
static void keepRounding(spirv::ModuleOp module) {
  module.walk([](Operation *op) {
    if (isa<spirv::FAddOp, spirv::FMulOp, spirv::FSubOp>(op))
      op->setAttr("no_contraction", UnitAttr::get(op->getContext()));
  });
}

namespace {
/// A constant of bf16 is one of its bits.
struct BFloatConstant : public OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isBF16())
      return rewriter.notifyMatchFailure(op, "not of bf16");
    APInt bits = cast<FloatAttr>(op.getValue()).getValue().bitcastToAPInt();
    Type type = rewriter.getI16Type();
    rewriter.replaceOpWithNewOp<spirv::ConstantOp>(
        op, type, rewriter.getIntegerAttr(type, bits));
    return success();
  }
};

/// Between bf16 and its bits there is nothing to do.
struct BFloatBitcast : public OpConversionPattern<arith::BitcastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::BitcastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isBF16() && !op.getIn().getType().isBF16())
      return rewriter.notifyMatchFailure(op, "not of bf16");
    rewriter.replaceOp(op, adaptor.getIn());
    return success();
  }
};

/// Where a vector of two dimensions has become a matrix, or an index the
/// integer that it is cast to, there is nothing to do between the two.
struct DoneCast : public OpConversionPattern<UnrealizedConversionCastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(UnrealizedConversionCastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = adaptor.getInputs().front().getType();
    if (!isa<spirv::CooperativeMatrixType>(type) &&
        type != op.getResultTypes().front())
      return rewriter.notifyMatchFailure(op, "neither of a matrix nor done");
    rewriter.replaceOp(op, adaptor.getInputs());
    return success();
  }
};
} // namespace

LogicalResult mlir::pc::convertShaderBody(spirv::ModuleOp module) {
  MLIRContext *context = module.getContext();
  auto environment = module->getAttrOfType<spirv::TargetEnvAttr>(
      spirv::getTargetEnvAttrName());
  RewritePatternSet integers(context);
  populateWidenIntegers(integers);
  if (failed(applyPatternsGreedily(module, std::move(integers))))
    return failure();
  SPIRVConversionOptions options;
  options.emulateLT32BitScalarTypes = false;
  SPIRVTypeConverter types(environment, options);
  types.addConversion([](BFloat16Type type) -> Type {
    return IntegerType::get(type.getContext(), 16);
  });
  types.addConversion([](VectorType type) -> std::optional<Type> {
    if (type.getRank() != 2)
      return std::nullopt;
    return spirv::CooperativeMatrixType::get(
        type.getElementType(), static_cast<uint32_t>(type.getDimSize(0)),
        static_cast<uint32_t>(type.getDimSize(1)), spirv::Scope::Subgroup,
        spirv::CooperativeMatrixUseKHR::MatrixAcc);
  });
  RewritePatternSet patterns(context);
  ScfToSPIRVContext scfContext;
  arith::populateArithToSPIRVPatterns(types, patterns);
  patterns.add<BFloatBitcast, BFloatConstant, DoneCast>(types, context,
                                                        /*benefit=*/2);
  populateGPUToSPIRVPatterns(types, patterns);
  populateMathToSPIRVPatterns(types, patterns);
  populateSCFToSPIRVPatterns(types, scfContext, patterns);
  populateVectorToSPIRVPatterns(types, patterns);
  std::unique_ptr<SPIRVConversionTarget> target =
      SPIRVConversionTarget::get(environment);
  target->addDynamicallyLegalOp<UnrealizedConversionCastOp>(
      [](UnrealizedConversionCastOp op) {
        return !isa<VectorType, IndexType>(op.getOperandTypes().front()) &&
               !isa<VectorType>(op.getResultTypes().front());
      });
  SmallVector<Operation *> bodies;
  for (auto function : module.getOps<spirv::FuncOp>())
    for (Operation &op : function.getBody().front())
      bodies.push_back(&op);
  if (failed(applyFullConversion(bodies, *target, std::move(patterns))))
    return failure();
  listInputs(module);
  if (isOfVulkan(module))
    showMemory(module);
  if (module->removeAttr(exactAttrName))
    keepRounding(module);
  SmallVector<UnrealizedConversionCastOp> casts, left;
  module.walk([&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
  reconcileUnrealizedCasts(casts, &left);
  if (left.empty())
    return success();
  return left.front().emitOpError("between ")
         << left.front().getOperandTypes() << " and "
         << left.front().getResultTypes() << " has no meaning in SPIR-V";
}
