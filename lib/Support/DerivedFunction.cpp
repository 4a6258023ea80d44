// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/DerivedFunction.h"
#include "mlir/IR/SymbolTable.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::StringRef;

FailureOr<pc::DerivedFunction> pc::DerivedFunction::create(Operation *scope,
                                                           StringRef name,
                                                           StringRef suffix) {
  FailureOr<FunctionOpInterface> objective = findObjective(scope, name);
  if (failed(objective))
    return failure();
  FailureOr<unsigned> loss = getLossResult(*objective);
  if (failed(loss))
    return failure();
  std::string derivedName = (getFunctionStem(name) + suffix).str();
  SymbolTable symbols(scope);
  if (symbols.lookup(derivedName))
    return objective->emitError("expected no function '@")
           << derivedName << "' yet, but there is one";
  auto function = cast<FunctionOpInterface>((*objective)->clone());
  SymbolTable::setSymbolName(function, derivedName);
  symbols.insert(function, std::next((*objective)->getIterator()));
  return DerivedFunction(function, *loss);
}

Block &pc::DerivedFunction::getBody() const {
  return function.getFunctionBody().front();
}

Operation *pc::DerivedFunction::getReturn() const {
  return getBody().getTerminator();
}

Value pc::DerivedFunction::getLoss() const {
  return getReturn()->getOperand(loss);
}

Value pc::DerivedFunction::addArgument(Type type, StringRef role,
                                       StringRef name, Location loc) {
  unsigned number = function.getNumArguments();
  (void)function.insertArgument(
      number, type, describeValue(function.getContext(), role, name), loc);
  return function.getArgument(number);
}

void pc::DerivedFunction::addResult(Value value, StringRef role,
                                    StringRef name) {
  getReturn()->insertOperands(getReturn()->getNumOperands(), value);
  (void)function.insertResult(function.getNumResults(), value.getType(),
                              describeValue(function.getContext(), role, name));
}

DictionaryAttr pc::describeValue(MLIRContext *context, StringRef role,
                                 StringRef name) {
  Builder builder(context);
  return builder.getDictionaryAttr(
      {builder.getNamedAttr(roleAttrName, builder.getStringAttr(role)),
       builder.getNamedAttr(nameAttrName, builder.getStringAttr(name))});
}
