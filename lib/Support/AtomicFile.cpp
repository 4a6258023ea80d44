// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/AtomicFile.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

Error mlir::pc::writeFileAtomically(
    StringRef path, function_ref<Error(raw_pwrite_stream &)> write) {
  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(path + ".%%%%%%.tmp");
  if (!temporary)
    return createFileError(path, temporary.takeError());
  raw_fd_ostream stream(temporary->FD, /*shouldClose=*/false);
  Error error = write(stream);
  stream.flush();
  if (!error && stream.has_error())
    error = createFileError(path, stream.error());
  stream.clear_error(); // reported above; the destructor would abort
  if (error)
    return joinErrors(std::move(error), temporary->discard());
  if (Error renamed = temporary->keep(path))
    return createFileError(path, std::move(renamed));
  return Error::success();
}
