// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all schedules have in common when a graph is expanded: feed-forward
// predictions, messages, local gradients.

#ifndef PC_LIB_DIALECT_PC_TRANSFORMS_EXPANSION_H
#define PC_LIB_DIALECT_PC_TRANSFORMS_EXPANSION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "pc/Analysis/ErrorPaths.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pc {

/// Options of pc-expand-inference beyond the schedule.
struct ExpandOptions {
  Wanted wanted = Wanted::Parameters;
  bool debias = false;
  bool exposeStates = false;
  bool allowUnstable = false;
  bool allowUnlevelled = false;
};

/// Values of the function being written, by the value of the graph that they
/// stand for: activities, errors, or the current value of an argument.
using ValueMap = llvm::DenseMap<Value, Value>;
/// Terms that are still to be added up, in order.
using TermMap = llvm::MapVector<Value, llvm::SmallVector<Value>>;

class Expansion {
public:
  Expansion(GraphOp graph, ScheduleAttr schedule, const ExpandOptions &options);

  /// Writes the function; null after a diagnostic.
  func::FuncOp expand(StringRef name);

  GraphOp graph;
  ScheduleAttr schedule;
  ExpandOptions options;
  /// Activities between what is learned and the loss.
  ErrorPaths paths;
  OpBuilder builder;
  Location loc;

  //===--- Pieces of the function
  //------------------------------------------===//

  /// Arguments and feed-forward predictions, the latter frozen.
  ValueMap feedForward;

  /// `mu` of a vertex at `activities`, one value for each result.
  ValueRange predict(VertexOpInterface vertex, const ValueMap &activities);

  /// `J^T d` of `vertex` at `activities` for those of its operands that `wants`
  /// accepts, added to `terms`; `errors` has what the results carry, the loss
  /// carries `seed`. Does nothing when no result carries an error.
  void addVJP(VertexOpInterface vertex, const ValueMap &activities,
              const ValueMap &errors, function_ref<bool(Value)> wants,
              TermMap &terms);

  /// Messages to the activities that carry an error, from one vertex or all.
  void addMessages(VertexOpInterface vertex, const ValueMap &activities,
                   const ValueMap &errors, TermMap &terms);

  /// Local gradients of the wanted arguments, from one vertex.
  void addGradients(VertexOpInterface vertex, const ValueMap &activities,
                    const ValueMap &errors, TermMap &gradients);

  /// Vertices in order, then the loss.
  ArrayRef<VertexOpInterface> getAll() const { return all; }
  LossOp getLoss() { return graph.getLoss(); }
  bool isWanted(Value argument) const { return wanted.contains(argument); }

  /// eta_i = step * (the vertex's own step).
  double getStep(OpResult activity) const;
  double getPrecision(OpResult activity) const;
  SymbolRefAttr getRef(OpResult activity) const;
  /// "@h", or "@h#1" where a vertex has several results.
  std::string describe(OpResult activity) const;

  /// Stands behind the name of every exposed state, where a schedule relaxes
  /// more than once.
  std::string stateMark;

  /// A zero; or with `expose-states`, an argument of the function. `start` is
  /// what the state starts from otherwise.
  Value getInitialState(OpResult activity, Value start);
  Value getZero(Type type);

  /// Adds an argument of the function that stands for an initial state, and
  /// remembers the state at the end as a result.
  void exposeFinalState(OpResult activity, Value state);

  /// One repetition of `iterations` of `body`, which gets old states and
  /// returns new ones; states are named by `owners`. With a tolerance, at most
  /// so many.
  llvm::SmallVector<Value>
  relax(int64_t iterations, ArrayRef<Attribute> owners, ValueRange init,
        function_ref<llvm::SmallVector<Value>(ValueRange)> body,
        double tolerance = 0.0);

private:
  void createFunction(StringRef name);
  void finish(const TermMap &gradients);
  Value sum(ArrayRef<Value> terms, Type type);

  func::FuncOp function;
  llvm::SmallVector<VertexOpInterface> all;
  llvm::DenseSet<Value> wanted; // arguments of the graph
  Value seed;                   // dL/dL
  llvm::SmallVector<std::pair<std::string, Value>> finalStates;
};

/// The schedules. Each checks its preconditions, writes its loop and adds the
/// gradients of the wanted arguments; fails after a diagnostic.
LogicalResult expandFixed(Expansion &expansion, TermMap &gradients);
LogicalResult expandStrict(Expansion &expansion, TermMap &gradients);
LogicalResult expandZIL(Expansion &expansion, TermMap &gradients);
LogicalResult expandSweep(Expansion &expansion, TermMap &gradients);

} // namespace mlir::pc

#endif // PC_LIB_DIALECT_PC_TRANSFORMS_EXPANSION_H
