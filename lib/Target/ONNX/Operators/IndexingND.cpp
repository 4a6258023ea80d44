// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GatherND and ScatterND: an index names a whole row.
//
// Rows are numbered, so that tuples of indices become numbers and the operators
// become sums under a mask, as in Indexing.cpp.

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
/// Data [batch, rows, columns], read by `count` numbers for each batch.
struct RowPlan {
  Sizes prefix;  // the sizes that a tuple of indices runs through
  Sizes strides; // of the prefix
  int64_t batch = 1, rows = 1, columns = 1, count = 1;
};
} // namespace

static int64_t multiply(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= size;
  return product;
}

static FailureOr<RowPlan> planRows(NodeContext &node, int64_t batchDims) {
  ArrayRef<int64_t> data = node.getShape(0), indices = node.getShape(1);
  if (failed(node.requireRank(0, 1, INT64_MAX)) ||
      failed(node.requireRank(1, 1, INT64_MAX)))
    return failure();
  int64_t depth = indices.back();
  if (batchDims < 0 || batchDims >= int64_t(indices.size()) || depth < 1 ||
      batchDims + depth > int64_t(data.size()) ||
      data.take_front(batchDims) != indices.take_front(batchDims) ||
      !isa<IntegerType>(node.getType(1).getElementType()))
    return node.fail("expected tuples of indices into the data, but got " +
                     printTypes(node));
  RowPlan plan;
  plan.prefix.assign(data.begin() + batchDims,
                     data.begin() + batchDims + depth);
  plan.strides = getStrides(plan.prefix);
  int64_t longest = *max_element(plan.prefix);
  if (failed(node.requireRange(1, -longest, longest - 1)))
    return failure();
  plan.batch = multiply(data.take_front(batchDims));
  plan.rows = multiply(plan.prefix);
  plan.columns = multiply(data.drop_front(batchDims + depth));
  plan.count = multiply(indices.drop_back().drop_front(batchDims));
  return plan;
}

/// The number of the row that each tuple names: [batch, count].
static Value numberRows(NodeContext &node, Emitter &b, const RowPlan &plan) {
  int64_t depth = plan.prefix.size();
  Value tuples = b.reshape(b.cast(node.getInput(1), b.getI64Type()),
                           {plan.batch, plan.count, depth});
  SmallVector<Value> columns;
  for (int64_t i = 0; i < depth; ++i)
    columns.push_back(b.reshape(
        b.slice(tuples, {0, 0, i}, {plan.batch, plan.count, 1}, {1, 1, 1}),
        {plan.batch, plan.count}));
  return b.elementwise(
      {plan.batch, plan.count}, b.getI64Type(), columns,
      [&](Scalar &b, ValueRange v) {
        Value number = emitScalar(b, b.getI64Type(), 0);
        for (auto [index, size, stride] : zip(v, plan.prefix, plan.strides)) {
          Value factor = emitScalar(b, b.getI64Type(), double(stride));
          number =
              emitAdd(b, number, emitMul(b, wrapIndex(b, index, size), factor));
        }
        return number;
      });
}

static LogicalResult lowerGatherND(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireNumbers(0)))
    return failure();
  int64_t batchDims = node.attributes.getInt("batch_dims", 0);
  FailureOr<RowPlan> plan = planRows(node, batchDims);
  if (failed(plan))
    return failure();
  Sizes shape(node.getShape(1).drop_back());
  ArrayRef<int64_t> rest =
      node.getShape(0).drop_front(batchDims + plan->prefix.size());
  shape.append(rest.begin(), rest.end());
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Emitter b(node.builder, node.loc);
  if (is_contained(shape, 0) || plan->rows == 0) {
    node.setOutput(0, b.filled(shape, element, 0));
    return success();
  }
  Value data =
      b.reshape(node.getInput(0), {plan->batch, plan->rows, plan->columns});
  Value rows = numberRows(node, b, *plan);
  Value picked = pickElements(b, {plan->batch, plan->count, plan->columns},
                              data, 1, {0, 1, 2}, rows, {0, 1});
  node.setOutput(0, b.reshape(picked, shape));
  return success();
}

