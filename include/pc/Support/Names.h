// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names that several levels of the IR agree on. This is the contract between
// importers, passes and tools; no dialect is needed to read or write it.

#ifndef PC_SUPPORT_NAMES_H
#define PC_SUPPORT_NAMES_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace mlir::pc {

/// Argument and result attributes of a forward function.
///   pc.role : one of the role* strings below
///   pc.name : the name the model gives to the value
///   pc.value: initial value of a parameter or state (an ElementsAttr)
///   pc.frozen: unit; a parameter that is not learned (statistics, bounds)
///   pc.range: of integer data, [least, most] (i64), both included, and further
///   single values that are allowed; others mean nothing to the model
///   pc.updates: on a result, the number of the argument it is the next value
///   of
inline constexpr llvm::StringLiteral roleAttrName = "pc.role";
inline constexpr llvm::StringLiteral nameAttrName = "pc.name";
inline constexpr llvm::StringLiteral valueAttrName = "pc.value";
inline constexpr llvm::StringLiteral frozenAttrName = "pc.frozen";
inline constexpr llvm::StringLiteral rangeAttrName = "pc.range";
inline constexpr llvm::StringLiteral updatesAttrName = "pc.updates";

/// Attributes of a function whose model has inputs or outputs that are no
/// tensors: a sequence is as many arguments as it has elements, an optional one
/// or none.
///   pc.inputs : one dictionary for each input of the model, in order, with its
///   name, its kind (tensor, sequence, optional, optional_sequence), its size
///   (how many arguments it is), and `absent` where an optional has nothing.
///   The arguments without pc.value are counted, those behind the last entry
///   (cotangents) are each on their own
///   pc.outputs: the same for the outputs of the model and the first results
///   `strings` marks a value that is made of strings: an input that was known
///   when the model was imported and is no argument; an output whose elements
///   are numbers (i64) of strings
///   pc.strings: these strings, an array
inline constexpr llvm::StringLiteral inputsAttrName = "pc.inputs";
inline constexpr llvm::StringLiteral outputsAttrName = "pc.outputs";
inline constexpr llvm::StringLiteral stringsAttrName = "pc.strings";

/// Roles of arguments.
inline constexpr llvm::StringLiteral roleInput = "input"; // data of a batch
inline constexpr llvm::StringLiteral roleParameter = "parameter"; // learned
inline constexpr llvm::StringLiteral roleTarget =
    "target"; // read by the loss alone
inline constexpr llvm::StringLiteral roleState = "state"; // of an optimiser
/// Also of a result: the tangent of an argument or of the loss.
inline constexpr llvm::StringLiteral roleTangent = "tangent";
/// Roles of results; a result with pc.updates has the role of its argument.
inline constexpr llvm::StringLiteral roleOutput = "output";
inline constexpr llvm::StringLiteral roleLoss = "loss"; // rank-0 scalar
inline constexpr llvm::StringLiteral roleGradient =
    "gradient"; // pc.name: of what

/// Functions made from the forward function `@f`.
inline constexpr llvm::StringLiteral objectiveSuffix =
    "_objective";                                            // outputs and loss
inline constexpr llvm::StringLiteral graphSuffix = "_graph"; // the pc.graph
inline constexpr llvm::StringLiteral gradientSuffix =
    "_gradient"; // by predictive coding
inline constexpr llvm::StringLiteral autodiffSuffix =
    "_autodiff";                                         // by reverse mode
inline constexpr llvm::StringLiteral jvpSuffix = "_jvp"; // by forward mode
inline constexpr llvm::StringLiteral stepSuffix =
    "_step"; // gradient and parameter update

/// Falsifier hook, a discardable unit attribute of an operation: its VJP rule
/// is called as if it had a sign error (see buildVJPOf). Tests set it to show
/// that a wrong rule is caught.
inline constexpr llvm::StringLiteral plantedFaultAttrName = "pc.planted_fault";

/// On a function, an array of strings: the passes after which it no longer does
/// what its relaxation did, vertex by vertex (see addNonLocalPass).
inline constexpr llvm::StringLiteral nonLocalAttrName = "pc.non_local";

/// A discardable unit attribute of an elementwise operation on floats: a
/// straight-through estimator (Bengio, Leonard and Courville 2013). Its
/// derivative is taken to be that of its last operand, whatever it computes
/// (see buildVJPOf and buildJVPOf).
inline constexpr llvm::StringLiteral straightThroughAttrName =
    "pc.straight_through";

/// The operator of the model (a string) that quantises by this conversion from
/// a float: derivatives end here, because a quantised number has none.
inline constexpr llvm::StringLiteral quantizesAttrName = "pc.quantizes";

/// On scf.for, k (i64): reverse mode keeps what the loop carries at every k-th
/// iteration only, and runs those between again.
inline constexpr llvm::StringLiteral checkpointAttrName = "pc.checkpoint";

/// The name of the model node `loc` came from: the outermost NameLoc, looking
/// through fused and call-site locations (the first that has one). Operations
/// with the same node name belong to the same node.
std::optional<llvm::StringRef> getNodeName(Location loc);

/// Marks `loc` as computing a derivative of the node it names; `getNodeName`
/// still finds the node.
Location getDerivativeLoc(Location loc);

/// True when `loc` was made by `getDerivativeLoc`.
bool isDerivativeLoc(Location loc);

} // namespace mlir::pc

#endif // PC_SUPPORT_NAMES_H
