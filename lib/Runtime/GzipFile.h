// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that may be gzipped, read whole.

#ifndef PC_LIB_RUNTIME_GZIPFILE_H
#define PC_LIB_RUNTIME_GZIPFILE_H

#include <optional>
#include <string>

namespace mlir::pc {

/// The content of `path`, unpacked if it is gzipped.
std::optional<std::string> readGzipFile(const std::string &path,
                                        std::string &error);

} // namespace mlir::pc

#endif // PC_LIB_RUNTIME_GZIPFILE_H
