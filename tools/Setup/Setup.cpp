// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of its own, because these headers take long to compile.

#include "Setup.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Transforms/Passes.h"
#include "pc/InitAll.h"

mlir::DialectRegistry mlir::pc::makeToolRegistry() {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  // Of the upstream passes those that the phases name: to register one is to
  // make one, and all of them are a tenth of the time of a start.
  registerTransformsPasses();
  registerTosaToArithPass();
  registerTosaToLinalg();
  registerTosaToLinalgNamed();
  registerTosaToSCFPass();
  registerTosaToTensorPass();
  tosa::registerTosaPasses();
  mlir::pc::registerAllDialects(registry);
  mlir::pc::registerAllExtensions(registry);
  mlir::pc::registerAllPasses();
  return registry;
}
