// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Compile.h"
#include "mlir/Parser/Parser.h"
#include "pc/Dialect/Dataflow/Transforms/Report.h"
#include "pc/Pipelines/CompileEntries.h"
#include "pc/Pipelines/ImportData.h"
#include "pc/Pipelines/Model.h"
#include "pc/Pipelines/Values.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Support/Names.h"
#include "pc/Target/SystemVerilog/Emit.h"
#include "pc/Target/Vulkan/Compile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

Error CompileRequest::setKinds(ArrayRef<std::string> words) {
  if (words.empty())
    kinds = {EmitKind::Object, EmitKind::Header};
  for (StringRef word : words) {
    std::optional<EmitKind> kind = parseEmitKind(word);
    if (!kind)
      return createStringError("--emit: expected object, header, library, llvm "
                               "or mlir, found '" +
                               word + "'");
    kinds.push_back(*kind);
  }
  return Error::success();
}

Error CompileRequest::setFrom(StringRef word) {
  std::optional<Phase> phase = parsePhase(word);
  if (phase != Phase::Import && phase != Phase::Tensor)
    return createStringError(
        "--compile-from: expected import or tensor, found '" + word + "'");
  from = *phase;
  return Error::success();
}

Error CompileRequest::validate(bool namesKinds) const {
  if (machine.target == Target::Vulkan) {
    if (namesKinds || printsStats || !prefix.empty())
      return createStringError("--emit, --prefix, --stats: expected "
                               "--target=cpu; with --target=vulkan plans are "
                               "written");
    if (!machine.vulkan.device.empty())
      return createStringError("--device: expected none; plans are for all "
                               "devices");
  }
  if (machine.target == Target::Dataflow) {
    if (namesKinds || !prefix.empty())
      return createStringError("--emit, --prefix: expected "
                               "--target=cpu; with --target=dataflow the "
                               "files of a circuit are written");
    if (from == Phase::Tensor)
      return createStringError("--compile-from: expected import with "
                               "--target=dataflow, which branches off before "
                               "the tensor level");
    if (compile.forwardOnly)
      return createStringError("--target=dataflow: expected --grad or "
                               "--optimizer: a circuit learns");
  }
  if (machine.target != Target::Dataflow && !json.empty())
    return createStringError("--json: expected --target=dataflow, whose report "
                             "it is");
  return mlir::pc::validate(compile, machine.target);
}

/// The module at the tensor level, or nothing and a status.
static OwningOpRef<ModuleOp> lower(const CompileRequest &request,
                                   MLIRContext *context, Reporter &reporter,
                                   ExitStatus &status) {
  status = ExitStatus::Failure;
  if (request.from == Phase::Tensor)
    return parseSourceFile<ModuleOp>(request.model, context);
  ONNXImportOptions import = getImportOptions(request.compile, request.dims);
  if (!request.dataFolder.empty()) {
    Expected<std::shared_ptr<DataFiles>> files =
        importForFolder(request.model, request.dataFolder, request.compile,
                        request.machine.cpu, import);
    if (!files) {
      status = reporter.fail(files.takeError());
      return nullptr;
    }
  }
  std::optional<ForwardModel> model = loadModel(
      request.model, context, import, request.compile.parameters, status);
  if (!model)
    return nullptr;
  CompileOptions options = request.compile;
  options.circuit = request.machine.circuit;
  Phase to = request.machine.target == Target::Dataflow ? Phase::Dataflow
                                                        : Phase::Tensor;
  status = toExitStatus(runPhases(*model->module, Phase::Import, to, options));
  if (status != ExitStatus::Success)
    return nullptr;
  return std::move(model->module);
}

static SmallVector<std::string> getEntries(const CompileRequest &request,
                                           ModuleOp module) {
  SmallVector<std::string> entries;
  if (request.from == Phase::Tensor) {
    for (auto function : module.getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal())
        entries.push_back(function.getName().str());
    return entries;
  }
  const CompileOptions &options = request.compile;
  entries.push_back(modelName.str());
  if (options.forwardOnly)
    return entries;
  entries.push_back(
      (modelName + (options.isAutodiff() ? autodiffSuffix : gradientSuffix))
          .str());
  if (options.learn)
    entries.push_back((modelName + stepSuffix).str());
  return entries;
}

/// The values that arguments of the entries start with.
static Error collectInitialValues(ModuleOp module, EmitRequest &emit) {
  for (const std::string &entry : emit.entries) {
    auto function = module.lookupSymbol<func::FuncOp>(entry);
    for (unsigned i = 0, e = function ? function.getNumArguments() : 0; i != e;
         ++i) {
      auto value = function.getArgAttrOfType<ElementsAttr>(i, valueAttrName);
      if (!value)
        continue;
      std::optional<Tensor> tensor = toTensor(value);
      if (!tensor)
        return createStringError("the initial value of argument " + Twine(i) +
                                 " of '" + entry + "' cannot be stored");
      emit.initialValues.push_back({entry, i, std::move(*tensor)});
    }
  }
  return Error::success();
}

