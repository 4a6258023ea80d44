// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The .npy format of NumPy (NEP 1, numpy.lib.format): "\x93NUMPY", the version,
// the length of the header, the header, which is a Python literal such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (60, 28), }, the elements.

#include "GzipFile.h"
#include "pc/Runtime/Datasets.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace mlir::pc {

namespace {
struct DType {
  const char *descr;
  ElementKind kind;
};

/// Reads one file.
class ArrayReader {
public:
  ArrayReader(const std::string &path, std::string &error)
      : path(path), error(error) {}

  std::optional<Tensor> read();

private:
  bool readHeader();
  bool readKind();
  bool readShape();
  /// What follows `'key':` in the header, or nothing.
  const char *findValue(const char *key) const;
  bool fail(const std::string &message) {
    error = path + ": " + message;
    return false;
  }

  const std::string &path;
  std::string &error;
  std::string content, header;
  size_t begin = 0; // of the elements
  ElementKind kind = ElementKind::F32;
  std::vector<int64_t> shape;
};
} // namespace

static constexpr DType dtypes[] = {
    {"<f4", ElementKind::F32},  {"<f8", ElementKind::F64},
    {"|b1", ElementKind::Bool}, {"|i1", ElementKind::I8},
    {"|u1", ElementKind::U8},   {"<i2", ElementKind::I16},
    {"<u2", ElementKind::U16},  {"<i4", ElementKind::I32},
    {"<u4", ElementKind::U32},  {"<i8", ElementKind::I64},
    {"<u8", ElementKind::U64}};

static uint32_t readLittleEndian(const std::string &content, size_t offset,
                                 size_t width) {
  uint32_t value = 0;
  for (size_t i = width; i != 0; --i)
    value = value << 8 | static_cast<uint8_t>(content[offset + i - 1]);
  return value;
}

bool ArrayReader::readHeader() {
  if (content.size() < 12 || content.compare(0, 6, "\x93NUMPY") != 0)
    return fail("expected an array of NumPy (.npy), found other content");
  size_t width = content[6] == 1 ? 2 : 4; // of the length of the header
  size_t length = readLittleEndian(content, 8, width);
  begin = 8 + width + length;
  if (begin > content.size())
    return fail("expected a header of " + std::to_string(length) +
                " bytes, found " + std::to_string(content.size() - 8 - width));
  header = content.substr(8 + width, length);
  return readKind() && readShape();
}

const char *ArrayReader::findValue(const char *key) const {
  std::string quoted = "'" + std::string(key) + "':";
  size_t place = header.find(quoted);
  if (place == std::string::npos)
    return nullptr;
  const char *value = header.c_str() + place + quoted.size();
  return value + std::strspn(value, " ");
}

bool ArrayReader::readKind() {
  const char *order = findValue("fortran_order");
  if (!order || std::strncmp(order, "False", 5) != 0)
    return fail("expected elements in the order of C, found fortran_order; "
                "numpy.ascontiguousarray changes it");
  const char *descr = findValue("descr");
  std::string found =
      descr ? std::string(descr, std::strcspn(descr, ",}")) : "";
  for (const DType &dtype : dtypes)
    if (found == "'" + std::string(dtype.descr) + "'") {
      kind = dtype.kind;
      return true;
    }
  return fail("expected little-endian numbers of a type with 1 to 8 bytes, "
              "found descr " +
              (found.empty() ? "none" : found.substr(0, 24)));
}

bool ArrayReader::readShape() {
  const char *text = findValue("shape");
  if (!text || *text != '(')
    return fail("expected a shape in the header, found none");
  uint64_t count = 1;
  for (++text; *text >= '0' && *text <= '9';) {
    char *end = nullptr;
    uint64_t size = std::strtoull(text, &end, 10);
    // More elements than bytes is wrong already; stop before an overflow.
    if (size != 0 && count > content.size() / size)
      return fail("expected as many elements as its shape has, found " +
                  std::to_string(content.size() - begin) + " bytes");
    count *= size;
    shape.push_back(static_cast<int64_t>(size));
    text = end + std::strspn(end, ", ");
  }
  if (*text != ')')
    return fail("expected a shape of integers, found another one");
  size_t expected = count * getByteWidth(kind), found = content.size() - begin;
  if (expected != found)
    return fail("expected " + std::to_string(expected) +
                " bytes of elements by its header, found " +
                std::to_string(found));
  return true;
}

std::optional<Tensor> ArrayReader::read() {
  std::optional<std::string> bytes = readGzipFile(path, error);
  if (!bytes)
    return std::nullopt;
  content = std::move(*bytes);
  if (!readHeader())
    return std::nullopt;
  Tensor tensor(kind, shape);
  std::memcpy(tensor.data(), content.data() + begin, content.size() - begin);
  return tensor;
}

static bool checkFinite(const std::string &path, const Tensor &features,
                        std::string &error) {
  for (int64_t i = 0, e = features.getNumElements(); i != e; ++i)
    if (!std::isfinite(features.getAsDouble(i))) {
      error = path +
              ": expected finite numbers, found another one at element " +
              std::to_string(i);
      return false;
    }
  return true;
}

static bool readLabels(const std::string &path, const Tensor &labels,
                       Dataset &dataset, std::string &error) {
  int64_t rows = dataset.features.getShape().front();
  if (isFloat(labels.getKind()) || labels.getShape().empty() ||
      labels.getShape().front() != rows || labels.getNumElements() == 0) {
    error = path + ": expected integer labels for " + std::to_string(rows) +
            " samples, found " + labels.describe();
    return false;
  }
  for (int64_t i = 0, e = labels.getNumElements(); i != e; ++i) {
    double label = labels.getAsDouble(i);
    if (!(label >= 0 && label <= double(largestLabel))) {
      error = path + ": expected labels, integers from 0 on, found " +
              std::to_string(static_cast<int64_t>(label)) + " at element " +
              std::to_string(i);
      return false;
    }
    dataset.labels.push_back(static_cast<int64_t>(label));
  }
  dataset.labelsPerSample = labels.getNumElements() / rows;
  return true;
}

std::optional<Dataset> readArrays(const std::string &samples,
                                  const std::string &labels,
                                  std::string &error) {
  std::optional<Tensor> features = ArrayReader(samples, error).read();
  if (!features)
    return std::nullopt;
  if (features->getNumElements() == 0 || features->getShape().empty()) {
    error = samples + ": expected samples, found " + features->describe();
    return std::nullopt;
  }
  if (!checkFinite(samples, *features, error))
    return std::nullopt;
  std::optional<Tensor> classes = ArrayReader(labels, error).read();
  if (!classes)
    return std::nullopt;
  Dataset dataset;
  dataset.features = features->convertTo(
      isFloat(features->getKind()) ? ElementKind::F32 : ElementKind::I64);
  if (!readLabels(labels, *classes, dataset, error))
    return std::nullopt;
  return dataset;
}

} // namespace mlir::pc
