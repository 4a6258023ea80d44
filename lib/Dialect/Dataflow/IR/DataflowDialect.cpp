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

#define GET_ATTRDEF_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowAttributes.cpp.inc"

void PCFlowDialect::initialize() {
  registerTypes();
  registerAttributes();
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

void PCFlowDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "pc/Dialect/Dataflow/IR/DataflowAttributes.cpp.inc"
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

unsigned WordType::getWidth() const {
  return isFloat() ? 32 : cast<FixedType>(*this).getWidth();
}

unsigned WordType::getFraction() const {
  return isFloat() ? 0 : cast<FixedType>(*this).getFraction();
}

WordType pcflow::getWordType(GraphOp graph) {
  for (Type type : graph.getBody().getArgumentTypes())
    if (auto word = dyn_cast<WordType>(cast<StreamType>(type).getElement()))
      return word;
  return WordType();
}

LogicalResult StreamType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t size, Type element) {
  if (size < 1)
    return emitError() << "expected vectors of at least one word, but got "
                       << size;
  if (!isa<FixedType, SingleType, FloatType, IntegerType>(element))
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

LogicalResult WindowAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> image,
                                 ArrayRef<int64_t> kernel,
                                 ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> dilations,
                                 ArrayRef<int64_t> pads) {
  if (image.size() != 3 || kernel.size() != 2 || strides.size() != 2 ||
      dilations.size() != 2 || pads.size() != 4)
    return emitError() << "expected 3 sizes of the image, 2 of the kernel, 2 "
                          "strides, 2 dilations and 4 pads";
  auto below = [](ArrayRef<int64_t> sizes, int64_t least) {
    return llvm::any_of(sizes, [=](int64_t size) { return size < least; });
  };
  if (below(image, 1) || below(kernel, 1) || below(strides, 1) ||
      below(dilations, 1) || below(pads, 0))
    return emitError() << "expected positive sizes, and no negative pads";
  for (unsigned dim : {0u, 1u}) {
    int64_t padded = image[1 + dim] + pads[dim] + pads[2 + dim];
    int64_t reach = dilations[dim] * (kernel[dim] - 1) + 1;
    if (padded < reach)
      return emitError() << "expected a window of at most " << padded << " "
                         << (dim ? "columns" : "rows") << ", but got " << reach;
  }
  return success();
}

int64_t WindowAttr::getSteps(unsigned dim) const {
  int64_t padded = getImage()[1 + dim] + getPads()[dim] + getPads()[2 + dim];
  int64_t reach = getDilations()[dim] * (getKernel()[dim] - 1) + 1;
  return (padded - reach) / getStrides()[dim] + 1;
}

std::optional<int64_t> WindowAttr::getWord(int64_t position,
                                           int64_t tap) const {
  int64_t rows = getImage()[1], columns = getImage()[2];
  int64_t row = position / getSteps(1) * getStrides()[0] +
                tap / getKernel()[1] * getDilations()[0] - getPads()[0];
  int64_t column = position % getSteps(1) * getStrides()[1] +
                   tap % getKernel()[1] * getDilations()[1] - getPads()[1];
  if (row < 0 || row >= rows || column < 0 || column >= columns)
    return std::nullopt;
  return row * columns + column;
}