/// Where each kind of file goes; makes the folder.
static Error placeFiles(const CompileRequest &request, StringRef stem,
                        EmitRequest &emit) {
  ArrayRef<EmitKind> kinds = request.kinds;
  if (kinds.size() == 1 &&
      sys::path::extension(request.out) == getFileExtension(kinds.front())) {
    emit.files.push_back({kinds.front(), request.out});
    return Error::success();
  }
  if (std::error_code code = sys::fs::create_directories(request.out))
    return createFileError(request.out, code);
  for (EmitKind kind : kinds) {
    SmallString<128> path(request.out);
    sys::path::append(path, stem + getFileExtension(kind));
    emit.files.push_back({kind, path.str().str()});
  }
  return Error::success();
}

/// A plan for each entry: `<stem>_<entry>.pcvk`, each one whole or not at all.
static Error writePlans(ModuleOp module, ArrayRef<std::string> entries,
                        const CompileRequest &request, StringRef stem) {
  StringRef folder = request.out;
  VulkanOptions options;
  options.timing = request.compile.timing;
  options.without = request.compile.without;
  options.profile = request.machine.vulkan.profile;
  SmallVector<StringRef> names(entries.begin(), entries.end());
  FailureOr<std::vector<Plan>> plans = compilePlans(module, names, options);
  if (failed(plans))
    return createStringError("the functions cannot be compiled");
  if (std::error_code code = sys::fs::create_directories(folder))
    return createFileError(folder, code);
  for (const Plan &plan : *plans) {
    SmallString<128> path(folder);
    sys::path::append(path, stem + "_" + plan.name + ".pcvk");
    std::vector<uint8_t> bytes = encodePlan(plan);
    if (Error error = writeFileAtomically(path, [&](raw_pwrite_stream &os) {
          os << toStringRef(bytes);
          return Error::success();
        }))
      return error;
  }
  return Error::success();
}

/// The files of the circuit of a module at the phase `dataflow`.
static Error writeHardware(ModuleOp module, StringRef folder) {
  auto graphs = module.getOps<pcflow::GraphOp>();
  pcflow::CircuitOptions options;
  options.folder = folder.str();
  FailureOr<pcflow::CircuitFiles> files =
      pcflow::emitSystemVerilog(*graphs.begin(), options);
  if (failed(files))
    return createStringError("the circuit has no hardware");
  return pcflow::writeCircuit(*files, folder);
}

/// The report of the circuit, as text and as JSON.
static Error report(ModuleOp module, const CompileRequest &request,
                    raw_ostream &os) {
  auto print = [&](pcflow::ReportForm form, raw_ostream &to) -> Error {
    if (failed(pcflow::printReport(module, form, to)))
      return createStringError("the circuit has no report");
    return Error::success();
  };
  if (!request.json.empty())
    if (Error error =
            writeFileAtomically(request.json, [&](raw_pwrite_stream &file) {
              return print(pcflow::ReportForm::JSON, file);
            }))
      return error;
  return request.printsStats ? print(pcflow::ReportForm::Text, os)
                             : Error::success();
}

static void print(raw_ostream &os, ArrayRef<EntryMemory> memory) {
  constexpr int width = 13;
  size_t name = 8;
  for (const EntryMemory &entry : memory)
    name = std::max(name, entry.entry.size());
  auto row = [&](StringRef first, ArrayRef<std::string> cells) {
    os << left_justify(first, name);
    for (const std::string &cell : cells)
      os << right_justify(cell, width);
    os << '\n';
  };
  os << "bytes of a call\n";
  row("function", {"arguments", "results", "arena", "peak"});
  for (const EntryMemory &entry : memory)
    row(entry.entry,
        {std::to_string(entry.arguments), std::to_string(entry.results),
         std::to_string(entry.arena), std::to_string(entry.getPeak())});
}

ExitStatus mlir::pc::compile(const CompileRequest &request,
                             MLIRContext *context, Reporter &reporter,
                             raw_ostream &os) {
  ExitStatus status;
  OwningOpRef<ModuleOp> module = lower(request, context, reporter, status);
  if (!module)
    return status;
  if (request.machine.target == Target::Dataflow) {
    if (Error error = writeHardware(*module, request.out))
      return reporter.fail(std::move(error));
    if (Error error = report(*module, request, os))
      return reporter.fail(std::move(error));
    return ExitStatus::Success;
  }
  StringRef stem = sys::path::stem(request.model);
  EmitRequest emit;
  emit.prefix = request.prefix.empty() ? stem.str() : request.prefix;
  emit.cpu = request.machine.cpu;
  emit.cpu.timing = request.compile.timing;
  emit.cpu.without = request.compile.without;
  emit.entries = getEntries(request, *module);
  if (emit.entries.empty())
    return reporter.fail(request.model +
                         ": expected a public function with a body");
  if (request.machine.target == Target::Vulkan) {
    if (Error error = writePlans(*module, emit.entries, request, stem))
      return reporter.fail(std::move(error));
    return ExitStatus::Success;
  }
  if (Error error = collectInitialValues(*module, emit))
    return reporter.fail(std::move(error));
  if (Error error = placeFiles(request, stem, emit))
    return reporter.fail(std::move(error));
  Expected<std::vector<EntryMemory>> memory = emitFiles(*module, emit);
  if (!memory)
    return reporter.fail(memory.takeError());
  if (request.printsStats)
    print(os, *memory);
  return ExitStatus::Success;
}
