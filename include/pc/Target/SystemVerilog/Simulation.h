// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hardware of a circuit, simulated cycle by cycle by Verilator.

#ifndef PC_TARGET_SYSTEMVERILOG_SIMULATION_H
#define PC_TARGET_SYSTEMVERILOG_SIMULATION_H

#include "pc/Dialect/Dataflow/Reference/Reference.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace mlir::pcflow {

class Simulation {
public:
  /// Builds the simulation of a wired, quantised graph whose queues have
  /// depths. What was built is kept in the folder `cache` (empty: nowhere) by
  /// what it was made from, and found there again.
  static llvm::Expected<std::unique_ptr<Simulation>> create(GraphOp graph,
                                                            StringRef cache);
  ~Simulation();
  Simulation(const Simulation &) = delete;
  Simulation &operator=(const Simulation &) = delete;

  /// Through the bus of the host: words row by row, as the unit reads them.
  llvm::Error setWeights(StringRef name, ArrayRef<int64_t> words);
  /// As `Reference::run`, but for the sums of gradients, which stay inside.
  llvm::Expected<BatchRecord> run(const std::vector<Sample> &samples,
                                  bool learns);
  /// Of the last run, without those in which the host read weights.
  int64_t getCycles() const;

private:
  explicit Simulation(GraphOp graph);
  llvm::Error load(const std::string &path);
  struct Library;

  struct Stream {
    std::string name;
    int64_t size; // words of a sample, or of a round
  };
  int64_t rounds;
  std::vector<int64_t> inputs; // words of a sample
  std::vector<Stream> outputs, errors, weights;
  std::unique_ptr<Library> library;
};

} // namespace mlir::pcflow

#endif // PC_TARGET_SYSTEMVERILOG_SIMULATION_H
