// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pc-verify does: how the gradient of predictive coding compares with
// reverse mode, with finite differences and with forward mode.

#ifndef PC_PIPELINES_VERIFY_H
#define PC_PIPELINES_VERIFY_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Pipelines/MachineOptions.h"
#include "pc/Runtime/Compare.h"
#include <map>
#include <vector>

namespace mlir::pc {

struct VerifyRequest {
  std::string model;
  std::string dataFolder; // empty: drawn from the seed
  std::map<std::string, int64_t> dims;
  uint64_t seed = 0;
  bool hasLoss = false; // compile.loss was asked for
  bool twin = false;    // also run the dynamic twin of the locality check
  CompileOptions compile;
  MachineOptions machine;
};

/// `proved`: equal to reverse mode for all values, up to rounding. `bounded`:
/// off by at most the bound. `measured`: nothing is known but the numbers.
enum class Verdict { Proved, Bounded, Measured };
llvm::StringRef getName(Verdict verdict);

/// Extrapolated differences of a smooth loss are good to about 1e-9; a flipped
/// sign or a lost term is an error near 1. Where their uncertainty is larger
/// than this (a kink is near), they are no witness.
inline constexpr double differencesTolerance = 1e-6;

/// Where derivatives are a rule and not those of the values: predictive coding
/// and reverse mode are compared under that rule, and finite differences are no
/// witness of it.
struct StraightThrough {
  std::vector<std::string> nodes;     // of the model, each once
  std::vector<std::string> arguments; // whose gradients pass them
};

/// How far a circuit is from exact arithmetic, element by element.
struct CircuitError {
  double largestError = 0, largestBound = 0;
  double medianRatio = 0; // of bound and error
  int64_t outside = 0, total = 0;
};

/// What was found about the gradient of one argument.
struct GradientReport {
  std::string name, role, shape;
  Verdict verdict = Verdict::Measured;
  /// If bounded: of the relative error, or, where paths have several lengths,
  /// of the error relative to the sum of the norms of the paths.
  double bound = 0;
  bool isRelative = true;
  std::string reason; // if measured: why no more is known
  Difference wide;    // f64 against reverse mode in f64
  Difference narrow;  // f32 against reverse mode in f64
  /// With --target=dataflow, which computes `narrow`.
  std::optional<CircuitError> circuit;
  /// Of reverse mode against finite differences and forward mode, in f64,
  /// relative to the size that such a number has.
  double differences = 0, differencesUncertainty = 0, forwardMode = 0;
  /// Some direction crosses no kink. Those that do count only if all do.
  bool differencesTell = false;
  /// It passes a straight-through estimator, so that there are no differences.
  bool isStraightThrough = false;
  /// Of predictive coding in f64 against finite differences: derivatives in the
  /// direction of every element, or in some random directions.
  Difference relaxedAgainstDifferences;
  /// Zero but for round-off, because its terms cancel (a shift in front of a
  /// softmax): its errors are relative to the largest gradient of the model.
  bool vanishes = false;
  /// What does not hold, or nothing.
  std::vector<std::string> failures;
};

/// The part of a vertex's error that is missing at the end, under fixed
/// prediction; lengths of its paths to the output in edges.
struct VertexReport {
  std::string name;
  unsigned shortest, longest;
  double missing;
};

struct LocalitySummary {
  bool isLocal = false;
  std::vector<std::string> violations; // "L2: @o reads the new error of @h"
  std::vector<std::string> notes;      // L5 to L8, reported and never failed
  int64_t iterations = 0;              // at most
  bool endsGlobally = false;           // a test of all states ends them
  /// All of the above is said of the relaxation. These passes have made what
  /// was executed non-local in time.
  std::vector<std::string> nonLocalPasses;
};

struct ModelReport {
  std::string model, loss, data;
  CompileOptions options;
  LocalitySummary locality;
  StraightThrough straightThrough;
  std::vector<VertexReport> vertices;
  std::string twin;    // what it found, if it ran
  std::string circuit; // what it did, with --target=dataflow
  std::vector<GradientReport> gradients;
  std::vector<std::string> failures; // of the model as a whole

  bool holds() const;
};

/// Verifies one model. None if it could not be compiled or run: then the
/// reason was reported and `status` says what kind it was.
std::optional<ModelReport> verify(const VerifyRequest &request,
                                  MLIRContext *context, Reporter &reporter,
                                  ExitStatus &status);

/// A table for people, one line for scripts, and the same as JSON.
void printTable(const ModelReport &report, llvm::raw_ostream &os);
void printLine(const ModelReport &report, llvm::raw_ostream &os);
llvm::Error writeJSON(llvm::ArrayRef<ModelReport> reports,
                      llvm::StringRef path);

} // namespace mlir::pc

#endif // PC_PIPELINES_VERIFY_H
