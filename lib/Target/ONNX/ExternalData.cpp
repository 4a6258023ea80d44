// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ExternalData.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace mlir::pc {

static Error fail(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

/// The entries of `external_data` that matter here.
static Error readEntries(const onnx::TensorProto &proto, StringRef &location,
                         uint64_t &offset, std::optional<uint64_t> &length) {
  for (const onnx::StringStringEntryProto &entry : proto.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    bool isNumber = !value.getAsInteger(10, number);
    if (key == "location")
      location = value;
    if (key != "offset" && key != "length")
      continue;
    if (!isNumber)
      return fail("external data: expected a non-negative number as " + key +
                  ", but got '" + value + "'");
    if (key == "offset")
      offset = number;
    else
      length = number;
  }
  if (location.empty())
    return fail("external data has no location");
  return Error::success();
}

/// The real path of `location`, which must stay inside `folder`.
static Expected<std::string> resolve(StringRef location, StringRef folder) {
  if (sys::path::is_absolute(location))
    return fail("external data: expected a path relative to the model, but "
                "got '" +
                location + "'");
  for (StringRef part :
       make_range(sys::path::begin(location), sys::path::end(location)))
    if (part == "..")
      return fail("external data: '" + location +
                  "' leaves the folder of the model");
  SmallString<256> root, file(folder), real;
  sys::path::append(file, location);
  if (sys::fs::real_path(folder.empty() ? "." : folder, root) ||
      sys::fs::real_path(file, real))
    return fail("external data: there is no file '" + location +
                "' beside the model");
  if (!StringRef(real).starts_with((Twine(root) + "/").str()) && root != "/")
    return fail("external data: '" + location +
                "' leaves the folder of the model through a link");
  return std::string(real);
}

Expected<ExternalSlice> locateExternalData(const onnx::TensorProto &proto,
                                           StringRef folder,
                                           uint64_t byteSize) {
  ExternalSlice slice;
  StringRef location;
  std::optional<uint64_t> length;
  if (Error error = readEntries(proto, location, slice.offset, length))
    return error;
  Expected<std::string> path = resolve(location, folder);
  if (!path)
    return path.takeError();
  slice.path = *path;
  slice.length = length.value_or(byteSize);
  if (slice.length != byteSize)
    return fail("external data: the shape needs " + Twine(byteSize) +
                " bytes, but length is " + Twine(slice.length));
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(slice.path, status))
    return errorCodeToError(code);
  if (status.type() != sys::fs::file_type::regular_file)
    return fail("external data: '" + location + "' is not a regular file");
  if (slice.offset > status.getSize() ||
      byteSize > status.getSize() - slice.offset)
    return fail("external data: expected " + Twine(byteSize) +
                " bytes at offset " + Twine(slice.offset) + " of '" + location +
                "', which has " + Twine(status.getSize()));
  return slice;
}

Expected<std::unique_ptr<MemoryBuffer>>
mapExternalData(const ExternalSlice &slice) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFileSlice(slice.path, slice.length, slice.offset);
  if (!buffer)
    return createFileError(slice.path, buffer.getError());
  return std::move(*buffer);
}

} // namespace mlir::pc
