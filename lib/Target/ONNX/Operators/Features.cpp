// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Features of the machine-learning domain: rescaled, chosen, joined, filled in.

#include "Operators.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

static LogicalResult lowerBinarizer(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)))
    return failure();
  double threshold = node.attributes.getFloat("threshold", 0);
  Type element = node.getType(0).getElementType();
  if (!isa<FloatType>(element) && threshold != double(int64_t(threshold)))
    return node.unsupported("integers compared with a fraction");
  Emitter b(node.builder, node.loc);
  node.setOutput(0, b.map(node.getInput(0), [&](Scalar &b, ValueRange v) {
    Value bound = emitScalar(b, element, threshold);
    Value isAbove;
    if (isa<FloatType>(element))
      isAbove =
          arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, v[0], bound);
    else
      isAbove = compareIntegers(b, arith::CmpIPredicate::sgt, v[0], bound);
    return emitCast(b, isAbove, element);
  }));
  return success();
}

/// Columns of the last dimension.
static LogicalResult lowerArrayFeatureExtractor(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, INT64_MAX)))
    return failure();
  if (!isa<IntegerType>(node.getType(1).getElementType()))
    return node.fail("expected integer indices, but got " + printTypes(node));
  Sizes own(node.getShape(0));
  if (own.size() == 1)
    own.insert(own.begin(), 1);
  int64_t count = node.getType(1).getNumElements();
  Sizes shape(own);
  shape.back() = count;
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  Type index = b.getI64Type();
  unsigned rank = own.size();
  SmallVector<unsigned> read = llvm::to_vector(llvm::seq<unsigned>(0, rank));
  read.back() = rank;
  Value indices = b.reshape(b.cast(node.getInput(1), index), count);
  node.setOutput(
      0, sumOver(b, shape, element, {b.reshape(node.getInput(0), own), indices},
                 {selectLoops(b, rank + 1, read),
                  selectLoops(b, rank + 1, rank - 1)},
                 [&](Scalar &b, ValueRange v) -> Value {
                   Value isHere =
                       compareIntegers(b, arith::CmpIPredicate::eq, v[1],
                                       getPosition(b, rank, index));
                   return arith::SelectOp::create(b, isHere, v[0],
                                                  emitScalar(b, element, 0));
                 }));
  return success();
}

/// An attribute with one number for all columns of the operand, or one for
/// each, as a list of the latter; `otherwise` where it is missing.
static FailureOr<SmallVector<double>>
getColumns(NodeContext &node, StringRef name, double otherwise) {
  int64_t width = node.getShape(0).back();
  SmallVector<double> numbers =
      node.attributes.getFloats(name).value_or(SmallVector<double>{otherwise});
  if (numbers.size() == 1)
    numbers.assign(width, numbers.front());
  if (int64_t(numbers.size()) != width)
    return node.fail(name + ": expected 1 number or " + Twine(width) +
                     ", one for each column, but got " + Twine(numbers.size()));
  return numbers;
}

/// A float to compute in: that of the operand, or f32 for integers.
static Type getFloat(NodeContext &node) {
  Type element = node.getType(0).getElementType();
  return isa<FloatType>(element) ? element : node.builder.getF32Type();
}

static LogicalResult lowerScaler(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, 2)))
    return failure();
  FailureOr<SmallVector<double>> offset = getColumns(node, "offset", 0);
  FailureOr<SmallVector<double>> scale = getColumns(node, "scale", 1);
  if (failed(offset) || failed(scale))
    return failure();
  Type element = getFloat(node);
  Emitter b(node.builder, node.loc);
  int64_t width = node.getShape(0).back();
  Value scaled = b.elementwise(
      node.getShape(0), element,
      {b.cast(node.getInput(0), element), b.constant(width, element, *offset),
       b.constant(width, element, *scale)},
      [](Scalar &b, ValueRange v) {
        return emitMul(b, emitSub(b, v[0], v[1]), v[2]);
      });
  node.setOutput(0, b.cast(scaled, b.getF32Type()));
  return success();
}

