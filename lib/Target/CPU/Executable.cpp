// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Just-in-time compiled functions.

#include "pc/Target/CPU/Executable.h"
#include "ObjectCache.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/MemAlloc.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace mlir;
using namespace mlir::pc;

/// Names of model functions must not meet those of the C library.
static constexpr llvm::StringLiteral bodyPrefix = "pc_jit_body_";
static constexpr llvm::StringLiteral callPrefix = "pc_jit_call_";
static constexpr llvm::StringLiteral arenaPrefix = "pc_jit_arena_";

/// For every entry a function `void(void **)` that takes its pointers from an
/// array, so that the caller needs no signature, and the size of its arena.
static void addCallWrappers(CompiledModule &compiled) {
  llvm::LLVMContext &context = *compiled.context;
  llvm::Type *pointer = llvm::PointerType::getUnqual(context);
  auto *type =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), {pointer}, false);
  for (const CompiledEntry &entry : compiled.entries) {
    llvm::Function *body =
        compiled.module->getFunction((bodyPrefix + entry.name).str());
    body->setLinkage(llvm::GlobalValue::InternalLinkage);
    auto *wrapper =
        llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                               callPrefix + entry.name, *compiled.module);
    llvm::IRBuilder<> builder(
        llvm::BasicBlock::Create(context, "entry", wrapper));
    SmallVector<llvm::Value *> arguments;
    for (unsigned i = 0, e = body->arg_size(); i != e; ++i)
      arguments.push_back(builder.CreateLoad(
          pointer, builder.CreateConstGEP1_64(pointer, wrapper->getArg(0), i)));
    // Inlined, its arguments would no longer be known not to overlap.
    builder.CreateCall(body, arguments)->setIsNoInline();
    builder.CreateRetVoid();
    llvm::Constant *bytes = builder.getInt64(entry.arenaBytes);
    new llvm::GlobalVariable(*compiled.module, bytes->getType(),
                             /*isConstant=*/true,
                             llvm::GlobalValue::ExternalLinkage, bytes,
                             arenaPrefix + entry.name);
  }
}

namespace {
struct Arena {
  explicit Arena(size_t bytes)
      : memory(
            llvm::allocate_buffer(std::max<size_t>(bytes, 1), bufferAlignment)),
        bytes(bytes) {}
  ~Arena() {
    llvm::deallocate_buffer(memory, std::max<size_t>(bytes, 1),
                            bufferAlignment);
  }
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;
  void *memory;
  size_t bytes;
};

struct Entry {
  Signature signature;
  void (*call)(void **) = nullptr;
  size_t arenaBytes = 0;
  std::unique_ptr<Arena> arena;
  SmallVector<void *> pointers;
};

class JITExecutable : public Executable {
public:
  const Signature &getSignature(StringRef entry) const override {
    return find(entry).signature;
  }
  size_t getArenaSize(StringRef entry) const override {
    return find(entry).arenaBytes;
  }
  llvm::Error run(StringRef entry, ArrayRef<Tensor *> arguments,
                  MutableArrayRef<Tensor> results) override;
  llvm::Error load(std::unique_ptr<llvm::MemoryBuffer> object,
                   std::vector<CompiledEntry> compiled, bool hasThreads);

private:
  const Entry &find(StringRef entry) const {
    auto found = entries.find(entry);
    assert(found != entries.end() && "not an entry of this executable");
    return found->second;
  }
  std::unique_ptr<llvm::orc::LLJIT> jit;
  llvm::StringMap<Entry> entries;
};
} // namespace

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Code that is compiled here has no type in front of it, which is where the
/// sanitizer of calls looks: at the start of a page nothing can be read there.
LLVM_NO_SANITIZE("function")
static void callCompiled(void (*function)(void **), void **pointers) {
  function(pointers);
}

llvm::Error JITExecutable::run(StringRef name, ArrayRef<Tensor *> arguments,
                               MutableArrayRef<Tensor> results) {
  auto found = entries.find(name);
  if (found == entries.end())
    return llvm::createStringError("there is no compiled function '" + name +
                                   "'");
  Entry &entry = found->second;
  const Signature &signature = entry.signature;
  if (llvm::Error error = checkCall(name, signature, arguments, results))
    return error;
  if (!entry.arena)
    entry.arena = std::make_unique<Arena>(entry.arenaBytes);
  entry.pointers.clear();
  for (Tensor *argument : arguments)
    entry.pointers.push_back(argument->data());
  for (auto [port, result] : llvm::zip(signature.results, results)) {
    if (port.updates)
      continue;
    if (!result.data() || result.getKind() != port.kind ||
        result.getShape() != port.shape)
      result = Tensor(port.kind, port.shape);
    entry.pointers.push_back(result.data());
  }
  entry.pointers.push_back(entry.arena->memory);
  callCompiled(entry.call, entry.pointers.data());
  return llvm::Error::success();
}

