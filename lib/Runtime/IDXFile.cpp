// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// IDX, the format of MNIST: a big-endian magic number (0, 0, 8 for u8, number
// of dimensions), the dimensions, the bytes.

#include "GzipFile.h"
#include "pc/Runtime/Datasets.h"

#include <cstdio>

namespace mlir::pc {

namespace {
struct IDXArray {
  std::vector<int64_t> shape;
  std::string content; // of the whole file
  size_t begin = 0;    // of the elements
};
} // namespace

static uint32_t readWord(const std::string &content, size_t offset) {
  uint32_t word = 0;
  for (size_t i = 0; i != 4; ++i)
    word = word << 8 | static_cast<uint8_t>(content[offset + i]);
  return word;
}

static std::string toHex(uint32_t word) {
  char text[16];
  std::snprintf(text, sizeof(text), "0x%08x", word);
  return text;
}

static std::optional<IDXArray> readArray(const std::string &path, size_t rank,
                                         std::string &error) {
  std::optional<std::string> content = readGzipFile(path, error);
  if (!content)
    return std::nullopt;
  auto fail = [&](const std::string &message) {
    error = path + ": " + message;
    return std::nullopt;
  };
  size_t header = 4 + 4 * rank;
  if (content->size() < header)
    return fail("expected an IDX header of " + std::to_string(header) +
                " bytes, found " + std::to_string(content->size()) + " bytes");
  uint32_t magic = readWord(*content, 0), expected = 0x800 + rank;
  if (magic != expected)
    return fail("expected the IDX magic number " + toHex(expected) +
                ", found " + toHex(magic));
  IDXArray array;
  uint64_t count = 1;
  for (size_t i = 0; i != rank; ++i) {
    uint32_t size = readWord(*content, 4 + 4 * i);
    array.shape.push_back(size);
    // More elements than bytes is wrong already; stop before an overflow.
    count = count > content->size() ? count : count * size;
  }
  if (count != content->size() - header)
    return fail("expected " + std::to_string(count) +
                " bytes of elements by its header, found " +
                std::to_string(content->size() - header));
  array.content = std::move(*content);
  array.begin = header;
  return array;
}

std::optional<Dataset> readIDX(const std::string &images,
                               const std::string &labels, std::string &error) {
  std::optional<IDXArray> pixels = readArray(images, 3, error);
  if (!pixels)
    return std::nullopt;
  std::optional<IDXArray> classes = readArray(labels, 1, error);
  if (!classes)
    return std::nullopt;
  if (pixels->shape[0] != classes->shape[0]) {
    error = labels + ": expected " + std::to_string(pixels->shape[0]) +
            " labels, one for each image of " + images + ", found " +
            std::to_string(classes->shape[0]);
    return std::nullopt;
  }
  if (pixels->content.size() == pixels->begin) {
    error = images + ": expected images, found none";
    return std::nullopt;
  }
  Dataset dataset;
  dataset.features = Tensor(ElementKind::F32, pixels->shape);
  for (size_t i = pixels->begin; i != pixels->content.size(); ++i)
    dataset.features.as<float>()[i - pixels->begin] =
        static_cast<uint8_t>(pixels->content[i]);
  for (size_t i = classes->begin; i != classes->content.size(); ++i)
    dataset.labels.push_back(static_cast<uint8_t>(classes->content[i]));
  return dataset;
}

} // namespace mlir::pc