/// Rows divided by their largest element, the sum of their absolute values or
/// the root of that of their squares; rows where that is zero stay.
static LogicalResult lowerNormalizer(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, 2)))
    return failure();
  std::string norm = node.attributes.getString("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2")
    return node.fail("norm: expected MAX, L1 or L2, but got '" + norm + "'");
  Emitter b(node.builder, node.loc);
  Type element = getFloat(node);
  Value x = b.cast(node.getInput(0), element);
  int64_t axis = node.getType(0).getRank() - 1;
  Value size = x;
  if (norm == "MAX") // as the text says; with the sign, as in ONNX Runtime
    size = b.reduceMax(x, axis);
  else
    size = b.reduceSum(b.map(x,
                             [&](Scalar &b, ValueRange v) -> Value {
                               if (norm == "L2")
                                 return emitMul(b, v[0], v[0]);
                               return math::AbsFOp::create(b, v[0]);
                             }),
                       axis);
  Value divisor = b.map(size, [&](Scalar &b, ValueRange v) -> Value {
    Value zero = emitScalar(b, element, 0), one = emitScalar(b, element, 1);
    Value isZero =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[0], zero);
    Value safe = arith::SelectOp::create(b, isZero, one, v[0]);
    return norm == "L2" ? math::SqrtOp::create(b, safe).getResult() : safe;
  });
  Value result = b.elementwise(
      node.getShape(0), element, {x, b.unsqueeze(divisor, axis)},
      [](Scalar &b, ValueRange v) { return emitDiv(b, v[0], v[1]); });
  node.setOutput(0, b.cast(result, b.getF32Type()));
  return success();
}

/// What the columns of an operand of floats or integers are filled in with.
static FailureOr<Value> readImputed(NodeContext &node, Emitter &b) {
  Type element = node.getType(0).getElementType();
  int64_t width = node.getShape(0).back();
  bool isOfFloats = isa<FloatType>(element);
  StringRef name = isOfFloats ? "imputed_value_floats" : "imputed_value_int64s";
  if (!node.attributes.has(name))
    return node.fail("expected " + name + " for " + printTypes(node));
  if (isOfFloats) {
    FailureOr<SmallVector<double>> values = getColumns(node, name, 0);
    if (failed(values))
      return failure();
    return b.constant(width, element, *values);
  }
  Sizes values = node.attributes.getInts(name).value_or(Sizes());
  if (values.size() == 1)
    values.assign(width, values.front());
  if (int64_t(values.size()) != width)
    return node.fail(name + ": expected 1 number or " + Twine(width) +
                     ", one for each column, but got " + Twine(values.size()));
  auto type = RankedTensorType::get(width, b.getI64Type());
  Value constant = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<int64_t>(values)));
  return b.cast(constant, element);
}

static LogicalResult lowerImputer(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)) ||
      failed(node.requireRank(0, 1, INT64_MAX)))
    return failure();
  Type element = node.getType(0).getElementType();
  double number = node.attributes.getFloat("replaced_value_float", 0);
  int64_t integer = node.attributes.getInt("replaced_value_int64", 0);
  Emitter b(node.builder, node.loc);
  FailureOr<Value> imputed = readImputed(node, b);
  if (failed(imputed))
    return failure();
  node.setOutput(
      0, b.elementwise(node.getShape(0), element, {node.getInput(0), *imputed},
                       [&](Scalar &b, ValueRange v) -> Value {
                         using P = arith::CmpFPredicate;
                         Value isMissing;
                         if (!isa<FloatType>(element))
                           isMissing = compareIntegers(
                               b, arith::CmpIPredicate::eq, v[0],
                               arith::ConstantOp::create(
                                   b, b.getIntegerAttr(element, integer)));
                         else if (std::isnan(number))
                           isMissing =
                               arith::CmpFOp::create(b, P::UNO, v[0], v[0]);
                         else
                           isMissing = arith::CmpFOp::create(
                               b, P::OEQ, v[0], emitScalar(b, element, number));
                         return arith::SelectOp::create(b, isMissing, v[1],
                                                        v[0]);
                       }));
  return success();
}

