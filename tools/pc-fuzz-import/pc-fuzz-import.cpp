// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any bytes as an ONNX model: the importer may refuse them, never crash. Run as
//   pc-fuzz-import -rss_limit_mb=4096 -timeout=60 CORPUS
// where CORPUS is a folder of models.

#include "mlir/IR/MLIRContext.h"
#include "pc/Target/ONNX/Import.h"
#include <memory>

using namespace mlir;

/// Attributes and types are never freed; a new context from time to time keeps
/// the memory of a long run flat.
static constexpr unsigned importsPerContext = 256;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<MLIRContext> context;
  static unsigned numImports = 0;
  if (numImports++ % importsPerContext == 0)
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler silence(context.get(),
                                  [](Diagnostic &) { return success(); });
  // A folder that has nothing: external data is not what is tested here.
  llvm::MemoryBufferRef buffer(
      llvm::StringRef(reinterpret_cast<const char *>(data), size),
      "/nonexistent/model.onnx");
  pc::ONNXImportOptions options;
  for (const char *name : {"batch", "batch_size", "n", "N", "sequence"})
    options.dims[name] = 2;
  pc::ImportStatus status;
  pc::importONNX(buffer, context.get(), options, status);
  return 0;
}
