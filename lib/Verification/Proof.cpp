// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Verification/Proof.h"
#include "Interpreter.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pc;

llvm::StringRef pc::stringifyEquivalence(Equivalence equivalence) {
  switch (equivalence) {
  case Equivalence::Proved:
    return "proved";
  case Equivalence::Bounded:
    return "bounded";
  case Equivalence::Measured:
    return "measured";
  }
  llvm_unreachable("unknown verdict");
}

//===----------------------------------------------------------------------===//
// The closed form
//===----------------------------------------------------------------------===//

/// c_k after `iterations` updates, by its recurrence. Written apart from the
/// interpreter, which it is compared with.
static double getClosedForm(unsigned length, int64_t iterations, double step) {
  std::vector<double> arrived(length + 1, 0.0);
  arrived[0] = 1.0;
  for (int64_t t = 0; t != iterations; ++t) {
    bool isStill = true;
    for (unsigned k = length; k != 0; --k) {
      double next = (1.0 - step) * arrived[k] + step * arrived[k - 1];
      isStill &= next == arrived[k];
      arrived[k] = next;
    }
    if (isStill)
      break;
  }
  return arrived[length];
}

static std::string print(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.4g", value);
  return text;
}

namespace {

/// Holds the terms of one gradient against those of reverse mode.
class Comparison {
public:
  Comparison(TermPool &pool, Interpreter &run, ParameterVerdict &verdict)
      : pool(pool), run(run), verdict(verdict) {}

  void decide(Term got, Term want);

private:
  bool hasOthers(const Term &got, const Term &want);
  bool checkCoefficient(unsigned atom, Weight weight);
  void measure(std::string reason) {
    verdict.status = Equivalence::Measured;
    verdict.reason = std::move(reason);
  }

  TermPool &pool;
  Interpreter &run;
  ParameterVerdict &verdict;
};

} // namespace

/// True, with the reason set, when something is in `got` that `want` has not.
bool Comparison::hasOthers(const Term &got, const Term &want) {
  for (const auto &[atom, weight] : got)
    if (!want.count(atom)) {
      measure("it holds " + pool.describe(atom));
      return true;
    }
  return false;
}

/// A part of a path is what fixed prediction says it is; without one step for
/// all, it is at least a part.
bool Comparison::checkCoefficient(unsigned atom, Weight weight) {
  std::optional<double> step = run.getStep();
  if (run.hasMovingActivities()) {
    measure(pool.describe(atom) + " counts " + print(weight.present) +
            " times, and activities move");
    return false;
  }
  if (!step) {
    if (weight.present >= 0.0 && weight.present <= 1.0)
      return true;
    measure(pool.describe(atom) + " counts " + print(weight.present) +
            " times");
    return false;
  }
  unsigned length = std::max(0, pool.getLength(atom) - 1);
  double expected = getClosedForm(length, run.getIterations(), *step);
  if (weight.isNear({expected, 1.0 - expected}))
    return true;
  measure(pool.describe(atom) + " counts " + print(weight.present) +
          " times, but " + std::to_string(run.getIterations()) +
          " iterations at step " + print(*step) + " make it " +
          print(expected));
  return false;
}

/// True when all that is known of two coefficients is equal, be they as near to
/// 1 as they may.
static bool isSame(Weight a, Weight b) {
  double scale = std::max(std::abs(a.missing), std::abs(b.missing));
  return a.isNear(b) && std::abs(a.missing - b.missing) <= 1e-6 * scale;
}

void Comparison::decide(Term got, Term want) {
  bool isShort = llvm::all_of(
      got, [&](const auto &entry) { return want.count(entry.first); });
  if (!isShort) { // parts of an N have met different fates: path by path
    std::optional<Term> gotPaths = pool.expand(got), wantPaths;
    if (gotPaths)
      wantPaths = pool.expand(want);
    if (!wantPaths)
      return measure("it has too many paths to compare one by one");
    got = *gotPaths;
    want = *wantPaths;
  }
  if (hasOthers(got, want))
    return;
  auto lookUp = [&](unsigned atom) {
    auto entry = got.find(atom);
    return entry == got.end() ? Weight{0.0, 1.0} : entry->second;
  };
  bool isProved = true;
  verdict.isExact = true;
  for (const auto &entry : want) {
    Weight weight = lookUp(entry.first);
    isProved &= weight.missing == 0.0;
    verdict.isExact &= isSame(weight, lookUp(want.begin()->first));
    verdict.bound = std::max(verdict.bound, std::abs(weight.missing));
  }
  verdict.status = isProved ? Equivalence::Proved : Equivalence::Bounded;
  if (isProved)
    return;
  for (const auto &entry : want) {
    Weight weight = lookUp(entry.first);
    if (weight.missing != 0.0 && !checkCoefficient(entry.first, weight))
      return;
  }
}

