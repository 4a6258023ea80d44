// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the passes between tensors and LLVM.

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Func/Extensions/AllExtensions.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/AllInterfaces.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Vector/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "pc/Support/PassAdder.h"
#include "pc/Target/CPU/Passes.h"

using namespace mlir;

/// Passes that make code faster and nothing else.
static constexpr llvm::StringLiteral optionalPasses[] = {
    "pc-cpu-accumulate-sums",    "pc-cpu-trim-slices",
    "pc-cpu-fuse-elementwise",   "pc-cpu-block-batch",
    "pc-cpu-block-samples",      "pc-cpu-put-batch-last",
    "pc-cpu-merge-reductions",   "pc-cpu-reshape-loop-state",
    "pc-cpu-split-phases",       "pc-cpu-transpose-results",
    "pc-cpu-transpose-operands", "pc-cpu-place-parts",
    "pc-cpu-skip-borders",       "pc-cpu-keep-borders",
    "pc-cpu-own-destinations",   "pc-cpu-shorten-lifetimes",
    "pc-cpu-reuse-operands",     "pc-cpu-reuse-parts",
    "pc-cpu-fuse-epilogues",     "pc-cpu-outline-nests",
    "pc-cpu-vectorize-nests",    "pc-cpu-approximate-math",
    "pc-cpu-group-nests",        "loop-invariant-code-motion"};

ArrayRef<llvm::StringLiteral> mlir::pc::getOptionalCPUPasses() {
  return optionalPasses;
}

void mlir::pc::buildStructurePipeline(OpPassManager &manager,
                                      ArrayRef<std::string> without) {
  PassAdder add(manager, without);
  add(createStorageTypes());
  add(createInlinerPass());
  add(createSymbolDCEPass());
  add(createCanonicalizerPass());
  add.toFunctions(createAccumulateSums());
  add.toFunctions(createStructureOps());
  add(createCSEPass());
  add.toFunctions(createTrimSlices());
  add.toFunctions(createFuseElementwise());
}

/// Each operand in the order in which it is read, out of loops where it does
/// not change, results where they belong.
static void addOrders(pc::PassAdder add, const pc::VectorTarget &target) {
  add(createLoopInvariantCodeMotionPass());
  pc::BlockBatchOptions blocks;
  blocks.l2Bytes = target.l2Bytes;
  add.toFunctions(pc::createBlockBatch(blocks));
  pc::BlockSamplesOptions samples;
  samples.l2Bytes = target.l2Bytes;
  add(pc::createBlockSamples(samples));
  pc::PutBatchLastOptions last;
  last.vectorBits = target.bits;
  last.registers = target.registers;
  add.toFunctions(pc::createPutBatchLast(last));
  add.toFunctions(pc::createMergeReductions());
  add.toFunctions(pc::createFuseElementwise());
  add.toFunctions(pc::createReshapeLoopState());
  add.toFunctions(pc::createSplitPhases());
  pc::TransposeResultsOptions results;
  results.vectorBits = target.bits;
  add.toFunctions(pc::createTransposeResults(results));
  pc::TransposeOperandsOptions operands;
  operands.vectorBits = target.bits;
  operands.registers = target.registers;
  add.toFunctions(pc::createTransposeOperands(operands));
  add(createCanonicalizerPass());
  add(createCSEPass());
  add(createLoopInvariantCodeMotionPass());
  pc::PlacePartsOptions parts;
  parts.vectorBits = target.bits;
  add.toFunctions(pc::createPlaceParts(parts));
  add.toFunctions(pc::createSkipBorders());
  add.toFunctions(pc::createKeepBorders());
}

