// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which operations of an objective become one vertex.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_CLUSTERS_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_CLUSTERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "pc/Dialect/PC/Transforms/Granularity.h"
#include "llvm/ADT/SetVector.h"
#include <optional>
#include <string>

namespace mlir::pc {

/// The body of a vertex, in order. Operations that several vertices need but
/// that are not worth one (constants, views) stand in each of them.
struct Cluster {
  std::string name;
  llvm::SmallVector<Operation *> ops;
  /// What others read of it.
  llvm::SmallVector<Value> liveOuts;
};

struct ClusterPlan {
  llvm::SmallVector<Cluster> vertices; // in topological order
  /// The loss with its own body; without, the loss is an activity as it stands.
  std::optional<Cluster> loss;
};

/// The operands of `op` and of the operations in its regions that come from
/// outside it, each once.
llvm::SetVector<Value> getOutsideOperands(Operation *op);

/// Groups the operations that the results of `objective` need. `cuts` are names
/// of model nodes; with Granularity::Block a vertex ends after each of them.
/// Reports what stands in the way.
FailureOr<ClusterPlan> planClusters(func::FuncOp objective, unsigned lossResult,
                                    Granularity granularity,
                                    ArrayRef<std::string> cuts);

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_CLUSTERS_H
