// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/SystemVerilog/Emit.h"
#include "Design.h"
#include "pc/Dialect/Dataflow/Analysis/Liveness.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pcflow;

FailureOr<WordType> pcflow::getCircuitFormat(GraphOp graph) {
  if (!graph.getWired())
    return graph.emitOpError(
        "expected a wired graph; has pcflow-materialize-forks run?");
  if (WordType format = getWordType(graph))
    return format;
  return graph.emitOpError(
      "expected a quantised circuit; has pcflow-quantize run?");
}

FailureOr<CircuitFiles>
pcflow::emitSystemVerilog(GraphOp graph, const CircuitOptions &options) {
  FailureOr<WordType> format = getCircuitFormat(graph);
  if (failed(format))
    return failure();
  Design design;
  design.graph = graph;
  design.options = options;
  design.format = *format;
  FailureOr<Network> network = buildNetwork(graph);
  if (failed(network) || failed(emitModules(design)))
    return failure();
  design.deadlock = describe(execute(*network));
  for (llvm::StringRef unit : design.units)
    design.files[unit.str() + ".sv"] = getLibraryFile(unit).str();
  std::string verilator, yosys;
  for (const auto &[name, text] : design.files) {
    verilator += options.folder + "/" + name + "\n";
    yosys += "read_verilog -sv " + options.folder + "/" + name + "\n";
  }
  design.files["files.f"] = verilator;
  design.files["read.ys"] = yosys;
  design.files["circuit.h"] = emitBench(design);
  for (llvm::StringRef name : {"circuit_bench.h", "tb.cpp", "library.cpp"})
    design.files[name.str()] =
        getLibraryFile(llvm::sys::path::stem(name)).str();
  return std::move(design.files);
}

llvm::Error pcflow::writeCircuit(const CircuitFiles &files,
                                 llvm::StringRef folder) {
  using namespace llvm;
  // What is replaced has to be a circuit, or nothing.
  SmallString<128> top(folder);
  sys::path::append(top, "top.sv");
  std::error_code none;
  bool isEmpty =
      !sys::fs::exists(folder) || (sys::fs::is_directory(folder) &&
                                   sys::fs::directory_iterator(folder, none) ==
                                       sys::fs::directory_iterator());
  if (!isEmpty && !sys::fs::exists(top))
    return createStringError(folder + " is there and holds no circuit");
  SmallString<128> aside;
  sys::fs::createUniquePath(folder + ".new-%%%%%%", aside, false);
  if (std::error_code code = sys::fs::create_directories(aside))
    return createFileError(aside, code);
  for (const auto &[name, text] : files) {
    SmallString<128> path(aside);
    sys::path::append(path, name);
    std::error_code code;
    raw_fd_ostream os(path, code);
    if (code)
      return createFileError(path, code);
    os << text;
    os.close();
    if (os.has_error())
      return createFileError(path, os.error());
  }
  if (std::error_code code = sys::fs::remove_directories(folder, false))
    return createFileError(folder, code);
  if (std::error_code code = sys::fs::rename(aside, folder))
    return createFileError(folder, code);
  return Error::success();
}
