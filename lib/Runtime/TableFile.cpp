// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comma-separated tables with the label in the last column.

#include "GzipFile.h"
#include "pc/Runtime/Datasets.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace mlir::pc {

namespace {
/// Reads line by line and gathers features and labels.
class TableReader {
public:
  TableReader(const std::string &path, std::string &error)
      : path(path), error(error) {}

  std::optional<Dataset> read(const std::string &content);

private:
  bool readLine(const std::string &text);
  bool isHeader(const std::vector<std::string> &fields) const;
  bool readLabel(const std::string &field);
  bool fail(const std::string &message) {
    error = path + ":" + std::to_string(line) + ": " + message;
    return false;
  }

  const std::string &path;
  std::string &error;
  int64_t line = 0;
  size_t numFields = 0, firstLine = 0;
  std::vector<float> features;
  std::vector<int64_t> labels;
};
} // namespace

static std::string trim(const std::string &text) {
  size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos)
    return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

static std::vector<std::string> split(const std::string &text) {
  std::vector<std::string> fields;
  size_t begin = 0;
  while (true) {
    size_t end = text.find(',', begin);
    fields.push_back(trim(text.substr(begin, end - begin)));
    if (end == std::string::npos)
      return fields;
    begin = end + 1;
  }
}

static bool parseNumber(const std::string &field, double &value) {
  char *end = nullptr;
  value = std::strtod(field.c_str(), &end);
  return !field.empty() && *end == '\0';
}

/// For messages: a field of a damaged file can be long or binary.
static std::string quote(const std::string &field) {
  std::string text;
  for (char c : field.substr(0, 24))
    text += c < ' ' || c > '~' ? '?' : c;
  return "`" + text + (field.size() > 24 ? "...`" : "`");
}

bool TableReader::isHeader(const std::vector<std::string> &fields) const {
  double ignored;
  for (const std::string &field : fields)
    if (!field.empty() && !parseNumber(field, ignored))
      return line == 1;
  return false;
}

bool TableReader::readLabel(const std::string &field) {
  double value;
  if (!parseNumber(field, value) ||
      !(value >= 0 && value <= double(largestLabel)) ||
      value != std::floor(value))
    return fail("expected a label, an integer from 0 on, in the last field, "
                "found " +
                quote(field));
  labels.push_back(static_cast<int64_t>(value));
  return true;
}

bool TableReader::readLine(const std::string &text) {
  ++line;
  if (trim(text).empty())
    return true;
  std::vector<std::string> fields = split(text);
  if (isHeader(fields))
    return true;
  if (numFields == 0) {
    numFields = fields.size();
    firstLine = line;
    if (numFields < 2)
      return fail("expected features and a label separated by commas, found "
                  "one field");
  }
  if (fields.size() != numFields)
    return fail("expected " + std::to_string(numFields) +
                " fields, as in line " + std::to_string(firstLine) +
                ", found " + std::to_string(fields.size()));
  for (size_t i = 0; i + 1 != numFields; ++i) {
    double value;
    if (!parseNumber(fields[i], value) || !std::isfinite(value))
      return fail("expected a finite number in field " + std::to_string(i + 1) +
                  ", found " + quote(fields[i]));
    features.push_back(static_cast<float>(value));
  }
  return readLabel(fields.back());
}

std::optional<Dataset> TableReader::read(const std::string &content) {
  size_t begin = 0;
  while (begin < content.size()) {
    size_t end = content.find('\n', begin);
    if (!readLine(content.substr(begin, end - begin)))
      return std::nullopt;
    if (end == std::string::npos)
      break;
    begin = end + 1;
  }
  if (labels.empty()) {
    error = path + ": expected rows of numbers with a label last, found none";
    return std::nullopt;
  }
  Dataset dataset;
  auto rows = static_cast<int64_t>(labels.size());
  dataset.features =
      Tensor(ElementKind::F32, {rows, static_cast<int64_t>(numFields) - 1});
  std::memcpy(dataset.features.data(), features.data(),
              features.size() * sizeof(float));
  dataset.labels = std::move(labels);
  return dataset;
}

std::optional<Dataset> readTable(const std::string &path, std::string &error) {
  std::optional<std::string> content = readGzipFile(path, error);
  if (!content)
    return std::nullopt;
  return TableReader(path, error).read(*content);
}

} // namespace mlir::pc
