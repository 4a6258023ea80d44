// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pcflow;

#include "pc/Dialect/Dataflow/IR/DataflowDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowTypes.cpp.inc"

void PCFlowDialect::initialize() {
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "pc/Dialect/Dataflow/IR/DataflowOps.cpp.inc"
      >();
}

void PCFlowDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "pc/Dialect/Dataflow/IR/DataflowTypes.cpp.inc"
      >();
}

LogicalResult FixedType::verify(function_ref<InFlightDiagnostic()> emitError,
                                unsigned width, unsigned fraction) {
  // Sums of products of such words fit the integers that hardware, test bench
  // and reference share.
  if (width < 2 || width > 32)
    return emitError() << "expected a width of 2 to 32 bits, but got " << width;
  if (fraction >= width)
    return emitError() << "expected fewer than " << width
                       << " fraction bits, but got " << fraction;
  return success();
}

LogicalResult StreamType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t size, Type element) {
  if (size < 1)
    return emitError() << "expected vectors of at least one word, but got "
                       << size;
  if (!isa<FixedType, FloatType, IntegerType>(element))
    return emitError() << "expected fixed, float or integer elements, but got "
                       << element;
  return success();
}

/// `8 x f32`: the lexer of dimension lists knows that `x` ends a number.
Type StreamType::parse(AsmParser &parser) {
  llvm::SmallVector<int64_t> size;
  Type element;
  llvm::SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(size, /*allowDynamic=*/false) ||
      parser.parseType(element) || parser.parseGreater())
    return Type();
  if (size.size() != 1) {
    parser.emitError(loc, "expected one size");
    return Type();
  }
  return parser.getChecked<StreamType>(loc, parser.getContext(), size.front(),
                                       element);
}

void StreamType::print(AsmPrinter &printer) const {
  printer << '<' << getSize() << " x " << getElement() << '>';
}