/// Columns of all operands, cut or filled up with zeros where the attribute
/// says so, beside each other.
static LogicalResult lowerFeatureVectorizer(NodeContext &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.requireInputs(std::max(count, 1u), UINT_MAX)))
    return failure();
  Sizes widths = node.attributes.getInts("inputdimensions").value_or(Sizes());
  if (!widths.empty() && widths.size() != count)
    return node.fail("inputdimensions: expected one for each of " +
                     Twine(count) + " inputs, but got " + Twine(widths.size()));
  Emitter b(node.builder, node.loc);
  Type element = b.getF32Type();
  SmallVector<Value> parts;
  int64_t total = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (failed(node.requireNumbers(i)) || failed(node.requireRank(i, 1, 2)))
      return failure();
    Sizes shape(node.getShape(i));
    if (shape.size() == 1)
      shape.insert(shape.begin(), 1);
    int64_t width = widths.empty() ? shape[1] : widths[i];
    if (width < 0 || (i && shape[0] != getShape(parts.front())[0]))
      return node.fail("expected widths and as many rows for all inputs, but "
                       "got " +
                       printTypes(node));
    total += width;
    if (failed(node.getTensorType({shape[0], width}, element)) ||
        failed(node.getTensorType({shape[0], total}, element)))
      return failure();
    Value part = b.reshape(b.cast(node.getInput(i), element), shape);
    if (width < shape[1])
      part = b.slice(part, {0, 0}, {shape[0], width}, {1, 1});
    else if (width > shape[1])
      part = b.pad(part, {0, 0}, {0, width - shape[1]}, 0.0);
    parts.push_back(part);
  }
  node.setOutput(0, b.concat(1, parts));
  return success();
}

/// Whether all elements that are known are categories; none are if there are
/// none that are known.
static LogicalResult checkCategories(NodeContext &node,
                                     ArrayRef<int64_t> categories) {
  const Tensor *known = node.getConstant(0);
  if (!known)
    return node.unsupported("zeros = 0, which data that is no category makes "
                            "fail");
  for (int64_t value : getIntegers(*known))
    if (!is_contained(categories, value))
      return node.fail("expected categories, but got " +
                       (node.isString(0)
                            ? "'" + node.getString(value).str() + "'"
                            : std::to_string(value)));
  return success();
}

static LogicalResult lowerOneHotEncoder(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireNumbers(0)))
    return failure();
  StringRef name = node.isString(0) ? "cats_strings" : "cats_int64s";
  FailureOr<Sizes> categories =
      node.isString(0)
          ? node.requireTexts(name)
          : FailureOr<Sizes>(node.attributes.getInts(name).value_or(Sizes()));
  if (failed(categories))
    return failure();
  SmallDenseSet<int64_t> once(categories->begin(), categories->end());
  if (once.empty() || once.size() != categories->size())
    return node.fail(name + ": expected categories, each of them once");
  if (node.attributes.getInt("zeros", 1) == 0 &&
      failed(checkCategories(node, *categories)))
    return failure();
  Emitter b(node.builder, node.loc);
  Sizes shape(node.getShape(0));
  int64_t rank = shape.size(), count = categories->size();
  shape.push_back(count);
  if (failed(node.getTensorType(shape, b.getF32Type())))
    return failure();
  Value list = arith::ConstantOp::create(
      b, DenseElementsAttr::get(RankedTensorType::get(count, b.getI64Type()),
                                ArrayRef<int64_t>(*categories)));
  Value x = b.cast(node.getInput(0), b.getI64Type());
  node.setOutput(
      0, b.elementwise(shape, b.getF32Type(), {b.unsqueeze(x, rank), list},
                       [&](Scalar &b, ValueRange v) {
                         Value isHere = compareIntegers(
                             b, arith::CmpIPredicate::eq, v[0], v[1]);
                         return emitCast(b, isHere, b.getF32Type());
                       }));
  return success();
}

void registerFeatures(OperatorRegistry &all) {
  auto add = [&](StringRef name, Lowering lower) -> OperatorHandler & {
    return all.add(("ai.onnx.ml." + name).str(), 1, lower);
  };
  add("ArrayFeatureExtractor", lowerArrayFeatureExtractor)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  add("Binarizer", lowerBinarizer);
  add("FeatureVectorizer", lowerFeatureVectorizer);
  add("Imputer", lowerImputer);
  add("Normalizer", lowerNormalizer);
  add("OneHotEncoder", lowerOneHotEncoder).withStrings(StringUse::Reads);
  add("Scaler", lowerScaler);
}

} // namespace mlir::pc
