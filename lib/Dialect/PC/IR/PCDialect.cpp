// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Dialect/PC/IR/PC.h"

using namespace mlir;
using namespace mlir::pc;

#include "pc/Dialect/PC/IR/PCDialect.cpp.inc"

void PCDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "pc/Dialect/PC/IR/PCOps.cpp.inc"
      >();
}
