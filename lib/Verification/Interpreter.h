// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a function of the relaxation level over terms.

#ifndef PC_LIB_VERIFICATION_INTERPRETER_H
#define PC_LIB_VERIFICATION_INTERPRETER_H

#include "Terms.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::pc {

class Interpreter {
public:
  Interpreter(FunctionOpInterface function, GraphOp graph, TermPool &pool);

  /// Fails, with `reason` set, when there is something that it cannot follow.
  LogicalResult run();

  const Term &getTerm(Value value) { return *values[value]; }
  llvm::StringRef getReason() const { return reason; }

  /// Of all relaxations together.
  int64_t getIterations() const { return iterations; }
  /// The step of all updates, if they take one and there is one relaxation.
  std::optional<double> getStep() const;
  /// Activities move: this is no fixed prediction.
  bool hasMovingActivities() const { return movesActivities; }

private:
  using Shared = std::shared_ptr<const Term>;

  void visit(Operation *op);
  bool isDone(Operation *op);
  void visitPredict(PredictOp op);
  void visitVJP(VJPOp op);
  void visitUpdate(UpdateOp op);
  void visitError(ErrorOp op);
  void visitAdvance(AdvanceOp op);
  void visitRelax(RelaxOp op);
  bool visitFinalIteration(RelaxOp op);
  void visitConstant(Operation *op, Attribute value);
  void visitOpaque(Operation *op);

  Term sum(OperandRange terms);
  void set(Value value, Term term);
  void copy(Value from, Value to);
  std::vector<unsigned> internAll(ValueRange operands);
  bool isFeedForward(VertexOpInterface vertex, ValueRange operands,
                     std::vector<unsigned> &point);
  unsigned getFeedForward(Value graphValue);

  FunctionOpInterface function;
  TermPool &pool;
  VertexTable table;
  llvm::DenseMap<Value, Shared> values; // never iterated
  /// What each operation was last run on; its results still stand.
  llvm::DenseMap<Operation *, llvm::SmallVector<Shared>> inputs;
  llvm::DenseMap<Value, unsigned> feedForward; // never iterated
  std::string reason;
  int64_t iterations = 0, relaxations = 0;
  size_t work = 0; // coefficients written
  std::optional<double> step;
  bool hasSeveralSteps = false, movesActivities = false;
};

} // namespace mlir::pc

#endif // PC_LIB_VERIFICATION_INTERPRETER_H
