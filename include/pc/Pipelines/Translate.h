// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-translate does: an ONNX model to MLIR and back, MLIR to shaders, the
// reference of a circuit.

#ifndef PC_PIPELINES_TRANSLATE_H
#define PC_PIPELINES_TRANSLATE_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include <map>

namespace mlir::pc {

struct TranslateRequest {
  std::string model, out;
  std::map<std::string, int64_t> dims;
  /// Inputs that sizes follow from; empty: none do.
  std::string dataFolder;
  CompileOptions options;
};

/// Writes the forward function of the model as MLIR. What is wrong with the
/// model goes to the diagnostics of `context` and into `status`.
llvm::Error importModel(const TranslateRequest &request, MLIRContext *context,
                        ExitStatus &status);

/// Writes the model with the values of parameters that `folder` has.
llvm::Error exportModel(const TranslateRequest &request,
                        llvm::StringRef folder);

/// Writes the shaders of the public functions of MLIR at the tensor level, one
/// file for each kernel: `<function>_<kernel>.spv` in the folder of the
/// request.
llvm::Error writeShaders(const TranslateRequest &request, MLIRContext *context);
/// Writes the plans of these functions as text.
llvm::Error printPlans(const TranslateRequest &request, MLIRContext *context);

/// Writes the circuit of a module as SystemVerilog with a bench into the folder
/// of the request, which is replaced. With `stalls` the bench can withhold
/// every queue.
llvm::Error writeCircuits(const TranslateRequest &request, bool stalls,
                          MLIRContext *context);

/// Writes the circuit of a module as a program in C++, in exact integers.
llvm::Error writeCircuitModel(const TranslateRequest &request,
                              MLIRContext *context);

/// Writes the circuit of a module as text in CIRCT's dialects hw and comb.
llvm::Error writeCirct(const TranslateRequest &request, MLIRContext *context);

struct SimulationRequest {
  int64_t samples = 1; ///< a multiple of the batch of the circuit
  uint64_t seed = 0;   ///< of standard normal inputs and uniform labels
  /// Or a folder with the words of each input, integers in <name>.txt.
  std::string stimuli;
  bool bounds = false; ///< how far rounding can move gradients, too
  /// Links or vertices that are cut, "parent:child" or "name", from the
  /// beginning or, behind an "@", from a sample on.
  std::vector<std::string> cuts;
};

/// Runs the reference of a quantised circuit and writes into the folder of the
/// request: the words of inputs and outputs, `in/<name>.txt`, `out/<name>.txt`,
/// one a line; errors, `taps.txt`: vertex, sample, round, words; parameters
/// after each update, `weights.txt`: name, batch, words, row by row as the
/// units read them; sums of gradients as numbers, `gradients.txt`, and what
/// rounding can do to them, `bounds.txt`; what is cut, `cuts.txt`: sample,
/// link.
llvm::Error simulateCircuit(const TranslateRequest &request,
                            const SimulationRequest &simulation,
                            MLIRContext *context);

} // namespace mlir::pc

#endif // PC_PIPELINES_TRANSLATE_H
