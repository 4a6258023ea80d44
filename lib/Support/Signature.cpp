// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/Signature.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/SymbolTable.h"
#include "pc/Support/Names.h"
#include "pc/Support/NarrowFloats.h"

using namespace mlir;
using llvm::StringRef;

static StringRef getString(Attribute attribute, StringRef otherwise) {
  auto string = dyn_cast_or_null<StringAttr>(attribute);
  return string ? string.getValue() : otherwise;
}

StringRef pc::getArgRole(FunctionOpInterface function, unsigned argument) {
  return getString(function.getArgAttr(argument, roleAttrName), roleInput);
}

StringRef pc::getResultRole(FunctionOpInterface function, unsigned result) {
  return getString(function.getResultAttr(result, roleAttrName), roleOutput);
}

std::string pc::getArgName(FunctionOpInterface function, unsigned argument) {
  std::string otherwise = "arg" + std::to_string(argument);
  return getString(function.getArgAttr(argument, nameAttrName), otherwise)
      .str();
}

std::string pc::getResultName(FunctionOpInterface function, unsigned result) {
  std::string otherwise = "result" + std::to_string(result);
  return getString(function.getResultAttr(result, nameAttrName), otherwise)
      .str();
}

static bool isWanted(FunctionOpInterface function, unsigned argument,
                     pc::Wanted wanted) {
  Type element = getElementTypeOrSelf(function.getArgument(argument).getType());
  if (!isa<FloatType>(element) || pc::isNarrowFloat(element))
    return false;
  StringRef role = pc::getArgRole(function, argument);
  if (wanted == pc::Wanted::All)
    return role == pc::roleInput || role == pc::roleParameter;
  return role == pc::roleParameter &&
         !function.getArgAttr(argument, pc::frozenAttrName);
}

llvm::SmallVector<unsigned> pc::getWantedArguments(FunctionOpInterface function,
                                                   Wanted wanted) {
  llvm::SmallVector<unsigned> arguments;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (isWanted(function, i, wanted))
      arguments.push_back(i);
  return arguments;
}

static bool hasLoss(FunctionOpInterface function) {
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
    if (pc::getResultRole(function, i) == pc::roleLoss)
      return true;
  return false;
}

FailureOr<FunctionOpInterface> pc::findObjective(Operation *scope,
                                                 StringRef name) {
  auto lookup = [&](const llvm::Twine &symbol) {
    return dyn_cast_or_null<FunctionOpInterface>(
        SymbolTable::lookupSymbolIn(scope, symbol.str()));
  };
  FunctionOpInterface function = lookup(name + objectiveSuffix);
  if (!function)
    function = lookup(name);
  if (function && hasLoss(function) && !function.isExternal())
    return function;
  return scope->emitError("expected an objective '@")
         << name << objectiveSuffix
         << "' or a function with a result of role loss '@" << name
         << "', but found neither; does pc-attach-loss come first?";
}

FailureOr<unsigned> pc::getLossResult(FunctionOpInterface objective) {
  if (!llvm::hasSingleElement(objective.getFunctionBody()))
    return objective.emitError("expected one block, but the body has ")
           << llvm::range_size(objective.getFunctionBody());
  llvm::SmallVector<unsigned> losses;
  for (unsigned i = 0, e = objective.getNumResults(); i != e; ++i)
    if (getResultRole(objective, i) == roleLoss)
      losses.push_back(i);
  if (losses.size() != 1)
    return objective.emitError("expected one result of role loss, but got ")
           << losses.size();
  Type type = objective.getResultTypes()[losses.front()];
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() != 0 ||
      !isa<FloatType>(tensor.getElementType()))
    return objective.emitError(
               "expected a loss that is a float tensor of rank 0, but got ")
           << type;
  return losses.front();
}

StringRef pc::getFunctionStem(StringRef name) {
  name.consume_back(objectiveSuffix);
  return name;
}

llvm::SmallVector<StringRef>
pc::getNonLocalPasses(FunctionOpInterface function) {
  auto passes = function->getAttrOfType<ArrayAttr>(nonLocalAttrName);
  if (!passes)
    return {};
  return llvm::to_vector(passes.getAsValueRange<StringAttr>());
}

void pc::addNonLocalPass(FunctionOpInterface function, StringRef pass) {
  llvm::SmallVector<StringRef> passes = getNonLocalPasses(function);
  if (llvm::is_contained(passes, pass))
    return;
  passes.push_back(pass);
  function->setAttr(nonLocalAttrName,
                    Builder(function->getContext()).getStrArrayAttr(passes));
}
