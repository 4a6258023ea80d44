// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX models in: a model becomes a forward function of upstream operations.

#ifndef PC_TARGET_ONNX_IMPORT_H
#define PC_TARGET_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "pc/Runtime/Tensor.h"
#include "pc/Target/ONNX/StringTensor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace mlir::pc {

/// What will be fed to one input of a model: one tensor; those of a sequence;
/// that of an optional, or none.
struct ONNXInputData {
  std::vector<std::vector<int64_t>> shapes;
  /// The data itself, null where unknown. Where an operator needs a shape, an
  /// axis or the like that the model reads from an input, it is taken from
  /// here, and the function is for that data only.
  std::vector<std::shared_ptr<const Tensor>> values;
  /// Strings in the place of `values`. All that is computed from them follows
  /// from this data.
  std::vector<StringTensor> strings;
  /// An optional that has nothing.
  bool isAbsent = false;
};

/// Computes the results of the function `@model` of a module for the data that
/// is fed.
using ONNXEvaluator =
    std::function<llvm::Expected<std::vector<Tensor>>(OwningOpRef<ModuleOp>)>;

struct ONNXImportOptions {
  /// Sizes of symbolic dimensions, `--dim batch=64`; also `<input>.length` of a
  /// sequence, and `<input>.present`, 0 or 1, of an optional.
  std::map<std::string, int64_t> dims;
  /// Loops, scans and recurrent operators of up to this many iterations become
  /// a copy of their body for each; longer ones a loop.
  int64_t unroll = 256;
  /// Such a loop keeps what it carries at every so many iterations for reverse
  /// mode, and computes the others again; all of them where there is no number.
  std::optional<int64_t> checkpoint;
  /// Quantised tensors are floats too, through which derivatives pass as if
  /// nothing had been rounded.
  bool straightThrough = false;
  /// Outputs may be strings: numbers that stand for them (see pc.strings), and
  /// the caller knows.
  bool returnsStrings = false;
  /// What will be fed, where that is known, by position among the graph inputs
  /// without an initializer; symbolic dimensions are bound by it.
  std::vector<std::optional<ONNXInputData>> inputs;
  /// Where given, sizes and places that follow from what the model computes
  /// (NonZero of its own scores) are those for the data, and so is the
  /// function.
  ONNXEvaluator evaluate;
};

/// Why an import failed; tools turn it into their exit status.
enum class ImportStatus { Success, Unsupported, Error };

/// Reads the model at `path` and makes a module with the forward function
/// `@model`, whose arguments and results carry the attributes of
/// Support/Names.h. Everything that is wrong is reported through the context's
/// diagnostics; all unsupported operators in one diagnostic.
OwningOpRef<ModuleOp> importONNX(llvm::StringRef path, MLIRContext *context,
                                 const ONNXImportOptions &options,
                                 ImportStatus &status);

/// The same for a model in memory. External data is looked up beside the path
/// that identifies the buffer.
OwningOpRef<ModuleOp> importONNX(llvm::MemoryBufferRef buffer,
                                 MLIRContext *context,
                                 const ONNXImportOptions &options,
                                 ImportStatus &status);

} // namespace mlir::pc

#endif // PC_TARGET_ONNX_IMPORT_H