void mlir::pc::buildBufferizationPipeline(OpPassManager &manager,
                                          ArrayRef<std::string> without) {
  PassAdder add(manager, without);
  add.toFunctions(pc::createOwnDestinations());
  add.toFunctions(pc::createShortenLifetimes());
  add.toFunctions(pc::createReuseOperands());
  manager.addNestedPass<func::FuncOp>(pc::createPassByDestination());
  manager.addPass(pc::createAnchorLoopState());
  manager.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  options.bufferAlignment = pc::bufferAlignment;
  manager.addPass(bufferization::createOneShotBufferizePass(options));
  // Two names of one part become one, so that its copy to itself disappears.
  manager.addPass(createCSEPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

static void addLoops(pc::PassAdder add, const pc::VectorTarget &target,
                     unsigned threads) {
  pc::VectorizeNestsOptions vectors{target.bits, target.registers, target.fma,
                                    target.l2Bytes};
  add.toFunctions(pc::createReuseParts());
  add.toFunctions(pc::createStructureCopies());
  add.toFunctions(pc::createFuseEpilogues());
  add(pc::createOutlineNests());
  add.toFunctions(pc::createVectorizeNests(vectors));
  add(pc::createDropArguments());
  add.toFunctions(pc::createApproximateMath());
  add(createConvertLinalgToLoopsPass());
  add(memref::createFoldMemRefAliasOpsPass());
  if (threads > 1) {
    pc::GroupNestsOptions groups;
    groups.threads = threads;
    add(pc::createGroupNests(groups));
  }
  add.toFunctions(pc::createPlanMemory());
  add(createCanonicalizerPass());
  add(createCSEPass());
  add(createLoopInvariantCodeMotionPass());
}

void mlir::pc::buildTensorToLoopsPipeline(OpPassManager &manager,
                                          const VectorTarget &target,
                                          unsigned threads,
                                          ArrayRef<std::string> without) {
  PassAdder add(manager, without);
  buildStructurePipeline(manager, without);
  addOrders(add, target);
  buildBufferizationPipeline(manager, without);
  addLoops(add, target, threads);
}

/// Marked loops to regions of OpenMP.
static void addThreads(OpPassManager &manager, unsigned threads) {
  pc::ParallelizeLoopsOptions options;
  options.threads = threads;
  manager.addNestedPass<func::FuncOp>(pc::createParallelizeLoops(options));
  ConvertSCFToOpenMPPassOptions regions;
  regions.numThreads = threads;
  manager.addPass(createConvertSCFToOpenMPPass(regions));
  manager.addPass(pc::createDropBarriers());
}

void mlir::pc::buildLoopsToLLVMPipeline(OpPassManager &manager,
                                        unsigned threads) {
  if (threads > 1)
    addThreads(manager, threads);
  manager.addNestedPass<func::FuncOp>(pc::createHoistAllocas());
  // Drops the scopes around shared bodies, which nothing is allocated in.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(math::createMathExtendToSupportedTypes());
  math::MathExpandOpsPassOptions expand;
  expand.opMnemonics = {"fpowi"};
  manager.addNestedPass<func::FuncOp>(math::createMathExpandOpsPass(expand));
  manager.addPass(createConvertMathToFuncs());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createCanonicalizerPass());
  arith::ArithExpandOpsPassOptions arith;
  arith.includeBf16 = true;
  manager.addPass(arith::createArithExpandOpsPass(arith));
  manager.addNestedPass<func::FuncOp>(pc::createGuardDivision());
  manager.addPass(pc::createLowerMath());
  ConvertVectorToLLVMPassOptions vector;
  vector.x86Vector = true;
  manager.addPass(createConvertVectorToLLVMPass(vector));
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createUBToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions function;
  function.useBarePtrCallConv = true;
  manager.addPass(createConvertFuncToLLVMPass(function));
  manager.addPass(createConvertControlFlowToLLVMPass());
  if (threads > 1)
    manager.addPass(createConvertOpenMPToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

namespace {
/// What the tools take from the target machine.
struct PipelineOptions : public PassPipelineOptions<PipelineOptions> {
  Option<unsigned> vectorBits{*this, "vector-bits",
                              llvm::cl::desc("bits of a vector register"),
                              llvm::cl::init(pc::VectorTarget().bits)};
  Option<unsigned> registers{*this, "registers",
                             llvm::cl::desc("number of vector registers"),
                             llvm::cl::init(pc::VectorTarget().registers)};
  Option<bool> fma{*this, "fma",
                   llvm::cl::desc("multiply-add is one instruction"),
                   llvm::cl::init(pc::VectorTarget().fma)};
  Option<unsigned> l2Bytes{*this, "l2-bytes",
                           llvm::cl::desc("bytes of the second cache"),
                           llvm::cl::init(pc::VectorTarget().l2Bytes)};
  Option<unsigned> threads{*this, "threads",
                           llvm::cl::desc("threads that share loops"),
                           llvm::cl::init(1)};

  pc::VectorTarget getTarget() const {
    return {vectorBits, registers, fma, l2Bytes};
  }
};
} // namespace

void mlir::pc::registerCPUPassesAndPipelines() {
  registerCPUPasses();
  PassPipelineRegistration<PipelineOptions>(
      "pc-cpu-to-loops", "tensor functions to loops over memory",
      [](OpPassManager &manager, const PipelineOptions &options) {
        buildTensorToLoopsPipeline(manager, options.getTarget(),
                                   options.threads);
      });
  PassPipelineRegistration<PipelineOptions>(
      "pc-cpu-pipeline", "tensor functions to the LLVM dialect",
      [](OpPassManager &manager, const PipelineOptions &options) {
        buildTensorToLoopsPipeline(manager, options.getTarget(),
                                   options.threads);
        buildLoopsToLLVMPipeline(manager, options.threads);
      });
}

void mlir::pc::registerCPUExtensions(DialectRegistry &registry) {
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  cf::registerBufferizableOpInterfaceExternalModels(registry);
  func::registerAllExtensions(registry);
  linalg::registerAllDialectInterfaceImplementations(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  vector::registerBufferizableOpInterfaceExternalModels(registry);
}
