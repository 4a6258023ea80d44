// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The units inside of one vertex.

#ifndef PC_LIB_CONVERSION_PCTODATAFLOW_VERTEXUNITS_H
#define PC_LIB_CONVERSION_PCTODATAFLOW_VERTEXUNITS_H

#include "Rearrange.h"
#include "Relaxation.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::linalg {
class LinalgOp;
}

namespace mlir::pc {

/// A product of activities and one parameter, with a bias where there is one.
struct LinearMatch {
  linalg::LinalgOp product;
  Value input, weights, bias; // values of the body; no bias: null
  bool transposed = false;    // the parameter has columns before rows
  pcflow::WindowAttr window;  // of a convolution, or null
  int64_t groups = 1;         // of its channels
};

/// What a sliding window shows of each channel of an image.
struct PoolMatch {
  Value input;
  pcflow::WindowAttr window;
  bool isMax; // the greatest, or the sum
};

/// Whether `value` is a parameter of its vertex, and whether all of it is zero.
bool isParameter(Value value);
bool isZero(Value value);

/// Ones of the type of `like`.
Value createOne(OpBuilder &builder, Value like);

/// The pooling that `root`, a value of a vertex, is.
std::optional<PoolMatch> matchPool(Value root);

/// The words of one sample: a tensor without its leading dimension where there
/// is a batch, or with a part of it where that is a multiple of the batch.
struct SampleShape {
  int64_t batch = 1;

  /// Null where the type has no such words.
  pcflow::StreamType getStream(Type type) const;
};

/// The product or convolution that `root`, a value of a vertex, is; also
/// through the addition of a bias.
std::optional<LinearMatch> matchLinear(Value root);

/// Builds the units of a vertex, in two steps: first what predicts, then, when
/// the error is there, what sends messages up and learns.
class VertexUnits {
public:
  /// `builder` stands in the body of the process. `learning` is that of
  /// the learned parameters of the vertex, by number; others are frozen. With
  /// `strict` predictions come anew in every round, so that nothing is latched.
  VertexUnits(OpBuilder &builder, VertexOpInterface vertex, SampleShape shape,
              llvm::DenseMap<int64_t, Learning> learning, bool strict)
      : builder(builder), vertex(vertex), shape(shape),
        learning(std::move(learning)), strict(strict) {}

  /// The prediction from the streams of the parents. `wanted` are the parents
  /// that get a message. Reports what has no unit.
  FailureOr<Value> buildPrediction(ValueRange parents, ArrayRef<bool> wanted);

  /// The messages to the wanted parents, in order of parents.
  FailureOr<llvm::SmallVector<Value>> buildMessages(Value error);

  /// The error that the loss sends to parent `index`, as one vector a sample
  /// or, strictly, a round.
  FailureOr<Value> buildLossError(ValueRange parents, unsigned index);

private:
  struct Node {
    Value root; // of the body
    std::optional<LinearMatch> linear;
    pcflow::LearnerOpInterface unit;    // of `linear`
    llvm::SmallVector<Operation *> ops; // of an elementwise expression
    llvm::SmallVector<Value> leaves;
    bool isWire = false; // the words of its leaf in their order
    pcflow::PoolOp pool = {};
    std::optional<RearrangeMatch> rearrange = std::nullopt;
    int64_t rows = 1; // of a sample, each multiplied by the matrix of `linear`
  };

  FailureOr<Value> lower(Value root);
  FailureOr<Value> lowerLinear(Value root, LinearMatch match);
  FailureOr<Value> createLearner(Value root, LinearMatch match, Value input,
                                 pcflow::StreamType type);
  FailureOr<Value> lowerPool(Value root, PoolMatch match);
  FailureOr<Value> lowerRearrange(Value root, RearrangeMatch match);
  FailureOr<Value> lowerParameter(BlockArgument root);
  FailureOr<Value> lowerMap(Value root);
  FailureOr<Value> lowerReshape(Value root);
  LogicalResult answerLinear(Node &node, Value error);
  void answerPool(Node &node, Value error);
  LogicalResult answerMap(Node &node, Value error);
  /// `root` as an expression of `leaves`; with `scales` times the first stream.
  FailureOr<Value> buildMap(Location loc, pcflow::StreamType type, Value root,
                            ArrayRef<Value> leaves, ValueRange streams,
                            bool scales);
  LogicalResult addWeights(Value parameter, bool transposed);
  Value getLatch(Value leaf);
  /// Of `match`, from a vector of this stream.
  /// The transpose of a matrix.
  Value turn(Location loc, Value input, int64_t rows, int64_t columns,
             bool isMessage);
  Value createRearrange(Location loc, Value input, pcflow::StreamType type,
                        ArrayRef<WordLoop> loops, bool isMessage);
  std::optional<RearrangeMatch> matchRearranged(Value value) const;
  /// Whether it is computed from parameters alone, which have no batch.
  bool isShared(Value value) const;
  /// The words of one sample of it. Null where it has none.
  pcflow::StreamType getStream(Value value) const;
  Value takeError(Value root);
  bool isLeaf(Value value) const;
  bool isWanted(Value value) const;
  LogicalResult refuse(Operation *op, const Twine &reason);

  OpBuilder &builder;
  VertexOpInterface vertex;
  SampleShape shape;
  llvm::DenseMap<int64_t, Learning> learning;
  bool strict;
  std::vector<Node> nodes;               // leaves before roots
  llvm::DenseMap<Value, Value> streams;  // predictions
  llvm::MapVector<Value, Value> latches; // the same, frozen
  llvm::DenseSet<Value> wantedValues;    // that get a message
  llvm::DenseMap<Value, llvm::SmallVector<Value>> errors;
};

} // namespace mlir::pc

#endif // PC_LIB_CONVERSION_PCTODATAFLOW_VERTEXUNITS_H
