// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects, headers, libraries and their IR.

#include "pc/Target/CPU/Emit.h"
#include "CHeader.h"
#include "Compiler.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace mlir;
using namespace mlir::pc;

std::optional<EmitKind> mlir::pc::parseEmitKind(StringRef word) {
  return llvm::StringSwitch<std::optional<EmitKind>>(word)
      .Case("object", EmitKind::Object)
      .Case("header", EmitKind::Header)
      .Case("library", EmitKind::Library)
      .Case("llvm", EmitKind::LLVM)
      .Case("mlir", EmitKind::MLIR)
      .Default(std::nullopt);
}

StringRef mlir::pc::getFileExtension(EmitKind kind) {
  switch (kind) {
  case EmitKind::Object:
    return ".o";
  case EmitKind::Header:
    return ".h";
  case EmitKind::Library:
    return ".so";
  case EmitKind::LLVM:
    return ".ll";
  case EmitKind::MLIR:
    return ".mlir";
  }
  return "";
}

/// Adds `<name>_init`, which copies the initial values to its pointers.
static void addInit(CompiledModule &compiled, StringRef name,
                    ArrayRef<const InitialValue *> values) {
  llvm::LLVMContext &context = *compiled.context;
  llvm::Module &module = *compiled.module;
  SmallVector<llvm::Type *> types(values.size(),
                                  llvm::PointerType::getUnqual(context));
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), types, false),
      llvm::GlobalValue::ExternalLinkage, name + "_init", module);
  llvm::IRBuilder<> builder(
      llvm::BasicBlock::Create(context, "entry", function));
  for (auto [i, value] : llvm::enumerate(values)) {
    uint64_t bytes = value->value.getByteSize();
    auto *data = llvm::ConstantDataArray::getRaw(
        StringRef(static_cast<const char *>(value->value.data()), bytes), bytes,
        llvm::Type::getInt8Ty(context));
    auto *global = new llvm::GlobalVariable(
        module, data->getType(), /*isConstant=*/true,
        llvm::GlobalValue::InternalLinkage, data, name + "_value");
    global->setAlignment(llvm::Align(64));
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    builder.CreateMemCpy(function->getArg(i), llvm::Align(1), global,
                         llvm::Align(64), bytes);
  }
  builder.CreateRetVoid();
}

static llvm::Error writeObject(llvm::Module &module,
                               llvm::TargetMachine &machine,
                               const CPUOptions &options, StringRef path) {
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    return writeObject(module, machine, options, os);
  });
}

/// Runs the first C compiler on PATH to link `object` into `library`.
static llvm::Error link(StringRef object, StringRef library, bool hasThreads) {
  llvm::ErrorOr<std::string> compiler = std::errc::no_such_file_or_directory;
  for (StringRef name : {"cc", "clang", "gcc", "clang-22"})
    if ((compiler = llvm::sys::findProgramByName(name)))
      break;
  if (!compiler)
    return llvm::createStringError(
        "expected a C compiler (cc, clang or gcc) on PATH to link the shared "
        "library '" +
        library + "'");
  std::string message, threads = ("-l:" + threadsLibrary).str();
  SmallVector<StringRef> command{*compiler, "-shared", "-o",
                                 library,   object,    "-lm"};
  if (hasThreads)
    command.push_back(threads);
  int status = llvm::sys::ExecuteAndWait(*compiler, command, std::nullopt, {},
                                         0, 0, &message);
  if (status == 0)
    return llvm::Error::success();
  return llvm::createStringError("'" + *compiler + "' failed to link '" +
                                 library + "' with status " + Twine(status) +
                                 (message.empty() ? "" : ": " + message));
}

/// Links beside the final place and renames, so that a failure leaves the old
/// library alone.
static llvm::Error writeLibrary(llvm::Module &module,
                                llvm::TargetMachine &machine,
                                const CPUOptions &options, StringRef path) {
  std::string object = (path + ".tmp.o").str();
  std::string library = (path + ".tmp").str();
  llvm::scope_exit cleanUp([&] {
    llvm::sys::fs::remove(object);
    llvm::sys::fs::remove(library);
  });
  if (llvm::Error error = writeObject(module, machine, options, object))
    return error;
  if (llvm::Error error = link(object, library, options.threads > 1))
    return error;
  if (std::error_code error = llvm::sys::fs::rename(library, path))
    return llvm::createFileError(path, error);
  return llvm::Error::success();
}