/// Lets compiled code find the runtime that starts its threads.
static llvm::Error addThreads(llvm::orc::LLJIT &jit) {
  auto runtime = llvm::orc::DynamicLibrarySearchGenerator::Load(
      threadsLibrary.data(), jit.getDataLayout().getGlobalPrefix());
  if (!runtime)
    return llvm::createStringError(
        "expected the OpenMP runtime " + threadsLibrary +
        " for more than one thread (Debian: libomp5), but " +
        llvm::toString(runtime.takeError()));
  jit.getMainJITDylib().addGenerator(std::move(*runtime));
  return llvm::Error::success();
}

llvm::Error JITExecutable::load(std::unique_ptr<llvm::MemoryBuffer> object,
                                std::vector<CompiledEntry> compiled,
                                bool hasThreads) {
  auto created = llvm::orc::LLJITBuilder().create();
  if (!created)
    return created.takeError();
  jit = std::move(*created);
  if (hasThreads)
    if (llvm::Error error = addThreads(*jit))
      return error;
  // One that was kept has the name of its file.
  std::string name = object->getBufferIdentifier().str();
  if (llvm::Error error = jit->addObjectFile(std::move(object)))
    return llvm::createFileError(name, std::move(error));
  for (CompiledEntry &source : compiled) {
    auto call = jit->lookup((callPrefix + source.name).str());
    if (!call)
      return call.takeError();
    auto arena = jit->lookup((arenaPrefix + source.name).str());
    if (!arena)
      return arena.takeError();
    Entry &entry = entries[source.name];
    entry.signature = std::move(source.signature);
    entry.call = call->toPtr<void (*)(void **)>();
    entry.arenaBytes = *arena->toPtr<const int64_t *>();
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

Executable::~Executable() = default;

static FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
compileObject(OwningOpRef<ModuleOp> module, std::vector<CompiledEntry> entries,
              const CPUOptions &options, llvm::TargetMachine &machine) {
  Location loc = module->getLoc();
  FailureOr<CompiledModule> compiled =
      compileToLLVM(std::move(module), std::move(entries), bodyPrefix, options,
                    machine, addCallWrappers);
  if (failed(compiled))
    return failure();
  SmallVector<char, 0> code;
  llvm::raw_svector_ostream os(code);
  if (llvm::Error error = writeObject(*compiled->module, machine, options, os))
    return emitError(loc, llvm::toString(std::move(error))), failure();
  return std::unique_ptr<llvm::MemoryBuffer>(
      std::make_unique<llvm::SmallVectorMemoryBuffer>(
          std::move(code), "compiled code",
          /*RequiresNullTerminator=*/false));
}

/// The object of an earlier run, or a new one, which is kept for later runs.
/// That it cannot be kept is no reason not to run it.
static FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
findOrCompile(OwningOpRef<ModuleOp> module, std::vector<CompiledEntry> entries,
              const CPUOptions &options, llvm::TargetMachine &machine) {
  StringRef folder = options.cache;
  if (folder.empty())
    return compileObject(std::move(module), std::move(entries), options,
                         machine);
  Location loc = module->getLoc();
  auto warn = [&](llvm::Error error) {
    emitWarning(loc, "compiled code is not kept in '")
        << folder << "': " << llvm::toString(std::move(error));
  };
  auto key = getObjectKey(*module, options, machine);
  if (!key) {
    warn(key.takeError());
    return compileObject(std::move(module), std::move(entries), options,
                         machine);
  }
  auto found = findObject(folder, *key);
  if (found && *found)
    return std::move(*found);
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> object =
      compileObject(std::move(module), std::move(entries), options, machine);
  if (!found)
    warn(found.takeError());
  else if (succeeded(object))
    if (llvm::Error error = keepObject(folder, *key, **object))
      warn(std::move(error));
  return object;
}

FailureOr<std::unique_ptr<Executable>>
Executable::compile(ModuleOp module, ArrayRef<StringRef> entries,
                    const CPUOptions &options) {
  auto machine = createTargetMachine(options);
  if (!machine)
    return module.emitError(llvm::toString(machine.takeError())), failure();
  std::vector<CompiledEntry> compiled;
  FailureOr<OwningOpRef<ModuleOp>> copy =
      extractEntries(module, entries, bodyPrefix, compiled);
  if (failed(copy))
    return failure();
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> object =
      findOrCompile(std::move(*copy), compiled, options, **machine);
  if (failed(object))
    return failure();
  auto executable = std::make_unique<JITExecutable>();
  if (llvm::Error error = executable->load(
          std::move(*object), std::move(compiled), options.threads > 1))
    return module.emitError(llvm::toString(std::move(error))), failure();
  return std::unique_ptr<Executable>(std::move(executable));
}
