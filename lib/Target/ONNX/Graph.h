// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the nodes of a graph, and whether it is a graph at all.

#ifndef PC_LIB_TARGET_ONNX_GRAPH_H
#define PC_LIB_TARGET_ONNX_GRAPH_H

#include "Proto.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::pc {

/// Subgraphs may nest this deep.
inline constexpr unsigned maxGraphDepth = 64;

/// The display name of a node: its own, else operator type and index.
std::string getNodeLabel(const onnx::NodeProto &node, int index);

/// Names that `node` reads: its inputs, and what its subgraphs capture. Fails
/// when the subgraphs nest deeper than `maxGraphDepth`.
LogicalResult collectReads(const onnx::NodeProto &node,
                           llvm::SetVector<llvm::StringRef> &reads,
                           unsigned depth = 0);

using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

/// A topological order of `nodes` that keeps the order of the file where it
/// can. `defined` are the names that the nodes may read from the beginning;
/// `isOuter` says whether an enclosing graph has a name. Duplicated and
/// undefined names and cycles are errors at `loc`.
FailureOr<llvm::SmallVector<int>>
sortNodes(const NodeList &nodes, const llvm::StringSet<> &defined,
          llvm::function_ref<bool(llvm::StringRef)> isOuter, Location loc);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_GRAPH_H