static llvm::Error
writeText(StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> text) {
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    text(os);
    return llvm::Error::success();
  });
}

static llvm::Error diagnosed() {
  return llvm::createStringError("the functions cannot be compiled");
}

static llvm::Error writeMLIR(ModuleOp module, ArrayRef<StringRef> entries,
                             StringRef prefix, const CPUOptions &options,
                             llvm::TargetMachine &machine, StringRef path) {
  std::vector<CompiledEntry> compiled;
  FailureOr<OwningOpRef<ModuleOp>> copy =
      extractEntries(module, entries, prefix, compiled);
  if (failed(copy) ||
      failed(lowerToLLVMDialect(**copy, prefix, getVectorTarget(machine),
                                options, compiled)))
    return diagnosed();
  return writeText(path, [&](llvm::raw_ostream &os) { (*copy)->print(os); });
}

static llvm::Error writeFile(const EmitFile &file, CompiledModule &compiled,
                             llvm::TargetMachine &machine, StringRef prefix,
                             const EmitRequest &request) {
  switch (file.kind) {
  case EmitKind::Object:
  case EmitKind::Library: {
    // The code generator changes the module that it reads.
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*compiled.module);
    return file.kind == EmitKind::Object
               ? writeObject(*copy, machine, request.cpu, file.path)
               : writeLibrary(*copy, machine, request.cpu, file.path);
  }
  case EmitKind::Header:
    return writeText(file.path, [&](llvm::raw_ostream &os) {
      writeCHeader(os, prefix, compiled.entries, request.initialValues,
                   request.cpu.threads);
    });
  case EmitKind::LLVM:
    return writeText(file.path, [&](llvm::raw_ostream &os) {
      compiled.module->print(os, nullptr);
    });
  case EmitKind::MLIR:
    break;
  }
  return llvm::Error::success();
}

static int64_t getBytes(const PortInfo &port) {
  return getByteWidth(port.kind) * llvm::product_of(port.shape);
}

static EntryMemory getMemory(const CompiledEntry &entry) {
  EntryMemory memory;
  memory.entry = entry.name;
  memory.arena = entry.arenaBytes;
  for (const PortInfo &port : entry.signature.arguments)
    memory.arguments += getBytes(port);
  for (const PortInfo &port : entry.signature.results)
    if (!port.updates)
      memory.results += getBytes(port);
  return memory;
}

llvm::Expected<std::vector<EntryMemory>>
mlir::pc::emitFiles(ModuleOp module, const EmitRequest &request) {
  auto machine = createTargetMachine(request.cpu);
  if (!machine)
    return machine.takeError();
  std::string prefix = toCName(request.prefix) + "_";
  SmallVector<StringRef> entries(request.entries.begin(),
                                 request.entries.end());
  for (StringRef entry : entries)
    if (toCName(entry) != entry)
      return llvm::createStringError(
          "expected the name of a function in C, but got '" + entry + "'");
  std::vector<CompiledEntry> taken;
  FailureOr<OwningOpRef<ModuleOp>> copy =
      extractEntries(module, entries, prefix, taken);
  if (failed(copy))
    return diagnosed();
  FailureOr<CompiledModule> compiled =
      compileToLLVM(std::move(*copy), std::move(taken), prefix, request.cpu,
                    **machine, [&](CompiledModule &result) {
                      for (StringRef entry : entries) {
                        auto values =
                            getInitialValues(request.initialValues, entry);
                        if (!values.empty())
                          addInit(result, prefix + entry.str(), values);
                      }
                    });
  if (failed(compiled))
    return diagnosed();
  for (const EmitFile &file : request.files) {
    llvm::Error error =
        file.kind == EmitKind::MLIR
            ? writeMLIR(module, entries, prefix, request.cpu, **machine,
                        file.path)
            : writeFile(file, *compiled, **machine, prefix, request);
    if (error)
      return error;
  }
  std::vector<EntryMemory> memory;
  for (const CompiledEntry &entry : compiled->entries)
    memory.push_back(getMemory(entry));
  return memory;
}
