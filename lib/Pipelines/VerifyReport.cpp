// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Verify.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

using Row = std::vector<std::string>;

static std::string formatError(double error) {
  return error == 0 ? "0" : formatv("{0:e1}", error).str();
}

static std::string formatULP(uint64_t ulp) {
  return ulp < 1000000 ? std::to_string(ulp) : "> 1e6";
}

/// What is there only where finite differences are a witness.
static std::string orNone(const GradientReport &gradient, std::string text) {
  return gradient.isStraightThrough ? "-" : text;
}

/// "~": in some directions values could not tell, because a kink is near.
static std::string formatDifferences(const GradientReport &gradient) {
  bool isBlind = gradient.differencesUncertainty > differencesTolerance;
  return (isBlind ? "~" : "") +
         formatError(gradient.relaxedAgainstDifferences.relativeL2);
}

static std::string formatVerdict(const GradientReport &gradient) {
  std::string text = getName(gradient.verdict).str();
  if (gradient.verdict == Verdict::Bounded)
    text += " " + formatError(gradient.bound) +
            (gradient.isRelative ? "" : " of path norms");
  text += gradient.isStraightThrough ? ", straight-through" : "";
  text += gradient.vanishes ? ", vanishes" : "";
  return text + (gradient.failures.empty() ? "" : " FAILS");
}

static Row makeRow(const GradientReport &gradient) {
  return {
      gradient.name,
      gradient.shape,
      formatError(gradient.wide.relativeL2),
      formatError(gradient.wide.maxAbs),
      formatv("{0:F6}", gradient.wide.cosine).str(),
      formatULP(gradient.wide.maxULP),
      formatError(gradient.narrow.relativeL2),
      formatULP(gradient.narrow.maxULP),
      orNone(gradient, formatDifferences(gradient)),
      orNone(gradient, formatError(gradient.relaxedAgainstDifferences.maxAbs)),
      orNone(gradient,
             formatv("{0:F6}", gradient.relaxedAgainstDifferences.cosine)),
      formatError(gradient.forwardMode),
      formatVerdict(gradient)};
}

static void print(ArrayRef<Row> rows, raw_ostream &os) {
  for (const Row &row : rows) {
    for (size_t column = 0; column != row.size(); ++column) {
      size_t width = 0;
      for (const Row &other : rows)
        width = std::max(width, other[column].size());
      bool isText = column < 2 || column + 1 == row.size();
      std::string pad(width - row[column].size(), ' ');
      if (column + 1 == row.size())
        os << row[column];
      else
        os << (isText ? row[column] + pad : pad + row[column]) << "  ";
    }
    os << "\n";
  }
}

static std::string describeSchedule(const CompileOptions &options) {
  std::string text = options.schedule;
  if (options.step)
    text += ", step " + formatNumber(*options.step);
  if (options.iterations && !options.stopsEarly())
    text += formatv(", {0} iterations", *options.iterations);
  if (options.stopsEarly())
    text += ", stopped at " + formatNumber(*options.tolerance);
  else if (options.tolerance)
    text += ", tolerance " + formatNumber(*options.tolerance);
  if (options.beta)
    text += ", beta " + formatNumber(*options.beta);
  if (options.folds)
    text += ", folded";
  return text + ", vertices by " + options.granularity;
}

static size_t count(const ModelReport &report, Verdict verdict) {
  return llvm::count_if(report.gradients, [&](const GradientReport &gradient) {
    return gradient.verdict == verdict;
  });
}

/// "4 proved, 2 measured".
static std::string summarize(const ModelReport &report) {
  std::string text;
  for (Verdict verdict : {Verdict::Proved, Verdict::Bounded, Verdict::Measured})
    if (size_t number = count(report, verdict))
      text += (text.empty() ? "" : ", ") + std::to_string(number) + " " +
              getName(verdict).str();
  return text;
}

/// "local; notes: 2 of L6, 1 of L7", or the rules that are broken.
static std::string describe(const LocalitySummary &locality) {
  std::string text = !locality.isLocal ? "not local"
                     : locality.endsGlobally
                         ? "local but for a global signal that ends the "
                           "relaxation (L1 to L4 hold)"
                         : "local (L1 to L5 hold)";
  for (const std::string &violation : locality.violations)
    text += "\n            " + violation;
  text += (locality.endsGlobally ? "; at most " : "; ") +
          std::to_string(locality.iterations) +
          (locality.iterations == 1 ? " iteration" : " iterations");
  for (const char *rule : {"L5", "L6", "L7", "L8"})
    if (size_t number = llvm::count_if(locality.notes, [&](StringRef note) {
          return note.starts_with(rule);
        }))
      text +=
          formatv(", {0} note{1} of {2}", number, number == 1 ? "" : "s", rule);
  return text;
}

