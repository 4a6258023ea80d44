// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of products in Einstein's notation.

#include "Operators.h"
#include <map>

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

namespace {
/// The loops of an einsum; a label is a letter, or a dimension of an ellipsis
/// counted from its end.
struct EinsumPlan {
  std::map<std::string, unsigned> loops;
  SmallVector<int64_t> sizes;
  SmallVector<SmallVector<unsigned>> operands;
  SmallVector<unsigned> result;
};
} // namespace

/// Splits "i...j" into labels, the ellipsis standing for `rank` dimensions in
/// all.
static FailureOr<SmallVector<std::string>>
getLabels(NodeContext &node, StringRef term, int64_t rank) {
  SmallVector<std::string> labels;
  auto [front, back] = term.split("...");
  bool hasEllipsis = term.contains("...");
  int64_t letters = front.size() + back.size();
  if (letters > rank || (!hasEllipsis && letters != rank))
    return node.fail("expected a term for rank " + Twine(rank) + ", but got '" +
                     term + "'");
  for (char c : front)
    labels.push_back(std::string(1, c));
  for (int64_t i = rank - letters; i > 0; --i)
    labels.push_back("." + std::to_string(i));
  for (char c : back)
    labels.push_back(std::string(1, c));
  for (StringRef label : labels)
    if (label[0] != '.' && !isalpha(label[0]))
      return node.fail("expected letters, but got '" + term + "'");
  return labels;
}

static LogicalResult addOperand(NodeContext &node, StringRef term, unsigned i,
                                EinsumPlan &plan) {
  ArrayRef<int64_t> shape = node.getShape(i);
  FailureOr<SmallVector<std::string>> labels =
      getLabels(node, term, shape.size());
  if (failed(labels))
    return failure();
  SmallVector<unsigned> &loops = plan.operands.emplace_back();
  for (auto [label, size] : zip(*labels, shape)) {
    auto [entry, isNew] = plan.loops.try_emplace(label, plan.sizes.size());
    if (isNew)
      plan.sizes.push_back(size);
    int64_t &known = plan.sizes[entry->second];
    // Dimensions of an ellipsis broadcast.
    if (known == 1 && label[0] == '.')
      known = size;
    if (known != size && !(size == 1 && label[0] == '.'))
      return node.fail("expected one size for each label, but got " +
                       printTypes(node));
    loops.push_back(entry->second);
  }
  return success();
}

/// Without an arrow: the labels that occur once, in alphabetical order, behind
/// the ellipsis.
static std::string getImplicitResult(ArrayRef<StringRef> terms) {
  std::map<char, unsigned> counts;
  std::string result;
  for (StringRef term : terms) {
    if (term.contains("...") && result.empty())
      result = "...";
    for (char c : term)
      if (c != '.')
        ++counts[c];
  }
  for (auto [letter, count] : counts)
    if (count == 1)
      result += letter;
  return result;
}

static FailureOr<EinsumPlan> planEinsum(NodeContext &node) {
  std::string equation = node.attributes.getString("equation", "");
  llvm::erase(equation, ' ');
  auto [left, right] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != node.getNumInputs())
    return node.fail("equation: expected " + Twine(node.getNumInputs()) +
                     " terms, but got '" + equation + "'");
  EinsumPlan plan;
  for (auto [i, term] : enumerate(terms))
    if (failed(addOperand(node, term, i, plan)))
      return failure();
  bool isExplicit = StringRef(equation).contains("->");
  std::string result = isExplicit ? right.str() : getImplicitResult(terms);
  int64_t dots = 0, letters = 0;
  for (const auto &[label, loop] : plan.loops)
    dots += label[0] == '.';
  for (char c : result)
    letters += c != '.';
  bool hasEllipsis = StringRef(result).contains("...");
  FailureOr<SmallVector<std::string>> labels =
      getLabels(node, result, letters + (hasEllipsis ? dots : 0));
  if (failed(labels))
    return failure();
  for (const std::string &label : *labels) {
    auto it = plan.loops.find(label);
    if (it == plan.loops.end() || is_contained(plan.result, it->second))
      return node.fail("equation: the result has a label twice or one that no "
                       "operand has: '" +
                       equation + "'");
    plan.result.push_back(it->second);
  }
  return plan;
}

static LogicalResult lowerEinsum(NodeContext &node) {
  unsigned count = node.getNumInputs();
  if (failed(node.requireInputs(std::max(count, 1u), UINT_MAX)) ||
      failed(node.requireNumbers(0)))
    return failure();
  for (unsigned i = 1; i < count; ++i)
    if (failed(node.requireSameElementType(0, i)))
      return failure();
  FailureOr<EinsumPlan> plan = planEinsum(node);
  if (failed(plan))
    return failure();
  Emitter b(node.builder, node.loc);
  unsigned loops = plan->sizes.size();
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (unsigned i = 0; i < count; ++i) {
    SmallVector<AffineExpr> exprs;
    SmallVector<int64_t> kept;
    for (auto [loop, size] : zip(plan->operands[i], node.getShape(i))) {
      if (size == 1 && plan->sizes[loop] != 1)
        continue;
      exprs.push_back(b.getAffineDimExpr(loop));
      kept.push_back(size);
    }
    operands.push_back(b.reshape(node.getInput(i), kept));
    maps.push_back(AffineMap::get(loops, 0, exprs, b.getContext()));
  }
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> exprs;
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::reduction);
  for (unsigned loop : plan->result) {
    iterators[loop] = utils::IteratorType::parallel;
    shape.push_back(plan->sizes[loop]);
    exprs.push_back(b.getAffineDimExpr(loop));
  }
  maps.push_back(AffineMap::get(loops, 0, exprs, b.getContext()));
  Type element = node.getType(0).getElementType();
  if (failed(node.getTensorType(shape, element)))
    return failure();
  Type wide = getSumType(element);
  for (Value &operand : operands)
    operand = b.cast(operand, wide);
  Value init = b.filled(shape, wide, 0);
  auto build = [](OpBuilder &nested, Location loc, ValueRange v) {
    Scalar inner(loc, nested);
    Value product = v[0];
    for (Value next : v.drop_front().drop_back())
      product = emitMul(inner, product, next);
    linalg::YieldOp::create(inner, emitAdd(inner, v.back(), product));
  };
  Value sums = linalg::GenericOp::create(b, init.getType(), operands, init,
                                         maps, iterators, build)
                   .getResult(0);
  node.setOutput(0, b.cast(sums, element));
  return success();
}

void registerEinsums(OperatorRegistry &all) {
  all.add("Einsum", 12, lowerEinsum).withWeights({0, 1});
}

} // namespace mlir::pc
