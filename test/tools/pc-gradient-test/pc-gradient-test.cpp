// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Holds the gradients of many small functions against independent witnesses,
// in one process. A function marked `test.planted` has a wrong rule, which at
// least two witnesses must find, or the one of a quick test. Prints one line
// for each function.

#include "Cases.h"
#include "Witnesses.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/Passes.h"
#include "pc/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pc;
using namespace mlir::pc::test;
namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::Required,
                                  cl::desc("<file of functions>"));
static cl::opt<std::string>
    relaxation("relaxation", cl::desc("Passes that make @model_gradient of "
                                      "@model_objective, as one more witness"));
static cl::opt<std::string>
    reference("reference", cl::desc("Passes that make it in another way, to "
                                    "compare --relaxation with that alone"));
static cl::opt<bool> single("single", cl::desc("Compare with f32 too"));
static cl::opt<bool>
    quick("quick", cl::desc("Half the time for each function: without forward "
                            "mode, and the IR not verified after every pass "
                            "of the compilation"));
static cl::opt<uint64_t> seed("seed", cl::desc("Seed of the arguments"),
                              cl::init(1));
static cl::opt<std::string>
    dump("dump", cl::desc("File that receives arguments and gradients"));
static cl::list<std::string>
    without("without", cl::CommaSeparated,
            cl::desc("Passes of the compilation that are left out"));
static cl::opt<double> differencesTolerance(
    "differences-tolerance", cl::init(Tolerances().finiteDifferences),
    cl::desc("Largest relative distance from finite differences"));

/// Whether the evidence is as it should be for the case.
static bool judge(const Case &theCase, const Evidence &evidence) {
  size_t against = llvm::count_if(evidence.findings,
                                  [](const Finding &f) { return !f.holds; });
  size_t enough = quick ? 1 : 2;
  bool good = theCase.isPlanted ? against >= enough : against == 0;
  llvm::outs() << (good ? "ok   " : "FAIL ") << theCase.name;
  for (const Finding &finding : evidence.findings)
    llvm::outs() << ' ' << finding.witness << '='
                 << llvm::format("%.1e", finding.distance)
                 << (finding.holds ? "" : "!");
  llvm::outs() << (theCase.isPlanted ? " (planted)\n" : "\n");
  return good;
}

/// So many functions are compiled together: one by one, the start of a compiler
/// costs more than the function; all at once, the memory grows with the file.
static constexpr size_t batchSize = 50;

namespace {
struct Totals {
  size_t functions = 0, failures = 0;
  llvm::json::Array values;
};
} // namespace

static llvm::Error check(ArrayRef<func::FuncOp> functions,
                         const CaseOptions &options, Totals &totals) {
  FailureOr<CaseBatch> batch = buildCases(functions, options);
  if (failed(batch))
    return llvm::createStringError("the passes failed");
  std::vector<llvm::StringRef> entries(batch->entries.begin(),
                                       batch->entries.end());
  CPUOptions cpu;
  cpu.optLevel = 0; // each function runs a few thousand times at most
  cpu.verifyPasses = !quick;
  cpu.without.assign(without.begin(), without.end());
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*batch->module, entries, cpu);
  if (failed(executable))
    return llvm::createStringError("the compilation failed");
  Tolerances tolerances;
  tolerances.finiteDifferences = differencesTolerance;
  for (const Case &theCase : batch->cases) {
    llvm::Expected<Evidence> evidence =
        gatherEvidence(**executable, theCase, seed, options, tolerances);
    if (!evidence)
      return llvm::createFileError(theCase.name, evidence.takeError());
    ++totals.functions;
    totals.failures += !judge(theCase, *evidence);
    totals.values.push_back(std::move(evidence->values));
  }
  return llvm::Error::success();
}

static llvm::Error writeDump(llvm::json::Array values) {
  std::error_code code;
  llvm::raw_fd_ostream stream(dump, code);
  if (code)
    return llvm::createFileError(dump, code);
  stream << llvm::json::Value(std::move(values)) << '\n';
  return llvm::Error::success();
}

static llvm::Expected<size_t> checkAll(ModuleOp module) {
  llvm::SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  CaseOptions options{relaxation, reference, single, !quick};
  Totals totals;
  for (size_t i = 0; i < functions.size(); i += batchSize) {
    size_t count = std::min(batchSize, functions.size() - i);
    if (llvm::Error error =
            check(ArrayRef(functions).slice(i, count), options, totals))
      return std::move(error);
  }
  if (!dump.empty())
    if (llvm::Error error = writeDump(std::move(totals.values)))
      return std::move(error);
  llvm::outs() << totals.functions << " functions, " << totals.failures
               << " failures\n";
  return totals.failures;
}

static int run(MLIRContext &context) {
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(input, &context);
  if (!module)
    return 1;
  llvm::Expected<size_t> failures = checkAll(*module);
  if (failures)
    return *failures != 0;
  llvm::outs().flush();
  llvm::errs() << "error: " << llvm::toString(failures.takeError()) << '\n';
  return 1;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "tests of derivatives\n");
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerTransformsPasses();
  pc::registerAllDialects(registry);
  pc::registerAllExtensions(registry);
  pc::registerAllPasses();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.allowUnregisteredDialects(); // the attributes of tests
  return run(context);
}
