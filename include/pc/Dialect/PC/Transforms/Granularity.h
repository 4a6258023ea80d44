// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_PC_TRANSFORMS_GRANULARITY_H
#define PC_DIALECT_PC_TRANSFORMS_GRANULARITY_H

namespace mlir::pc {

/// How much of a model is one vertex.
enum class Granularity {
  Op,    // every operation
  Node,  // every node of the model; views join what reads them
  Block, // everything between two cut points
};

} // namespace mlir::pc

#endif // PC_DIALECT_PC_TRANSFORMS_GRANULARITY_H
