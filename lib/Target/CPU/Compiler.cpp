// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Compiler.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "pc/Support/Names.h"
#include "pc/Support/PassTimer.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <unistd.h>

using namespace mlir;
using namespace mlir::pc;

//===----------------------------------------------------------------------===//
// The target machine
//===----------------------------------------------------------------------===//

static std::string getHostFeatures() {
  std::string features;
  for (const auto &[name, enabled] : llvm::sys::getHostCPUFeatures()) {
    if (!features.empty())
      features += ',';
    features += (enabled ? "+" : "-") + name.str();
  }
  return features;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
mlir::pc::createTargetMachine(const CPUOptions &options) {
  // Once, whichever thread is first.
  [[maybe_unused]] static const bool initialized =
      !llvm::InitializeNativeTarget() &&
      !llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError(error);
  bool native = options.cpu == "native";
  std::string cpu = native ? llvm::sys::getHostCPUName().str() : options.cpu;
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!native && !info->isCPUStringValid(cpu))
    return llvm::createStringError("expected 'native' or a cpu of " +
                                   triple.str() + ", but got '" + cpu + "'");
  auto level = llvm::CodeGenOpt::getLevel(std::min(options.optLevel, 3u));
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, native ? getHostFeatures() : "", llvm::TargetOptions(),
      llvm::Reloc::PIC_, std::nullopt, *level));
}

/// Of this machine where it is the target; LLVM knows no sizes of caches.
static unsigned getL2Bytes(llvm::TargetMachine &machine, unsigned usual) {
#ifdef _SC_LEVEL2_CACHE_SIZE
  long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0 && machine.getTargetCPU() == llvm::sys::getHostCPUName())
    return std::clamp(bytes, 128L << 10, 4L << 20);
#endif
  return usual;
}

VectorTarget mlir::pc::getVectorTarget(llvm::TargetMachine &machine) {
  const llvm::MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  llvm::Triple triple = machine.getTargetTriple();
  unsigned l2 = getL2Bytes(machine, 256 << 10);
  if (triple.isAArch64())
    return {128, 32, true, l2};
  if (!triple.isX86())
    return {128, 16, false, l2};
  bool fma = info.checkFeatures("+fma");
  if (info.checkFeatures("+avx512f"))
    return {512, 32, fma, getL2Bytes(machine, 1 << 20)};
  return {info.checkFeatures("+avx") ? 256u : 128u, 16, fma, l2};
}

//===----------------------------------------------------------------------===//
// Tensor level to LLVM dialect
//===----------------------------------------------------------------------===//

/// Copies `symbol` and all symbols that it refers to into `target`. The
/// symbol tables of attributes of arguments do not matter here, initial
/// values least of all.
static LogicalResult copyReachable(ModuleOp source, ModuleOp target,
                                   ArrayRef<StringRef> entries) {
  SymbolTable symbols(source);
  SmallVector<Operation *> worklist;
  llvm::SmallPtrSet<Operation *, 8> seen;
  for (StringRef entry : entries) {
    auto function = symbols.lookup<func::FuncOp>(entry);
    if (!function || function.isExternal())
      return source.emitError("expected a function '")
             << entry << "' with a body in the module";
    if (seen.insert(function).second)
      worklist.push_back(function);
  }
  OpBuilder builder = OpBuilder::atBlockEnd(target.getBody());
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    builder.clone(*op);
    if (auto uses = SymbolTable::getSymbolUses(op))
      for (const SymbolTable::SymbolUse &use : *uses) {
        Operation *callee =
            symbols.lookup(use.getSymbolRef().getRootReference());
        if (callee && seen.insert(callee).second)
          worklist.push_back(callee);
      }
  }
  return success();
}

/// Entries are public under their new name; all else becomes private, so that
/// it is inlined and dropped.
static LogicalResult prepareEntries(ModuleOp module,
                                    ArrayRef<StringRef> entries,
                                    StringRef prefix,
                                    std::vector<CompiledEntry> &compiled) {
  for (auto function : module.getOps<func::FuncOp>())
    function.setPrivate();
  SymbolTable symbols(module);
  for (StringRef entry : entries) {
    auto function = symbols.lookup<func::FuncOp>(entry);
    FailureOr<Signature> signature = getSignature(function);
    if (failed(signature))
      return failure();
    compiled.push_back({entry.str(), std::move(*signature), 0});
    for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
      function.removeArgAttr(i, valueAttrName);
    function.setPublic();
    std::string name = (prefix + entry).str();
    if (failed(symbols.rename(function, name)))
      return function.emitOpError("cannot be renamed to '") << name << "'";
  }
  return success();
}

