// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is learned is chosen by name: inputs become parameters, and parameters
// become frozen.

#include "pc/Dialect/PC/Transforms/ChooseParameters.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/Regex.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CHOOSEPARAMETERS
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static std::string findNearest(func::FuncOp function,
                               ArrayRef<unsigned> candidates, StringRef word) {
  std::string nearest;
  unsigned least = ~0u;
  for (unsigned i : candidates) {
    std::string name = getArgName(function, i);
    unsigned distance = word.edit_distance_insensitive(name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

static LogicalResult reportUnknown(func::FuncOp function,
                                   ArrayRef<unsigned> candidates,
                                   StringRef option, StringRef word,
                                   StringRef what) {
  InFlightDiagnostic diag = function.emitError()
                            << option << ": expected the name of " << what
                            << ", or a pattern of such names, found `" << word
                            << "`";
  std::string nearest = findNearest(function, candidates, word);
  if (!nearest.empty())
    diag << "; the nearest name is `" << nearest << "`";
  return diag;
}

/// Adds the candidates that `word` names: the one of that very name, or all
/// whose whole name it matches, for names may look like patterns.
static LogicalResult addMatches(func::FuncOp function,
                                ArrayRef<unsigned> candidates, StringRef option,
                                StringRef word, StringRef what,
                                llvm::BitVector &chosen) {
  for (unsigned i : candidates)
    if (getArgName(function, i) == word)
      return chosen.set(i), success();
  llvm::Regex pattern(("^(" + word + ")$").str());
  std::string error;
  if (!pattern.isValid(error))
    return function.emitError()
           << option << ": expected a name or a regular expression, found `"
           << word << "`: " << error;
  bool found = false;
  for (unsigned i : candidates) {
    if (!pattern.match(getArgName(function, i)))
      continue;
    chosen.set(i);
    found = true;
  }
  return found ? success()
               : reportUnknown(function, candidates, option, word, what);
}

/// The arguments that the words name; every word that names none is reported.
static FailureOr<llvm::BitVector>
findMatches(func::FuncOp function, ArrayRef<unsigned> candidates,
            StringRef option, ArrayRef<std::string> words, StringRef what) {
  llvm::BitVector chosen(function.getNumArguments());
  bool failed = false;
  for (const std::string &word : words)
    failed |= mlir::failed(
        addMatches(function, candidates, option, word, what, chosen));
  if (failed)
    return failure();
  return chosen;
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

static llvm::SmallVector<unsigned> findParameters(func::FuncOp function) {
  llvm::SmallVector<unsigned> parameters;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (getArgRole(function, i) == roleParameter)
      parameters.push_back(i);
  return parameters;
}

static void setFrozen(func::FuncOp function, unsigned argument, bool frozen) {
  if (frozen)
    function.setArgAttr(argument, frozenAttrName,
                        UnitAttr::get(function.getContext()));
  else
    function.removeArgAttr(argument, frozenAttrName);
}

LogicalResult mlir::pc::chooseParameters(func::FuncOp function,
                                         const ParameterChoice &choice) {
  if (!choice.isGiven())
    return success();
  if (!choice.learn.empty()) {
    llvm::SmallVector<unsigned> all = getWantedArguments(function, Wanted::All);
    FailureOr<llvm::BitVector> learned = findMatches(
        function, all, "learn", choice.learn, "a float input or parameter");
    if (failed(learned))
      return failure();
    for (unsigned i : learned->set_bits())
      function.setArgAttr(
          i, roleAttrName,
          StringAttr::get(function.getContext(), roleParameter));
    for (unsigned i : findParameters(function))
      setFrozen(function, i, !learned->test(i));
  }
  FailureOr<llvm::BitVector> frozen =
      findMatches(function, findParameters(function), "freeze", choice.freeze,
                  "a parameter");
  if (failed(frozen))
    return failure();
  for (unsigned i : frozen->set_bits())
    setFrozen(function, i, true);
  if (getWantedArguments(function, Wanted::Parameters).empty())
    return function.emitError("expected a parameter that is left to learn, "
                              "found that all are frozen");
  return success();
}

namespace {
struct ChooseParameters : pc::impl::ChooseParametersBase<ChooseParameters> {
  using ChooseParametersBase::ChooseParametersBase;

  void runOnOperation() override {
    auto target = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!target) {
      getOperation().emitError("expected a function @") << function;
      return signalPassFailure();
    }
    if (failed(chooseParameters(target, {learn, freeze})))
      signalPassFailure();
  }
};
} // namespace
