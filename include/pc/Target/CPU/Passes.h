// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From functions on tensors to the LLVM dialect.

#ifndef PC_TARGET_CPU_PASSES_H
#define PC_TARGET_CPU_PASSES_H

#include "mlir/Pass/Pass.h"
#include "pc/Target/CPU/VectorTarget.h"
#include "llvm/ADT/StringRef.h"

namespace mlir::pc {

/// Attributes of the arguments of a function that is called by destination.
///   pc.result : the number of the result whose value this argument receives
///   pc.next   : the number of the result that updates this argument in place
///   pc.arena  : unit; scratch memory, contents undefined before and after
inline constexpr llvm::StringLiteral resultAttrName = "pc.result";
inline constexpr llvm::StringLiteral nextAttrName = "pc.next";
inline constexpr llvm::StringLiteral arenaAttrName = "pc.arena";

/// Of a loop: its iterations write to different places and read nothing that
/// another one writes. An f64, the instructions on whole registers that all of
/// them are, roughly.
inline constexpr llvm::StringLiteral parallelAttrName = "pc.parallel";

/// Of a sum of products, an array of [operand, dimension, first, end]: outside
/// of first...end - 1 along that dimension the factor is a border of zeros.
inline constexpr llvm::StringLiteral boundsAttrName = "pc.bounds";

/// Of an elementwise op that ends the tiles of the product before it. A bool:
/// whether nothing else needs the sums.
inline constexpr llvm::StringLiteral epilogueAttrName = "pc.epilogue";

/// Alignment in bytes of the arena, of everything in it, and of all tensors.
inline constexpr int64_t bufferAlignment = 64;

#define GEN_PASS_DECL
#include "pc/Target/CPU/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "pc/Target/CPU/Passes.h.inc"

/// Tensor functions to structured ops, as few as possible; the Vulkan target
/// has this in common.
void buildStructurePipeline(OpPassManager &manager,
                            ArrayRef<std::string> without = {});
/// Structured ops on tensors to the same on buffers that the caller owns or
/// that will lie in an arena; the Vulkan target has this in common.
void buildBufferizationPipeline(OpPassManager &manager,
                                ArrayRef<std::string> without = {});
/// Tensor functions to loops over memory: buffers of the caller and an arena,
/// in this order of the arguments: arguments, results, arena. `threads`
/// are those that will share loops.
void buildTensorToLoopsPipeline(OpPassManager &manager,
                                const VectorTarget &target, unsigned threads,
                                ArrayRef<std::string> without = {});
/// Those of its passes that make code faster and nothing else: `without` may
/// name them, to leave them out.
ArrayRef<llvm::StringLiteral> getOptionalCPUPasses();
/// Loops to functions of the LLVM dialect that take one pointer for each
/// argument. With more than one thread they call the OpenMP runtime.
void buildLoopsToLLVMPipeline(OpPassManager &manager, unsigned threads);

/// Registers the passes, `pc-cpu-to-loops` and `pc-cpu-pipeline`.
void registerCPUPassesAndPipelines();

/// Interfaces of upstream operations that the pipeline relies on.
void registerCPUExtensions(DialectRegistry &registry);

} // namespace mlir::pc

#endif // PC_TARGET_CPU_PASSES_H