static int64_t getArenaBytes(func::FuncOp function) {
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (function.getArgAttr(i, arenaAttrName))
      return cast<MemRefType>(function.getArgumentTypes()[i]).getNumElements();
  return 0;
}

/// Our attributes have been read by now, and LLVM IR has no place for them.
static void dropOurAttributes(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    function->removeDiscardableAttr(inputsAttrName);
    function->removeDiscardableAttr(outputsAttrName);
    for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
      for (NamedAttribute attribute :
           llvm::to_vector(function_interface_impl::getArgAttrs(function, i)))
        if (attribute.getName().getValue().starts_with("pc."))
          function.removeArgAttr(i, attribute.getName());
  }
}

FailureOr<OwningOpRef<ModuleOp>>
mlir::pc::extractEntries(ModuleOp module, ArrayRef<StringRef> entries,
                         StringRef prefix,
                         std::vector<CompiledEntry> &compiled) {
  OwningOpRef<ModuleOp> copy = ModuleOp::create(module.getLoc());
  if (failed(copyReachable(module, *copy, entries)) ||
      failed(prepareEntries(*copy, entries, prefix, compiled)))
    return failure();
  return copy;
}

LogicalResult mlir::pc::lowerToLLVMDialect(
    ModuleOp module, StringRef prefix, const VectorTarget &target,
    const CPUOptions &options, std::vector<CompiledEntry> &compiled) {
  MLIRContext *context = module.getContext();
  DialectRegistry registry;
  registerCPUExtensions(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerOpenMPDialectTranslation(registry);
  context->appendDialectRegistry(registry);
  PassManager toLoops(context), toLLVM(context);
  PassTimer loopsTimer(toLoops, options.timing);
  PassTimer llvmTimer(toLLVM, options.timing);
  toLoops.enableVerifier(options.verifyPasses);
  toLLVM.enableVerifier(options.verifyPasses);
  buildTensorToLoopsPipeline(toLoops, target, options.threads, options.without);
  if (failed(toLoops.run(module)))
    return failure();
  for (CompiledEntry &entry : compiled)
    entry.arenaBytes = getArenaBytes(
        module.lookupSymbol<func::FuncOp>((prefix + entry.name).str()));
  buildLoopsToLLVMPipeline(toLLVM, options.threads);
  if (failed(toLLVM.run(module)))
    return failure();
  dropOurAttributes(module);
  return success();
}

//===----------------------------------------------------------------------===//
// LLVM dialect to optimised LLVM IR
//===----------------------------------------------------------------------===//

static void optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned level) {
  const llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  // Loops come with their steps side by side; more of them only cost time.
  tuning.LoopUnrolling = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::OptimizationLevel chosen = levels[std::min(level, 3u)];
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(chosen)
                 : builder.buildPerModuleDefaultPipeline(chosen);
  passes.run(module, modules);
}

/// Every function is compiled for the machine, and none calls back into
/// anything that could end the process.
static void setAttributes(llvm::Module &module, llvm::TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

FailureOr<CompiledModule>
mlir::pc::compileToLLVM(OwningOpRef<ModuleOp> module,
                        std::vector<CompiledEntry> entries, StringRef prefix,
                        const CPUOptions &options, llvm::TargetMachine &machine,
                        llvm::function_ref<void(CompiledModule &)> complete) {
  CompiledModule result;
  result.entries = std::move(entries);
  if (failed(lowerToLLVMDialect(*module, prefix, getVectorTarget(machine),
                                options, result.entries)))
    return failure();
  TimingScope timing;
  auto enter = [&](StringRef name) {
    timing = options.timing ? options.timing->nest(name) : TimingScope();
  };
  enter("translation to LLVM IR");
  result.context = std::make_unique<llvm::LLVMContext>();
  result.module = translateModuleToLLVMIR(*module, *result.context, "pc");
  if (!result.module)
    return module->emitError("cannot be translated to LLVM IR"), failure();
  setAttributes(*result.module, machine);
  if (complete)
    complete(result);
  enter("optimisation by LLVM");
  optimize(*result.module, machine, options.optLevel);
  return result;
}

llvm::Error mlir::pc::writeObject(llvm::Module &module,
                                  llvm::TargetMachine &machine,
                                  const CPUOptions &options,
                                  llvm::raw_pwrite_stream &os) {
  TimingScope timing;
  if (options.timing)
    timing = options.timing->nest("machine code");
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return llvm::createStringError("objects cannot be written for " +
                                   machine.getTargetTriple().str());
  passes.run(module);
  return llvm::Error::success();
}
