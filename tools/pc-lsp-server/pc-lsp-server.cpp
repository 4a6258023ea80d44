// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Language server for editors: diagnostics, hover and definitions in .mlir
// files with the dialects of pc.

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "pc/InitAll.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::pc::registerAllDialects(registry);
  mlir::pc::registerAllExtensions(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
