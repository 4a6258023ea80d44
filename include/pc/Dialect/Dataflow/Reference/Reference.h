// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The meaning of a circuit: what every unit gives, to the bit, without time.
// Processes are deterministic, so neither queues nor speeds come into it.

#ifndef PC_DIALECT_DATAFLOW_REFERENCE_REFERENCE_H
#define PC_DIALECT_DATAFLOW_REFERENCE_REFERENCE_H

#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include <map>
#include <set>
#include <string>
#include <vector>

namespace mlir::pcflow {

/// Words of one sample for each argument of the graph, in order.
using Sample = std::vector<std::vector<int64_t>>;

/// What one batch did. Parameters are written row by row, as their units read
/// them.
struct BatchRecord {
  /// Errors that passed the taps: of each sample, of each round.
  std::map<std::string, std::vector<std::vector<std::vector<int64_t>>>> taps;
  /// What went to the host, of each sample.
  std::map<std::string, std::vector<std::vector<int64_t>>> outputs;
  /// Parameters after the update, and their velocities with a suffix.
  std::map<std::string, std::vector<int64_t>> weights;
  /// Sums of gradients before the update, as numbers.
  std::map<std::string, std::vector<double>> gradients;
  /// Whether a word was saturated, or as a float is not finite.
  bool saturated = false;
};

/// A quantised circuit, in exact integers or in floats with the roundings of
/// the hardware.
class Reference {
public:
  /// Fails where the graph is not quantised, and reports it.
  static FailureOr<Reference> create(GraphOp graph);

  /// Gives a parameter other words, row by row as its unit reads them.
  void setWeights(StringRef name, std::vector<int64_t> words);

  /// Learns from one batch, as many samples as the graph says; or only
  /// predicts, any number of samples without rounds (strictly, with one that
  /// learns nothing).
  BatchRecord run(const std::vector<Sample> &samples, bool learns = true);

  /// From now on zeros pass the gates of this link.
  void cut(std::string link) { cuts.insert(std::move(link)); }

  /// For each gradient of the batch, how far rounding and tables can move it
  /// from that of exact arithmetic, to first order: the sum over all places
  /// that round of what the largest error there does, each tried in floating
  /// point. To be asked before the batch is run.
  std::map<std::string, std::vector<double>>
  bound(const std::vector<Sample> &samples) const;

private:
  explicit Reference(GraphOp graph);
  template <class Arithmetic>
  BatchRecord runWords(const std::vector<Sample> &samples, bool learns,
                       Arithmetic arithmetic);
  /// The gradients of the batch with the largest error at the place
  /// `disturbed`, and how many places there are.
  template <class Arithmetic>
  std::map<std::string, std::vector<double>>
  runNumbers(const std::vector<Sample> &samples, Arithmetic arithmetic,
             int64_t disturbed, int64_t &places) const;

  GraphOp graph;
  WordType format;
  std::map<std::string, std::vector<int64_t>> weights;
  std::set<std::string> cuts; // links
};

} // namespace mlir::pcflow

#endif // PC_DIALECT_DATAFLOW_REFERENCE_REFERENCE_H
