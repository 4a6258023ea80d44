// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows values through a function of the relaxation level, from the states
// that an iteration starts with to those that it ends with.

#ifndef PC_LIB_ANALYSIS_LOCALITYTRACE_H
#define PC_LIB_ANALYSIS_LOCALITYTRACE_H

#include "MarkovBlanket.h"
#include "pc/Analysis/Locality.h"

namespace mlir::pc {

/// What is known of one value.
struct Trace {
  Origins homes;             // whose value it is; several: it joins them
  Origins reads;             // whose old states of this iteration it is made of
  Operation *join = nullptr; // the operation that joined the homes
  bool arrived = false;      // holds messages of this iteration
  bool updated = false;      // is the new value of its home
  bool predicted = false;    // holds a prediction made in this iteration
  bool monitored = false;    // holds a monitor or the value of the loss
  bool derived = false;      // holds a VJP
  bool reported = false;     // made of what a violation was reported for

  bool isOf(Origin origin) const {
    return homes.empty() || (homes.size() == 1 && homes[0] == origin);
  }
  bool isJoined() const { return homes.size() > 1; }
  /// A new value: what no other vertex may read before the next iteration.
  bool isNew() const { return arrived || updated; }
  void add(const Trace &other);
};

class LocalityTracer {
public:
  LocalityTracer(FunctionOpInterface function, LocalityReport &report);
  void run();

private:
  void visit(Operation *op);
  void visitVJP(VJPOp op);
  void visitPredict(PredictOp op);
  void visitUpdate(UpdateOp op);
  void visitActivity(ActivityOp op);
  void visitError(ErrorOp op);
  void visitAdvance(AdvanceOp op);
  void visitLearn(LearnOp op);
  void visitRelax(RelaxOp op);
  void visitOther(Operation *op);

  void enterParameters();
  bool checkStructure();
  void enter(RelaxOp op);
  void checkYield(RelaxOp op, const MarkovBlanket &blanket);
  void checkReads(const Trace &trace, Origin origin, Operation *op,
                  const MarkovBlanket &blanket);
  void checkPoint(Operation *op, VertexOpInterface reader, OperandRange parents,
                  OperandRange parameters);
  void checkParent(Operation *op, VertexOpInterface reader, Value parent,
                   Origin origin);
  void checkError(VJPOp op, VertexOpInterface vertex, Value error);
  void checkOwn(Operation *op, Origin origin, Value value,
                llvm::StringRef what);
  void checkMessages(Operation *op, Origin origin, OperandRange messages);
  bool checkJoined(const Trace &trace, Origin origin, Operation *op);
  void checkGradients();

  Origin getStateOrigin(RelaxOp op, unsigned state);
  /// True when `value` is made from data of the function, not of constants.
  bool readsArguments(Value value);
  Trace joinOperands(Operation *op);
  void violate(unsigned rule, Operation *op, Origin reader, std::string edge);

  FunctionOpInterface function;
  LocalityReport &report;
  VertexTable table;
  llvm::DenseMap<Value, Trace> traces; // never iterated
  llvm::SmallVector<Origin> stateOrigins;
  RelaxOp relax;           // the one that is visited, if any
  bool recomputed = false; // it makes predictions from current activities
  Origins relaxed;         // every vertex with a state anywhere
  bool violated = false;   // by the operation that is visited
};

} // namespace mlir::pc

#endif // PC_LIB_ANALYSIS_LOCALITYTRACE_H
