// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GzipFile.h"

#include <cerrno>
#include <cstring>
#include <zlib.h>

namespace mlir::pc {

/// More than any table or image file that is sensible to read into memory; a
/// small gzip file can unpack to petabytes.
static constexpr size_t sizeLimit = size_t(1) << 32;

std::optional<std::string> readGzipFile(const std::string &path,
                                        std::string &error) {
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rb"); // reads plain files as they are
  if (!file) {
    error = path + ": " + std::strerror(errno ? errno : ENOMEM);
    return std::nullopt;
  }
  std::string content, chunk(size_t(1) << 18, '\0');
  int count;
  while ((count = gzread(file, chunk.data(), chunk.size())) > 0 &&
         content.size() <= sizeLimit)
    content.append(chunk.data(), count);
  int code = Z_OK;
  const char *text = gzerror(file, &code);
  std::string cause = code == Z_ERRNO ? std::strerror(errno) : text;
  int closed = gzclose(file); // tells when the file ends inside a stream
  if (count < 0 || closed == Z_BUF_ERROR) {
    error = path + ": damaged gzip file: " +
            (count < 0 ? cause : std::string("unexpected end of file"));
    if (count < 0 && code == Z_ERRNO)
      error = path + ": " + cause;
    return std::nullopt;
  }
  if (content.size() > sizeLimit) {
    error = path + ": expected at most " + std::to_string(sizeLimit) +
            " bytes, found more";
    return std::nullopt;
  }
  return content;
}

} // namespace mlir::pc
