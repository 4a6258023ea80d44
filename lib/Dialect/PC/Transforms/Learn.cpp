// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function of gradients becomes a step of learning.

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

namespace mlir::pc {
#define GEN_PASS_DEF_LEARN
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

struct Learn : pc::impl::LearnBase<Learn> {
  using LearnBase::LearnBase;

  void runOnOperation() override;

private:
  /// A parameter and the result that is its gradient.
  struct Learned {
    unsigned argument;
    unsigned gradient;
  };

  FailureOr<llvm::SmallVector<Learned>> findLearned(func::FuncOp gradients);
  Value addState(func::FuncOp step, StringRef parameter, StringRef what,
                 RankedTensorType type);
  llvm::SmallVector<Value> addStates(func::FuncOp step, unsigned argument);
  void learn(func::FuncOp step, ArrayRef<Learned> learned);
};

} // namespace

FailureOr<llvm::SmallVector<Learn::Learned>>
Learn::findLearned(func::FuncOp gradients) {
  llvm::StringMap<unsigned> results;
  for (unsigned i = 0, e = gradients.getNumResults(); i != e; ++i)
    if (getResultRole(gradients, i) == roleGradient)
      results[getResultName(gradients, i)] = i;
  llvm::SmallVector<Learned> learned;
  for (unsigned argument : getWantedArguments(gradients, Wanted::Parameters)) {
    auto result = results.find(getArgName(gradients, argument));
    if (result == results.end())
      return gradients.emitError("expected a gradient of parameter '")
             << getArgName(gradients, argument) << "' among the results";
    learned.push_back({argument, result->second});
  }
  if (learned.empty())
    return gradients.emitError("no parameter to learn");
  return learned;
}

Value Learn::addState(func::FuncOp step, StringRef parameter, StringRef what,
                      RankedTensorType type) {
  OpBuilder builder(&getContext());
  unsigned index = step.getNumArguments();
  auto text = [&](const Twine &value) { return builder.getStringAttr(value); };
  DictionaryAttr attributes = builder.getDictionaryAttr(
      {builder.getNamedAttr(roleAttrName, text(roleState)),
       builder.getNamedAttr(nameAttrName, text(parameter + "/" + what)),
       builder.getNamedAttr(valueAttrName, builder.getZeroAttr(type))});
  (void)step.insertArgument(index, type, attributes, step.getLoc());
  return step.getArgument(index);
}

llvm::SmallVector<Value> Learn::addStates(func::FuncOp step,
                                          unsigned argument) {
  auto type = cast<RankedTensorType>(step.getArgument(argument).getType());
  std::string name = getArgName(step, argument);
  switch (optimizer) {
  case Optimizer::SGD:
    return {};
  case Optimizer::Momentum:
    return {addState(step, name, "velocity", type)};
  case Optimizer::Adam:
    return {addState(step, name, "first-moment", type),
            addState(step, name, "second-moment", type),
            addState(step, name, "steps",
                     RankedTensorType::get({}, type.getElementType()))};
  }
  llvm_unreachable("unknown optimizer");
}

void Learn::learn(func::FuncOp step, ArrayRef<Learned> learned) {
  Operation *end = step.getBody().front().getTerminator();
  OpBuilder builder(end);
  llvm::SmallVector<Value> results;
  llvm::SmallVector<Attribute> attributes;
  for (unsigned i = 0, e = step.getNumResults(); i != e; ++i) {
    StringRef role = getResultRole(step, i);
    if (role != roleOutput && role != roleLoss)
      continue;
    results.push_back(end->getOperand(i));
    attributes.push_back(step.getResultAttrDict(i));
  }
  auto updates = [&](Value argument, Value next) {
    unsigned index = cast<BlockArgument>(argument).getArgNumber();
    results.push_back(next);
    attributes.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr(roleAttrName,
                              builder.getStringAttr(getArgRole(step, index))),
         builder.getNamedAttr(nameAttrName,
                              builder.getStringAttr(getArgName(step, index))),
         builder.getNamedAttr(updatesAttrName,
                              builder.getI64IntegerAttr(index))}));
  };
  llvm::SmallVector<std::pair<Value, Value>> nextStates;
  for (auto [argument, gradient] : learned) {
    Value parameter = step.getArgument(argument);
    llvm::SmallVector<Value> states = addStates(step, argument);
    llvm::SmallVector<Type> types = {parameter.getType()};
    llvm::append_range(types, ValueRange(states).getTypes());
    auto op = LearnOp::create(builder, end->getLoc(), types, optimizer,
                              APFloat(double(rate)), APFloat(double(momentum)),
                              APFloat(double(decay)), APFloat(1e-8), parameter,
                              end->getOperand(gradient), states);
    updates(parameter, op.getNext().front());
    for (auto [state, next] :
         llvm::zip_equal(states, op.getNext().drop_front()))
      nextStates.emplace_back(state, next);
    ++numLearned;
  }
  for (auto [state, next] : nextStates)
    updates(state, next);
  func::ReturnOp::create(builder, end->getLoc(), results);
  end->erase();
  step.setFunctionType(
      builder.getFunctionType(step.getBody().getArgumentTypes(),
                              llvm::to_vector(ValueRange(results).getTypes())));
  step.setResAttrsAttr(builder.getArrayAttr(attributes));
}

void Learn::runOnOperation() {
  std::string name = function + "_" + source;
  auto gradients = getOperation().lookupSymbol<func::FuncOp>(name);
  if (!gradients) {
    getOperation().emitError("expected @")
        << name << "; pc-expand-inference or pc-autodiff makes it";
    return signalPassFailure();
  }
  FailureOr<llvm::SmallVector<Learned>> learned = findLearned(gradients);
  if (failed(learned))
    return signalPassFailure();
  OpBuilder builder(gradients->getContext());
  builder.setInsertionPointAfter(gradients);
  auto step = cast<func::FuncOp>(builder.clone(*gradients));
  step.setName(function + stepSuffix.str());
  learn(step, *learned);
}
