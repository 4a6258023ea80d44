// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models of other formats to MLIR and back.

#include "../Setup/Setup.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/FileUtilities.h"
#include "pc/Dialect/PC/Transforms/ChooseParameters.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Target/ONNX/Export.h"
#include "pc/Target/ONNX/Import.h"
#include "pc/Target/ONNX/OperatorList.h"
#include "pc/Target/ONNX/TensorFile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace mlir;

static cl::opt<std::string> input(cl::Positional, cl::desc("<model>"));
static cl::opt<std::string> output("o", cl::init("-"), cl::desc("output file"));
static cl::opt<bool> importFlag("import-onnx",
                                cl::desc("ONNX model to MLIR (the default)"));
static cl::opt<bool>
    exportFlag("export-onnx",
               cl::desc("copy an ONNX model with new parameter values"));
static cl::opt<bool>
    listFlag("list-onnx-operators",
             cl::desc("print the operators that can be imported, and the "
                      "operator sets at which they change"));
static cl::list<std::string> dims("dim", cl::value_desc("name=size"),
                                  cl::desc("size of a symbolic dimension"));
static cl::list<std::string>
    learn("learn", cl::CommaSeparated, cl::value_desc("NAME,..."),
          cl::desc("float inputs and parameters that are learned, and no "
                   "others: names, or regular expressions of names"));
static cl::list<std::string>
    freeze("freeze", cl::CommaSeparated, cl::value_desc("NAME,..."),
           cl::desc("parameters that are not learned, likewise"));
static cl::opt<int64_t> unroll(
    "unroll", cl::value_desc("N"), cl::init(256),
    cl::desc("loops of up to N iterations become N copies of their body"));
static cl::opt<int64_t> checkpoint(
    "checkpoint", cl::value_desc("N"),
    cl::desc("longer loops keep every N-th iteration for the gradient"));
static cl::opt<bool> straightThrough(
    "straight-through",
    cl::desc("quantised operators get the derivative of what they round"));
static cl::opt<std::string> parameters(
    "parameters", cl::value_desc("folder"),
    cl::desc("tensor files (*.pb) with the values for --export-onnx"));

static int fail(const Twine &text) {
  WithColor::error(errs(), "pc-translate") << text << "\n";
  return 1;
}

static int importModel() {
  pc::ONNXImportOptions options;
  for (StringRef dim : dims) {
    auto [name, size] = dim.split('=');
    if (size.getAsInteger(10, options.dims[name.str()]))
      return fail("expected --dim NAME=N, but got '" + dim + "'");
  }
  options.unroll = unroll;
  if (checkpoint.getNumOccurrences() > 0) {
    if (checkpoint < 1)
      return fail("--checkpoint: expected at least 1, found " +
                  Twine(checkpoint));
    options.checkpoint = checkpoint;
  }
  options.straightThrough = straightThrough;
  MLIRContext context(pc::makeToolRegistry());
  pc::ImportStatus status;
  OwningOpRef<ModuleOp> module =
      pc::importONNX(input, &context, options, status);
  if (!module)
    return status == pc::ImportStatus::Unsupported ? 2 : 1;
  auto forward = module->lookupSymbol<func::FuncOp>("model");
  pc::ParameterChoice choice{{learn.begin(), learn.end()},
                             {freeze.begin(), freeze.end()}};
  if (failed(pc::chooseParameters(forward, choice)))
    return 1;
  std::string error;
  std::unique_ptr<ToolOutputFile> file = openOutputFile(output, &error);
  if (!file)
    return fail(error);
  module->print(file->os(), OpPrintingFlags().enableDebugInfo());
  file->keep();
  return 0;
}

static int listOperators() {
  for (const pc::ONNXOperator &op : pc::listONNXOperators()) {
    outs() << op.name;
    for (int64_t since : op.since)
      outs() << " " << since;
    outs() << (op.isFolded ? " folded\n" : "\n");
  }
  return 0;
}

static int exportModel() {
  Expected<std::map<std::string, pc::Tensor>> tensors =
      pc::readTensorFolder(parameters);
  if (!tensors)
    return fail(toString(tensors.takeError()));
  std::map<std::string, const pc::Tensor *> values;
  for (const auto &[name, tensor] : *tensors)
    values[name] = &tensor;
  if (llvm::Error error = pc::exportONNX(input, output, values))
    return fail(toString(std::move(error)));
  return 0;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "models to MLIR and back\n");
  if (importFlag + exportFlag + listFlag > 1)
    return fail("expected one of --import-onnx, --export-onnx and "
                "--list-onnx-operators");
  if (listFlag)
    return listOperators();
  if (input.empty())
    return fail("expected a model, but got none");
  return exportFlag ? exportModel() : importModel();
}