//===----------------------------------------------------------------------===//
// The report
//===----------------------------------------------------------------------===//

/// The argument of the graph that a gradient is of.
static BlockArgument findArgument(GraphOp graph, llvm::StringRef name) {
  for (BlockArgument argument : graph.getBody().getArguments())
    if (getArgName(graph, argument.getArgNumber()) == name)
      return argument;
  return {};
}

/// The missing part of the error of each activity that relaxes by
/// fixed-prediction updates.
static void boundVertices(FunctionOpInterface function, TermPool &pool,
                          Interpreter &run, EquivalenceReport &report) {
  if (!run.getStep())
    return;
  VertexTable table(function->getParentOfType<ModuleOp>());
  llvm::DenseMap<Operation *, unsigned> seen;
  for (auto relax : function.getFunctionBody().getOps<RelaxOp>())
    for (auto [index, final] : llvm::enumerate(relax.getFinal())) {
      VertexOpInterface owner = table.lookup(relax.getOwner(index));
      unsigned result = seen[owner]++;
      while (result < owner->getNumResults() &&
             pool.getLengths(owner->getResult(result)).none())
        result = seen[owner]++;
      if (result >= owner->getNumResults())
        continue;
      const llvm::BitVector &lengths =
          pool.getLengths(owner->getResult(result));
      std::string name = "@" + owner.getSymName().str();
      if (owner->getNumResults() > 1)
        name += "#" + std::to_string(result);
      VertexBound bound{name, unsigned(lengths.find_first()),
                        unsigned(lengths.find_last()), 0};
      const Term &got = run.getTerm(final);
      for (const auto &entry : pool.getReverse(owner->getResult(result))) {
        auto part = got.find(entry.first);
        double missing = part == got.end() ? 1.0 : part->second.missing;
        bound.missing = std::max(bound.missing, std::abs(missing));
      }
      report.vertices.push_back(bound);
    }
}

EquivalenceReport pc::proveEquivalence(FunctionOpInterface function,
                                       GraphOp graph) {
  EquivalenceReport report;
  TermPool pool(graph);
  Interpreter run(function, graph, pool);
  LogicalResult followed = run.run();
  report.iterations = run.getIterations();
  report.step = run.getStep();
  Operation *terminator = function.getFunctionBody().front().getTerminator();
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i) {
    if (getResultRole(function, i) != roleGradient)
      continue;
    ParameterVerdict &verdict = report.parameters.emplace_back();
    verdict.name = getResultName(function, i);
    verdict.result = i;
    BlockArgument argument = findArgument(graph, verdict.name);
    if (failed(followed))
      verdict.reason = run.getReason().str();
    else if (!argument)
      verdict.reason = "the graph has no argument of this name";
    else
      Comparison(pool, run, verdict)
          .decide(run.getTerm(terminator->getOperand(i)),
                  pool.getReverse(argument));
  }
  if (succeeded(followed))
    boundVertices(function, pool, run, report);
  return report;
}

Equivalence EquivalenceReport::getStatus() const {
  Equivalence weakest = Equivalence::Proved;
  for (const ParameterVerdict &verdict : parameters)
    weakest = std::max(weakest, verdict.status);
  return weakest;
}

void EquivalenceReport::print(llvm::raw_ostream &os,
                              llvm::StringRef function) const {
  os << "equivalence of @" << function << " with reverse mode, start clamped, "
     << iterations << (iterations == 1 ? " iteration" : " iterations");
  if (step)
    os << " at step " << ::print(*step);
  os << ":\n";
  for (const ParameterVerdict &verdict : parameters) {
    os << "  '" << verdict.name
       << "': " << stringifyEquivalence(verdict.status);
    if (verdict.status == Equivalence::Bounded)
      os << (verdict.isExact ? ", relative error " : ", of its path norms ")
         << ::print(verdict.bound);
    if (!verdict.reason.empty())
      os << ", " << verdict.reason;
    os << '\n';
  }
  for (const VertexBound &bound : vertices) {
    os << "  " << bound.name << ": " << ::print(bound.missing)
       << " missing over paths of " << bound.shortest;
    if (bound.longest != bound.shortest)
      os << " to " << bound.longest;
    os << (bound.longest == 1 ? " edge\n" : " edges\n");
  }
}
