// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a circuit to a shared library that simulates it: Verilator makes C++,
// the compiler of the machine does the rest.

#include "Verilator.h"
#include "pc/Target/SystemVerilog/Emit.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/raw_sha1_ostream.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pcflow;

namespace {
/// The programs of the machine that build simulations.
struct Programs {
  std::string verilator, compiler;
};
} // namespace

/// Read by the compiler of the machine: optimises, but not for long.
static constexpr StringLiteral compilerFlags[] = {
    "-std=c++17", "-O1", "-w", "-fPIC", "-fvisibility=hidden", "-pthread"};
static constexpr StringLiteral verilatorFlags[] = {
    "--cc", "-O3", "-Wall", "--x-initial", "unique", "--top-module", "top"};

static std::string joinPath(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

static Expected<Programs> findPrograms() {
  Programs programs;
  if (auto found = sys::findProgramByName("verilator"))
    programs.verilator = *found;
  else
    return createStringError("expected the program verilator, which simulates "
                             "circuits (Debian: verilator); --simulator="
                             "reference needs none");
  for (StringRef name : {"clang++-22", "clang++", "g++", "c++"})
    if (auto found = sys::findProgramByName(name)) {
      programs.compiler = *found;
      return programs;
    }
  return createStringError("expected a compiler of C++ for the simulation, "
                           "clang++ or g++ (Debian: g++)");
}

/// Runs a program; what it printed is the text of an error.
static Error call(ArrayRef<std::string> command, StringRef log,
                  std::string *output = nullptr) {
  SmallVector<StringRef> arguments(command.begin(), command.end());
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(""), log, log};
  int status =
      sys::ExecuteAndWait(command.front(), arguments, std::nullopt, redirects,
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  auto text = MemoryBuffer::getFile(log);
  StringRef printed = text ? (*text)->getBuffer() : StringRef();
  if (output)
    *output = printed.trim().str();
  if (status == 0)
    return Error::success();
  return createStringError(sys::path::filename(command.front()) +
                           " cannot build the simulation: " + message +
                           printed.take_front(2000));
}

/// What decides on the library: the circuit, the programs, and their flags.
static Expected<std::string> getKey(const CircuitFiles &files,
                                    const Programs &programs) {
  raw_sha1_ostream os;
  for (StringRef program :
       {StringRef(programs.verilator), StringRef(programs.compiler)}) {
    sys::fs::file_status status;
    if (std::error_code code = sys::fs::status(program, status))
      return createFileError(program, code);
    os << program << ' ' << status.getSize() << ' '
       << status.getLastModificationTime().time_since_epoch().count() << '\n';
  }
  for (StringRef flag : compilerFlags)
    os << flag << ' ';
  for (StringRef flag : verilatorFlags)
    os << flag << ' ';
  for (const auto &[name, text] : files)
    if (name != "files.f" && name != "read.ys") // have the name of a folder
      os << name << ' ' << text.size() << '\n' << text;
  return toHex(os.sha1(), /*LowerCase=*/true);
}

/// One file of C++: each alone would read the same headers again.
static Error writeUnit(StringRef path, StringRef objects, StringRef root) {
  std::error_code code;
  std::string text;
  for (sys::fs::directory_iterator file(objects, code), end;
       !code && file != end; file.increment(code))
    if (sys::path::extension(file->path()) == ".cpp")
      text += "#include \"" + file->path() + "\"\n";
  if (code)
    return createFileError(objects, code);
  SmallVector<StringRef> lines;
  StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  llvm::sort(lines);
  raw_fd_ostream os(path, code);
  if (code)
    return createFileError(path, code);
  for (StringRef line : lines)
    os << line << '\n';
  os << "#include \"library.cpp\"\n";
  for (StringRef name : {"verilated.cpp", "verilated_threads.cpp"})
    os << "#include \"" << root << "/include/" << name << "\"\n";
  return Error::success();
}

/// Builds in the empty folder `work`, where `circuit.so` is the result.
static Error build(const CircuitFiles &files, const Programs &programs,
                   StringRef work) {
  std::string circuit = joinPath(work, "circuit"),
              objects = joinPath(work, "objects"), log = joinPath(work, "log"),
              unit = joinPath(work, "unit.cpp"), root;
  if (Error error = writeCircuit(files, circuit))
    return error;
  std::vector<std::string> command{programs.verilator};
  append_range(command, verilatorFlags);
  append_range(command, ArrayRef<std::string>{"--Mdir", objects, "-f",
                                              joinPath(circuit, "files.f")});
  if (Error error = call(command, log))
    return error;
  if (Error error =
          call({programs.verilator, "--getenv", "VERILATOR_ROOT"}, log, &root))
    return error;
  if (Error error = writeUnit(unit, objects, root))
    return error;
  command = {programs.compiler};
  append_range(command, compilerFlags);
  std::string include = root + "/include";
  append_range(command, ArrayRef<std::string>{
                            "-I", circuit, "-I", objects, "-I", include, "-I",
                            include + "/vltstd", "-shared", "-o",
                            joinPath(work, "circuit.so"), unit});
  return call(command, log);
}

/// Copies what was built beside its place and renames it: others see it whole
/// or not at all.
static Error keep(StringRef from, StringRef to) {
  SmallString<128> aside;
  sys::fs::createUniquePath(to + ".new-%%%%%%", aside, /*MakeAbsolute=*/false);
  if (std::error_code code = sys::fs::copy_file(from, aside))
    return createFileError(aside, code);
  if (std::error_code code = sys::fs::rename(aside, to))
    return createFileError(to, code);
  CachePruningPolicy policy;
  policy.MaxSizeBytes = uint64_t(1) << 30;
  pruneCache(sys::path::parent_path(to), policy);
  return Error::success();
}

Error pcflow::withSimulation(GraphOp graph, StringRef cache,
                             unique_function<Error(StringRef)> use) {
  Expected<Programs> programs = findPrograms();
  if (!programs)
    return programs.takeError();
  SmallString<128> work;
  if (std::error_code code = sys::fs::createUniqueDirectory("pc-circuit", work))
    return createStringError(code, "expected a folder for temporary files");
  scope_exit remove([&] { sys::fs::remove_directories(work); });
  CircuitOptions options;
  options.folder = joinPath(work, "circuit");
  FailureOr<CircuitFiles> files = emitSystemVerilog(graph, options);
  if (failed(files))
    return createStringError("the circuit has no hardware");
  Expected<std::string> key = getKey(*files, *programs);
  if (!key)
    return key.takeError();
  // The prefix is that of the files that LLVM prunes.
  std::string kept =
      cache.empty() ? "" : joinPath(cache, "llvmcache-circuit-" + *key + ".so");
  if (!kept.empty() && sys::fs::exists(kept))
    return use(kept);
  if (Error error = build(*files, *programs, work))
    return error;
  std::string made = joinPath(work, "circuit.so");
  if (kept.empty())
    return use(made);
  if (std::error_code code = sys::fs::create_directories(cache))
    return createFileError(cache, code);
  if (Error error = keep(made, kept))
    return error;
  return use(kept);
}