static LogicalResult checkUpdates(NodeContext &node, const RowPlan &plan) {
  Sizes expected(node.getShape(1).drop_back());
  ArrayRef<int64_t> rest = node.getShape(0).drop_front(plan.prefix.size());
  expected.append(rest.begin(), rest.end());
  if (ArrayRef(expected) == node.getShape(2))
    return success();
  return node.fail("expected one update for each tuple of indices, but got " +
                   printTypes(node));
}

/// For each element the sum of the updates of its row, or their number.
static Value sumUpdates(Emitter &b, const RowPlan &plan, Value rows,
                        Value updates, Type element) {
  return sumOver(b, {1, plan.rows, plan.columns}, element, {rows, updates},
                 {selectLoops(b, 4, {0, 3}), selectLoops(b, 4, {0, 3, 2})},
                 [&](Scalar &b, ValueRange v) -> Value {
                   Value isHere =
                       compareIntegers(b, arith::CmpIPredicate::eq, v[0],
                                       getPosition(b, 1, v[0].getType()));
                   bool isCount = element != v[1].getType();
                   Value update = isCount ? emitScalar(b, element, 1) : v[1];
                   return arith::SelectOp::create(b, isHere, update,
                                                  emitScalar(b, element, 0));
                 });
}

static LogicalResult lowerScatterND(NodeContext &node) {
  if (failed(node.requireInputs(3, 3)) || failed(node.requireNumbers(0)) ||
      failed(node.requireSameElementType(0, 2)))
    return failure();
  FailureOr<ScatterReduction> reduction = getScatterReduction(node);
  FailureOr<RowPlan> plan = planRows(node, 0);
  if (failed(reduction) || failed(plan) || failed(checkUpdates(node, *plan)))
    return failure();
  Type element = node.getType(0).getElementType();
  if (!isa<FloatType>(element) && *reduction == ScatterReduction::None)
    return node.unsupported("integer data");
  if (node.getType(2).getNumElements() == 0 ||
      node.getType(0).getNumElements() == 0) {
    node.forwardInput(0, 0);
    return success();
  }
  Emitter b(node.builder, node.loc);
  Sizes shape{1, plan->rows, plan->columns};
  Value data = b.reshape(node.getInput(0), shape);
  Value updates = b.reshape(node.getInput(2), {1, plan->count, plan->columns});
  Value rows = numberRows(node, b, *plan);
  Value result;
  if (*reduction != ScatterReduction::None) {
    result =
        accumulate(b, data, 4, {rows, updates},
                   {selectLoops(b, 4, {0, 3}), selectLoops(b, 4, {0, 3, 2})},
                   [&](Scalar &b, ValueRange v) {
                     Value isHere =
                         compareIntegers(b, arith::CmpIPredicate::eq, v[0],
                                         getPosition(b, 1, v[0].getType()));
                     return emitScatter(b, *reduction, isHere, v[1], v[2]);
                   });
  } else {
    Value sums = sumUpdates(b, *plan, rows, updates, element);
    Value counts = sumUpdates(b, *plan, rows, updates, b.getI64Type());
    result =
        b.elementwise(shape, element, {data, sums, counts},
                      [](Scalar &b, ValueRange v) -> Value {
                        Value isKept =
                            compareIntegers(b, arith::CmpIPredicate::eq, v[2],
                                            emitScalar(b, v[2].getType(), 0));
                        return arith::SelectOp::create(b, isKept, v[0], v[1]);
                      });
  }
  node.setOutput(0, b.reshape(result, node.getShape(0)));
  return success();
}

void registerIndexingND(OperatorRegistry &all) {
  all.add("GatherND", 11, lowerGatherND)
      .withCopied({0})
      .withStrings(StringUse::Moves);
  all.add("ScatterND", 11, lowerScatterND);
}

} // namespace mlir::pc
