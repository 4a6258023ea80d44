// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of its own, because these headers take long to compile.

#include "Setup.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "pc/InitAll.h"

mlir::DialectRegistry mlir::pc::makeToolRegistry() {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  mlir::pc::registerAllDialects(registry);
  mlir::pc::registerAllExtensions(registry);
  mlir::pc::registerAllPasses();
  return registry;
}