/// What is said of the relaxation does not hold for the code that ran.
static std::string describeExecuted(const LocalitySummary &locality) {
  return "not local in time, by " + llvm::join(locality.nonLocalPasses, ", ");
}

static size_t countStraightThrough(const ModelReport &report) {
  return llvm::count_if(report.gradients,
                        [](const auto &g) { return g.isStraightThrough; });
}

/// "straight-through at `q1`, `q2` and 3 more", and what that means.
static std::string describeRounding(const ModelReport &report) {
  constexpr size_t limit = 4;
  llvm::ArrayRef<std::string> nodes = report.straightThrough.nodes;
  std::string text = "straight-through at `" +
                     llvm::join(nodes.take_front(limit), "`, `") + "`";
  if (nodes.size() > limit)
    text += formatv(" and {0} more", nodes.size() - limit);
  return text +
         formatv("\n            what is said holds for the rule that rounding "
                 "has the derivative 1;\n            no finite differences "
                 "for {0} of {1} gradients, which are not those of the values",
                 countStraightThrough(report), report.gradients.size())
             .str();
}

/// E2 of every gradient; E1 is a failure of the call where it does not hold.
static void printCircuit(const ModelReport &report, raw_ostream &os) {
  if (report.circuit.empty())
    return;
  os << "\n" << report.circuit << "\n";
  std::vector<Row> rows;
  for (const GradientReport &gradient : report.gradients) {
    const CircuitError &error = *gradient.circuit;
    rows.push_back(
        {"  E2", gradient.name, "error " + formatError(error.largestError),
         "bound " + formatError(error.largestBound),
         std::isinf(error.medianRatio)
             ? "most are exact"
             : formatv("median ratio {0:F1}", error.medianRatio).str(),
         formatv("{0} of {1} outside", error.outside, error.total).str()});
  }
  print(rows, os);
}

void mlir::pc::printTable(const ModelReport &report, raw_ostream &os) {
  os << report.model << "\n"
     << "  schedule  " << describeSchedule(report.options) << "\n"
     << "  loss      " << report.loss << "\n"
     << "  data      " << report.data << "\n"
     << "  locality  " << describe(report.locality) << "\n";
  if (!report.locality.nonLocalPasses.empty())
    os << "  executed  " << describeExecuted(report.locality) << "\n";
  if (!report.straightThrough.nodes.empty())
    os << "  rounding  " << describeRounding(report) << "\n";
  if (!report.twin.empty())
    os << "  twin      " << report.twin << "\n";
  os << "\n";
  std::vector<Row> rows = {
      {"gradient of", "", "f64: L2", "max", "cosine", "ulp",
       report.circuit.empty() ? "f32: L2" : "circuit: L2", "ulp",
       "differences: L2", "max", "cosine", "forward", ""}};
  for (const GradientReport &gradient : report.gradients)
    rows.push_back(makeRow(gradient));
  print(rows, os);
  printCircuit(report, os);
  os << "\nf64, f32: predictive coding against reverse mode in f64; "
        "differences: against finite\ndifferences, in some directions; "
        "forward: reverse mode against forward mode. L2 is relative.\n";
  if (llvm::any_of(report.gradients, [](const auto &g) { return g.vanishes; }))
    os << "vanishes: zero but for round-off, and so relative to the largest "
          "gradient.\n";
  for (const GradientReport &gradient : report.gradients)
    for (const std::string &failure : gradient.failures)
      os << "FAILS: `" << gradient.name << "`: " << failure << "\n";
  for (const std::string &failure : report.failures)
    os << "FAILS: " << failure << "\n";
  os << (report.holds() ? "holds: " : "does not hold: ") << summarize(report)
     << "\n";
}

//===----------------------------------------------------------------------===//
// Line
//===----------------------------------------------------------------------===//

template <typename Get>
static double getWorst(const ModelReport &report, Get get) {
  double worst = 0;
  for (const GradientReport &gradient : report.gradients)
    worst = std::max(worst, get(gradient));
  return worst;
}

