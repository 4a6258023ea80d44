// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model from a file, as a forward function.

#ifndef PC_PIPELINES_MODEL_H
#define PC_PIPELINES_MODEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "pc/Dialect/PC/Transforms/ChooseParameters.h"
#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Support/ValueGroups.h"
#include "pc/Target/ONNX/Import.h"

namespace mlir::pc {

/// The name of the forward function in every module.
inline constexpr llvm::StringLiteral modelName = "model";
/// Those of what is made from it (pc/Support/Names.h).
inline constexpr llvm::StringLiteral objectiveName = "model_objective";
inline constexpr llvm::StringLiteral graphName = "model_graph";
inline constexpr llvm::StringLiteral gradientName = "model_gradient";
inline constexpr llvm::StringLiteral autodiffName = "model_autodiff";
inline constexpr llvm::StringLiteral jvpName = "model_jvp";
inline constexpr llvm::StringLiteral stepName = "model_step";

/// An argument or result of the forward function.
struct ModelPort {
  std::string name, role;
  ElementKind kind;
  std::vector<int64_t> shape;
  std::vector<int64_t> range;   // as in pc.range, or empty
  bool hasValue;                // as in pc.value
  std::string describe() const; // "4x3xf32"
};

struct ForwardModel {
  OwningOpRef<ModuleOp> module;
  std::string path;
  bool isONNX = false;
  std::vector<ModelPort> arguments, results;
  /// The values that the arguments which are fed are made of, and those of the
  /// results.
  std::vector<ValueGroup> inputGroups, outputGroups;
  /// What the numbers in outputs that are strings stand for.
  std::vector<std::string> strings;

  func::FuncOp getForward();
  /// The arguments that are parameters, and those that are not, by number.
  llvm::SmallVector<unsigned> getParameters() const;
  llvm::SmallVector<unsigned> getInputs() const;
  /// The arguments without a value: inputs, and parameters that were inputs.
  llvm::SmallVector<unsigned> getFed() const;
  /// The initial values of the parameters that have one, by argument.
  std::map<unsigned, Tensor> getParameterValues();
};

/// The model whose forward function `module` has; nothing after a diagnostic.
std::optional<ForwardModel> makeModel(OwningOpRef<ModuleOp> module);

/// What the options of a tool mean for the import of a model.
ONNXImportOptions getImportOptions(const CompileOptions &options,
                                   const std::map<std::string, int64_t> &dims);

/// Reads a `.onnx` model or `.mlir` with a function `@model`, of which `choice`
/// says what is learned. What is wrong goes to the diagnostics of `context` and
/// into `status`.
std::optional<ForwardModel> loadModel(llvm::StringRef path,
                                      MLIRContext *context,
                                      const ONNXImportOptions &options,
                                      const ParameterChoice &choice,
                                      ExitStatus &status);

} // namespace mlir::pc

#endif // PC_PIPELINES_MODEL_H
