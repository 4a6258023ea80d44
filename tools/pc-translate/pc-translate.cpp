// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models of other formats to MLIR and back.

#include "../Setup/Setup.h"
#include "pc/Pipelines/Options.h"
#include "pc/Pipelines/Translate.h"
#include "pc/Target/ONNX/OperatorList.h"
#include "pc/Target/Vulkan/Compile.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace mlir::pc;

namespace {
struct Flags {
  cl::OptionCategory category{"Files"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<model.onnx>"),
                             cl::cat(category)};
  cl::opt<std::string> output{"o", cl::init("-"), cl::value_desc("FILE"),
                              cl::desc("output file"), cl::cat(category)};
  cl::opt<bool> importFlag{"import-onnx",
                           cl::desc("ONNX model to MLIR (the default)"),
                           cl::cat(category)};
  cl::opt<bool> exportFlag{
      "export-onnx", cl::desc("copy an ONNX model with new parameter values"),
      cl::cat(category)};
  cl::opt<bool> listFlag{
      "list-onnx-operators",
      cl::desc("print the operators that can be imported, and the operator "
               "sets at which they change"),
      cl::cat(category)};
  cl::opt<bool> spirvFlag{
      "to-spirv",
      cl::desc("the shaders of the public functions of MLIR on tensors, as "
               "files *.spv in the folder -o"),
      cl::cat(category)};
  cl::opt<bool> planFlag{"to-plan",
                         cl::desc("the plans of these functions for a device "
                                  "of Vulkan, as text"),
                         cl::cat(category)};
  cl::opt<bool> devicesFlag{"list-devices",
                            cl::desc("print the numbers and names of the "
                                     "devices of Vulkan"),
                            cl::cat(category)};
  cl::opt<bool> simulateFlag{
      "simulate-circuit",
      cl::desc("what a pcflow.graph does, in exact integers, as files in the "
               "folder -o"),
      cl::cat(category)};
  cl::opt<bool> verilogFlag{
      "to-systemverilog",
      cl::desc("a pcflow.graph as SystemVerilog with a bench for Verilator, in "
               "the folder -o, which is replaced"),
      cl::cat(category)};
  cl::opt<bool> modelFlag{
      "circuit-to-cpp",
      cl::desc(
          "a pcflow.graph as a program in C++ that does the same, in exact "
          "integers"),
      cl::cat(category)};
  cl::opt<bool> circtFlag{
      "circuit-to-circt",
      cl::desc("a pcflow.graph as modules and instances of CIRCT's dialects hw "
               "and comb, over the units of --to-systemverilog"),
      cl::cat(category)};
  cl::opt<bool> stalls{"stalls",
                       cl::desc("let the bench of it withhold words at random"),
                       cl::cat(category)};
  cl::opt<int64_t> samples{"samples", cl::init(1), cl::value_desc("N"),
                           cl::desc("samples that --simulate-circuit learns"),
                           cl::cat(category)};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::desc("of its inputs"), cl::cat(category)};
  cl::opt<std::string> stimuli{
      "stimuli", cl::value_desc("DIR"),
      cl::desc("or a folder with the words of each input, <name>.txt"),
      cl::cat(category)};
  cl::opt<bool> bounds{
      "bounds",
      cl::desc("also how far rounding can move the gradients from exact ones"),
      cl::cat(category)};
  cl::list<std::string> cuts{
      "cut", cl::CommaSeparated, cl::value_desc("NAME[@SAMPLE],..."),
      cl::desc("links parent:child, or vertices, that are cut from that sample "
               "on; pcflow-gate-links makes them such"),
      cl::cat(category)};
  cl::opt<std::string> data{"data", cl::value_desc("DIR"),
                            cl::desc("folder of input_<k>.pb that sizes follow "
                                     "from; the module is for these only"),
                            cl::cat(category)};
  cl::opt<std::string> parameters{
      "parameters", cl::value_desc("DIR"),
      cl::desc("tensor files (*.pb) with the values for --export-onnx"),
      cl::cat(category)};
  ImportFlags import;
};
} // namespace

static int fail(const Twine &text) {
  WithColor::error(errs(), "pc-translate") << text << "\n";
  return 1;
}

static Error read(const Flags &flags, TranslateRequest &request) {
  request.model = flags.input;
  request.out = flags.output;
  request.dataFolder = flags.data;
  flags.import.fill(request.options);
  if (Error error = flags.import.getDims(request.dims))
    return error;
  return validate(request.options);
}

static SimulationRequest getSimulation(const Flags &flags) {
  return {flags.samples, flags.seed, flags.stimuli, flags.bounds,
          std::vector<std::string>(flags.cuts.begin(), flags.cuts.end())};
}

static int listOperators() {
  for (const ONNXOperator &op : listONNXOperators()) {
    outs() << op.name;
    for (int64_t since : op.since)
      outs() << " " << since;
    outs() << (op.isFolded ? " folded\n" : "\n");
  }
  return 0;
}

static int listDevices() {
  Expected<std::vector<std::string>> names = listVulkanDevices();
  if (!names)
    return fail(toString(names.takeError()));
  for (const auto &[number, name] : llvm::enumerate(*names))
    outs() << number << " " << name << "\n";
  return 0;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  Flags flags;
  parseFlags(argc, argv, "pc-translate: models to MLIR and back\n",
             {&flags.category, &flags.import.category});
  if (flags.importFlag + flags.exportFlag + flags.listFlag + flags.spirvFlag +
          flags.planFlag + flags.simulateFlag + flags.verilogFlag +
          flags.modelFlag + flags.circtFlag >
      1)
    return fail("expected one of --import-onnx, --export-onnx, "
                "--list-onnx-operators, --to-spirv, --to-plan, "
                "--to-systemverilog, --circuit-to-cpp, --circuit-to-circt and "
                "--simulate-circuit");
  if (flags.listFlag)
    return listOperators();
  if (flags.devicesFlag)
    return listDevices();
  if (flags.input.empty())
    return fail("expected a model, but got none");
  TranslateRequest request;
  if (Error error = read(flags, request))
    return fail(toString(std::move(error)));
  mlir::MLIRContext context(makeToolRegistry());
  ExitStatus status = ExitStatus::Success;
  Error error = flags.exportFlag  ? exportModel(request, flags.parameters)
                : flags.spirvFlag ? writeShaders(request, &context)
                : flags.planFlag  ? printPlans(request, &context)
                : flags.simulateFlag
                    ? simulateCircuit(request, getSimulation(flags), &context)
                : flags.verilogFlag
                    ? writeCircuits(request, flags.stalls, &context)
                : flags.modelFlag ? writeCircuitModel(request, &context)
                : flags.circtFlag ? writeCirct(request, &context)
                                  : importModel(request, &context, status);
  return error ? fail(toString(std::move(error))) : static_cast<int>(status);
}