void mlir::pc::printLine(const ModelReport &report, raw_ostream &os) {
  auto worst = [&](auto get) { return formatError(getWorst(report, get)); };
  os << (report.holds() ? "PASS " : "FAIL ") << report.model << ": "
     << summarize(report) << "; "
     << (!report.locality.isLocal       ? "not local"
         : report.locality.endsGlobally ? "local but for its end"
                                        : "local")
     << (report.locality.nonLocalPasses.empty()
             ? ""
             : ", executed " + describeExecuted(report.locality))
     << "; f64 " << worst([](const auto &g) { return g.wide.relativeL2; })
     << ", f32 " << worst([](const auto &g) { return g.narrow.relativeL2; })
     << ", differences " << worst([](const auto &g) {
          return g.differencesTell ? g.differences : 0;
        })
     << ", forward " << worst([](const auto &g) { return g.forwardMode; });
  if (size_t number = countStraightThrough(report))
    os << formatv("; straight-through, no differences for {0} of {1}", number,
                  report.gradients.size());
  for (const GradientReport &gradient : report.gradients)
    for (const std::string &failure : gradient.failures)
      os << "; `" << gradient.name << "`: " << failure;
  for (const std::string &failure : report.failures)
    os << "; " << failure;
  os << "\n";
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has no infinities.
static json::Value toJSON(double number) {
  return std::isfinite(number) ? json::Value(number) : json::Value(nullptr);
}

static json::Object toJSON(const Difference &difference) {
  return json::Object{{"relative_l2", toJSON(difference.relativeL2)},
                      {"max_abs", toJSON(difference.maxAbs)},
                      {"cosine", toJSON(difference.cosine)},
                      {"ulp", json::Value(difference.maxULP)}};
}

static json::Object toJSON(const GradientReport &gradient) {
  json::Object object{{"name", gradient.name},
                      {"role", gradient.role},
                      {"shape", gradient.shape},
                      {"verdict", getName(gradient.verdict)},
                      {"f64", toJSON(gradient.wide)},
                      {"f32", toJSON(gradient.narrow)},
                      {"straight_through", gradient.isStraightThrough},
                      {"forward_mode", toJSON(gradient.forwardMode)},
                      {"vanishes", gradient.vanishes},
                      {"failures", json::Array(gradient.failures)}};
  if (!gradient.isStraightThrough) {
    object["finite_differences"] = toJSON(gradient.relaxedAgainstDifferences);
    object["reverse_mode_against_finite_differences"] =
        toJSON(gradient.differences);
    object["finite_differences_uncertainty"] =
        toJSON(gradient.differencesUncertainty);
  }
  if (gradient.verdict == Verdict::Bounded) {
    object["bound"] = toJSON(gradient.bound);
    object["bound_relative_to"] =
        gradient.isRelative ? "gradient" : "path norms";
  }
  if (!gradient.reason.empty())
    object["reason"] = gradient.reason;
  if (const auto &error = gradient.circuit)
    object["circuit"] =
        json::Object{{"error", toJSON(error->largestError)},
                     {"bound", toJSON(error->largestBound)},
                     {"median_ratio", toJSON(error->medianRatio)},
                     {"outside", error->outside},
                     {"elements", error->total}};
  return object;
}

static json::Object toJSON(const LocalitySummary &locality) {
  return json::Object{
      {"local", locality.isLocal},
      {"violations", json::Array(locality.violations)},
      {"notes", json::Array(locality.notes)},
      {"iterations", locality.iterations},
      {"ends_globally", locality.endsGlobally},
      {"executed_non_local_by", json::Array(locality.nonLocalPasses)}};
}

static json::Object toJSON(const VertexReport &vertex) {
  return json::Object{{"name", vertex.name},
                      {"shortest_path", int64_t(vertex.shortest)},
                      {"longest_path", int64_t(vertex.longest)},
                      {"missing", toJSON(vertex.missing)}};
}

static json::Object toJSON(const ModelReport &report) {
  json::Array vertices;
  for (const VertexReport &vertex : report.vertices)
    vertices.push_back(toJSON(vertex));
  json::Array gradients;
  for (const GradientReport &gradient : report.gradients)
    gradients.push_back(toJSON(gradient));
  return json::Object{
      {"model", report.model},
      {"schedule", report.options.schedule},
      {"granularity", report.options.granularity},
      {"loss", report.loss},
      {"data", report.data},
      {"locality", toJSON(report.locality)},
      {"straight_through_at", json::Array(report.straightThrough.nodes)},
      {"vertices", std::move(vertices)},
      {"locality_twin", report.twin},
      {"circuit", report.circuit},
      {"holds", report.holds()},
      {"failures", json::Array(report.failures)},
      {"gradients", std::move(gradients)}};
}

Error mlir::pc::writeJSON(ArrayRef<ModelReport> reports, StringRef path) {
  json::Array models;
  for (const ModelReport &report : reports)
    models.push_back(toJSON(report));
  json::Value root = json::Object{{"models", std::move(models)}};
  return writeFileAtomically(path, [&](raw_pwrite_stream &os) {
    os << formatv("{0:2}\n", root);
    return Error::success();
  });
}
