// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loss of a learning circuit, which the host computes from what the circuit
// predicts.

#ifndef PC_LIB_PIPELINES_CIRCUITLOSS_H
#define PC_LIB_PIPELINES_CIRCUITLOSS_H

#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Pipelines/Invocation.h"

namespace mlir::pc {

class CircuitLoss {
public:
  /// Compiles the loss of a graph. Reports one that reads what the circuit does
  /// not give out.
  static std::unique_ptr<CircuitLoss> create(GraphOp graph,
                                             const CPUOptions &options);

  /// Fills in the loss among the results of a call, where there is one, from
  /// its outputs and arguments.
  llvm::Error run(const Signature &signature, ArrayRef<Tensor *> arguments,
                  MutableArrayRef<Tensor> results);

private:
  /// An output of the model or an argument, by number.
  struct Source {
    bool isOutput;
    unsigned number;
  };
  static FailureOr<Source> findSource(GraphOp graph, Value value);

  std::vector<Source> sources;
  std::unique_ptr<Executable> executable;
  std::unique_ptr<Invocation> call;
};

} // namespace mlir::pc

#endif // PC_LIB_PIPELINES_CIRCUITLOSS_H
