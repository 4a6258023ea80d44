// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every pass and pipeline of pc, beside all of upstream's.

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "pc/InitAll.h"
#include "pc/Pipelines/Phases.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  mlir::pc::registerAllDialects(registry);
  mlir::pc::registerAllExtensions(registry);
  mlir::pc::registerAllPasses();
  mlir::pc::registerPhasesPipeline();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "predictive-coding compiler\n", registry));
}
