// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls one compiled function with numbers from the command line and prints
// what it returns. For tests of Target/CPU only.

#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "pc/Target/CPU/Executable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/ToolOutputFile.h"
#include <chrono>
#include <cstdlib>
#include <new>

using namespace mlir;
using namespace mlir::pc;
namespace cl = llvm::cl;

static cl::opt<std::string> file(cl::Positional, cl::desc("<file>"));
static cl::opt<std::string> entry("entry", cl::init("main"));
static cl::list<std::string>
    values("arg", cl::desc("elements of the next argument, the last one "
                           "repeated, or mod:M for (7 i) mod M"));
static cl::opt<unsigned> calls("calls", cl::init(1));
static cl::opt<unsigned> optLevel("O", cl::Prefix, cl::init(3));
static cl::opt<std::string> cpu("cpu", cl::init("native"));
static cl::opt<bool> timing("timing", cl::desc("times on stderr"));
static cl::opt<unsigned> digits("digits", cl::init(9),
                                cl::desc("significant digits of a number"));
static cl::opt<std::string> shape("shape",
                                  cl::desc("of argument 0, x-separated"));

/// Counts what the whole process allocates by `new`.
static size_t allocations = 0;

void *operator new(size_t size) {
  ++allocations;
  return std::malloc(size ? size : 1);
}
void *operator new(size_t size, std::align_val_t alignment) {
  ++allocations;
  size_t unit = static_cast<size_t>(alignment);
  return std::aligned_alloc(unit, (size + unit) / unit * unit);
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept {
  std::free(memory);
}

/// `text` is a list of numbers; what it leaves open repeats its last one.
static Tensor parse(StringRef text, const PortInfo &port) {
  Tensor tensor(port.kind, port.shape);
  int64_t modulus = 0;
  if (text.consume_front("mod:") && !text.getAsInteger(10, modulus)) {
    for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
      tensor.setFromDouble(i, double(7 * i % modulus));
    return tensor;
  }
  SmallVector<StringRef> words;
  text.split(words, ',');
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    double value = 0;
    StringRef word = words[std::min<size_t>(i, words.size() - 1)];
    if (word.getAsDouble(value))
      llvm::errs() << "expected a number, but got '" << word << "'\n";
    tensor.setFromDouble(i, value);
  }
  return tensor;
}

static void print(StringRef what, unsigned number, const Tensor &tensor) {
  llvm::outs() << what << " " << number << ": " << tensor.describe() << " =";
  for (int64_t i = 0, e = std::min<int64_t>(tensor.getNumElements(), 8); i != e;
       ++i)
    llvm::outs() << llvm::format(" %.*g", int(digits), tensor.getAsDouble(i));
  // Sensitive to every element and to its place.
  double sum = 0;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    sum += double(i % 97 + 1) * tensor.getAsDouble(i);
  llvm::outs() << llvm::format(" (sum %.9g)\n", sum);
}

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// One tensor for each argument, from the command line.
static std::vector<Tensor> makeArguments(const Signature &signature) {
  std::vector<Tensor> arguments;
  for (auto [i, port] : llvm::enumerate(signature.arguments))
    arguments.push_back(parse(i < values.size() ? values[i] : "0", port));
  if (shape.empty())
    return arguments;
  SmallVector<StringRef> sizes; // to see how a wrong shape is refused
  StringRef(shape).split(sizes, 'x');
  std::vector<int64_t> dims(sizes.size());
  for (auto [dim, size] : llvm::zip(dims, sizes))
    size.getAsInteger(10, dim);
  arguments[0] = Tensor(arguments[0].getKind(), dims);
  return arguments;
}

/// Calls the entry as often as asked for.
static llvm::Error call(Executable &executable, ArrayRef<Tensor *> arguments,
                        MutableArrayRef<Tensor> results) {
  double start = now();
  size_t before = 0;
  for (unsigned i = 0; i != calls; ++i) {
    if (i == 1)
      before = allocations;
    if (llvm::Error error = executable.run(entry, arguments, results))
      return error;
  }
  size_t made = allocations - before;
  if (calls > 1)
    llvm::outs() << "allocations after the first call: " << made << "\n";
  if (timing)
    llvm::errs() << llvm::format("run: %.6f s per call, arena %zu bytes\n",
                                 (now() - start) / calls,
                                 executable.getArenaSize(entry));
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "call a compiled function\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, &context);
  if (!module)
    return 1;
  double start = now();
  auto executable =
      Executable::compile(*module, {StringRef(entry)}, {optLevel, cpu});
  if (failed(executable))
    return 1;
  if (timing)
    llvm::errs() << llvm::format("compile: %.3f s\n", now() - start);
  const Signature &signature = (*executable)->getSignature(entry);
  std::vector<Tensor> results(signature.results.size());
  std::vector<Tensor> arguments = makeArguments(signature);
  SmallVector<Tensor *> pointers;
  for (Tensor &argument : arguments)
    pointers.push_back(&argument);
  if (llvm::Error error = call(**executable, pointers, results)) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  for (auto [i, port] : llvm::enumerate(signature.results))
    print(port.updates ? "argument" : "result", port.updates.value_or(i),
          port.updates ? arguments[*port.updates] : results[i]);
  return 0;
}
