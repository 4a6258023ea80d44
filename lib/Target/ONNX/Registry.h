// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which operators are known, and who handles them. docs/AddingAnOperator.md
// says how to add one.

#ifndef PC_LIB_TARGET_ONNX_REGISTRY_H
#define PC_LIB_TARGET_ONNX_REGISTRY_H

#include "NodeContext.h"
#include "pc/Target/ONNX/OperatorList.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include <map>

namespace mlir::pc {

/// The newest operator set whose text was read for the handlers. Newer ones
/// are refused: an operator may mean something else there.
inline constexpr int64_t newestOpset = 28;
inline constexpr int64_t newestPreviewOpset = 1;
inline constexpr int64_t newestMLOpset = 5;

/// Emits the operations of a node and sets its outputs.
using Lowering = LogicalResult (*)(NodeContext &context);
/// Computes outputs from known operands; returns false when it cannot. Called
/// only when all present operands are known, except for `foldsTypes`.
using Folding = bool (*)(NodeContext &context);

/// What an operator does with operands that are strings, which handlers see as
/// integers that are equal where the strings are.
enum class StringUse {
  None,    ///< they are refused
  Moves,   ///< the results consist of them: those in `copied` may be strings
  Reads,   ///< any operand may be strings; the results are numbers
  Handles, ///< any operand may be; the handler passes on what it is given
};

struct OperatorHandler {
  Lowering lower = nullptr;
  Folding fold = nullptr;
  /// The result depends on the types of the operands only (Shape, Size).
  bool foldsTypes = false;
  /// Operands that hold weights: constants there are learned.
  llvm::SmallVector<unsigned, 4> weights;
  /// Operands that hold statistics: parameters, but not learned.
  llvm::SmallVector<unsigned, 2> statistics;
  /// Operands that hold bounds, exponents and the like: not learned.
  llvm::SmallVector<unsigned, 2> bounds;
  /// The output is the first operand in another shape or order, so what the
  /// output is used for is what the operand is used for.
  bool isView = false;
  bool takesSequences = false;
  /// Operands whose elements the results consist of, whatever these are.
  llvm::SmallVector<unsigned, 2> copied;
  bool copiesAll = false;
  StringUse strings = StringUse::None;

  bool copies(unsigned position) const {
    return copiesAll || llvm::is_contained(copied, position);
  }
  bool takesStrings(unsigned position) const {
    return strings == StringUse::Moves ? copies(position)
                                       : strings != StringUse::None;
  }

  OperatorHandler &withFold(Folding function) {
    fold = function;
    return *this;
  }
  OperatorHandler &withTypeFold(Folding function) {
    foldsTypes = true;
    return withFold(function);
  }
  OperatorHandler &withWeights(llvm::ArrayRef<unsigned> positions) {
    weights.assign(positions.begin(), positions.end());
    return *this;
  }
  OperatorHandler &withStatistics(llvm::ArrayRef<unsigned> positions) {
    statistics.assign(positions.begin(), positions.end());
    return *this;
  }
  OperatorHandler &withBounds(llvm::ArrayRef<unsigned> positions) {
    bounds.assign(positions.begin(), positions.end());
    return *this;
  }
  /// Every element of the result is one of these operands, or the same constant
  /// for all types: what holds for integers holds for the floats in their
  /// place.
  OperatorHandler &withCopied(llvm::ArrayRef<unsigned> positions) {
    copied.assign(positions.begin(), positions.end());
    return *this;
  }
  OperatorHandler &withAllCopied() {
    copiesAll = true;
    return *this;
  }
  /// Operands may be sequences; all other handlers never see one.
  OperatorHandler &withSequences() {
    takesSequences = true;
    return *this;
  }
  OperatorHandler &withStrings(StringUse use) {
    strings = use;
    return *this;
  }
  OperatorHandler &asView() {
    isView = true;
    return *this;
  }
};

class OperatorRegistry {
public:
  /// All operators that pc knows.
  static const OperatorRegistry &get();

  /// Adds the handler of an operator from version `since` up to the next one
  /// that is added, or the newest of its domain. Operators of another domain
  /// than the default one have it in their name, as in `ai.onnx.ml.Binarizer`.
  OperatorHandler &add(llvm::StringRef name, int64_t since, Lowering lower);
  /// The handler for a node, or null and the reason why there is none.
  const OperatorHandler *lookup(llvm::StringRef domain, llvm::StringRef name,
                                int64_t version, std::string &reason) const;

  std::vector<ONNXOperator> list() const;

private:
  llvm::StringMap<std::map<int64_t, OperatorHandler>> handlers;
};

// One function for each family, in the file of that name.
void registerActivations(OperatorRegistry &registry);
void registerAttention(OperatorRegistry &registry);
void registerBits(OperatorRegistry &registry);
void registerBranches(OperatorRegistry &registry);
void registerCasts(OperatorRegistry &registry);
void registerConvolutions(OperatorRegistry &registry);
void registerCumulatives(OperatorRegistry &registry);
void registerDataDependentSizes(OperatorRegistry &registry);
void registerDeterminants(OperatorRegistry &registry);
void registerEinsums(OperatorRegistry &registry);
void registerElementwise(OperatorRegistry &registry);
void registerFeatures(OperatorRegistry &registry);
void registerGridSamples(OperatorRegistry &registry);
void registerGathers(OperatorRegistry &registry);
void registerIndexing(OperatorRegistry &registry);
void registerIndexingND(OperatorRegistry &registry);
void registerLabels(OperatorRegistry &registry);
void registerLinear(OperatorRegistry &registry);
void registerLoops(OperatorRegistry &registry);
void registerLinearModels(OperatorRegistry &registry);
void registerLosses(OperatorRegistry &registry);
void registerNGrams(OperatorRegistry &registry);
void registerNormalizations(OperatorRegistry &registry);
void registerOptionals(OperatorRegistry &registry);
void registerPools(OperatorRegistry &registry);
void registerQuantization(OperatorRegistry &registry);
void registerQuantizedProducts(OperatorRegistry &registry);
void registerRecurrent(OperatorRegistry &registry);
void registerReductions(OperatorRegistry &registry);
void registerRegions(OperatorRegistry &registry);
void registerResizes(OperatorRegistry &registry);
void registerRotaryEmbeddings(OperatorRegistry &registry);
void registerScans(OperatorRegistry &registry);
void registerSelections(OperatorRegistry &registry);
void registerSequenceMaps(OperatorRegistry &registry);
void registerSequences(OperatorRegistry &registry);
void registerShapeOperators(OperatorRegistry &registry);
void registerSlices(OperatorRegistry &registry);
void registerSources(OperatorRegistry &registry);
void registerSpectra(OperatorRegistry &registry);
void registerStatefulLayers(OperatorRegistry &registry);
void registerStrings(OperatorRegistry &registry);
void registerSupportVectors(OperatorRegistry &registry);
void registerTraining(OperatorRegistry &registry);
void registerTreeModels(OperatorRegistry &registry);
void registerTrees(OperatorRegistry &registry);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_REGISTRY_H
