// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ObjectCache.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/Caching.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_sha1_ostream.h"

using namespace mlir;
using namespace mlir::pc;

std::string mlir::pc::getDefaultCacheFolder() {
  if (const char *folder = std::getenv("PC_CACHE"))
    return folder == StringRef("none") ? "" : folder;
  SmallString<128> folder;
  if (!llvm::sys::path::cache_directory(folder))
    return "";
  llvm::sys::path::append(folder, "pc");
  return folder.str().str();
}

/// Names the build of the compiler: the size of the running program, which
/// holds it, and when it was written.
static llvm::Error addBuild(llvm::raw_ostream &os) {
  os << LLVM_VERSION_STRING << ' ';
  std::string program = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&addBuild));
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(program, status))
    return llvm::createFileError(program, code);
  os << status.getSize() << ' '
     << status.getLastModificationTime().time_since_epoch().count() << '\n';
  return llvm::Error::success();
}

llvm::Expected<std::string>
mlir::pc::getObjectKey(ModuleOp module, const CPUOptions &options,
                       llvm::TargetMachine &machine) {
  llvm::raw_sha1_ostream os;
  if (llvm::Error error = addBuild(os))
    return std::move(error);
  os << machine.getTargetTriple().str() << ' ' << machine.getTargetCPU() << ' '
     << machine.getTargetFeatureString() << ' '
     << getVectorTarget(machine).l2Bytes << ' ' << options.optLevel << ' '
     << options.threads << ' ' << llvm::join(options.without, ",") << '\n';
  (void)writeBytecodeToFile(module, os); // to a stream that takes everything
  return llvm::toHex(os.sha1(), /*LowerCase=*/true);
}

/// A stream to an object of the cache, or nothing where it is there: then it is
/// in `found`.
static llvm::Expected<llvm::AddStreamFn>
open(StringRef folder, StringRef key,
     std::unique_ptr<llvm::MemoryBuffer> &found) {
  auto cache =
      llvm::localCache("objects of pc", "pc", folder,
                       [&found](unsigned, const llvm::Twine &,
                                std::unique_ptr<llvm::MemoryBuffer> object) {
                         found = std::move(object);
                       });
  if (!cache)
    return cache.takeError();
  return (*cache)(/*Task=*/0, key, "");
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
mlir::pc::findObject(StringRef folder, StringRef key) {
  std::unique_ptr<llvm::MemoryBuffer> found;
  auto stream = open(folder, key, found);
  if (!stream)
    return stream.takeError();
  return found;
}

llvm::Error mlir::pc::keepObject(StringRef folder, StringRef key,
                                 llvm::MemoryBufferRef object) {
  std::unique_ptr<llvm::MemoryBuffer> found;
  auto add = open(folder, key, found);
  if (!add)
    return add.takeError();
  if (found) // another process was first
    return llvm::Error::success();
  auto stream = (*add)(/*Task=*/0, "");
  if (!stream)
    return stream.takeError();
  *(*stream)->OS << object.getBuffer();
  if (llvm::Error error = (*stream)->commit())
    return error;
  llvm::CachePruningPolicy policy;
  policy.MaxSizeBytes = uint64_t(1) << 30;
  llvm::pruneCache(folder, policy);
  return llvm::Error::success();
}
