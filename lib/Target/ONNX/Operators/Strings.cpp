// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators on the text of strings. They are evaluated while importing, for
// each different string once: compiled code has numbers in the place of
// strings.

#include "../Text.h"
#include "Operators.h"
#include "llvm/ADT/StringSet.h"
#include <re2/re2.h>
#include <unordered_map>

using namespace llvm;

namespace mlir::pc {

using Sizes = SmallVector<int64_t>;

/// What one operator makes.
static constexpr int64_t maxStrings = int64_t(1) << 22;

/// A result of this shape, or null once it is reported as too large.
static std::unique_ptr<Tensor> makeResult(NodeContext &node, ElementKind kind,
                                          ArrayRef<int64_t> shape) {
  Expected<int64_t> count = countElements(shape, 1);
  if (count && *count <= maxStrings)
    return std::make_unique<Tensor>(
        kind, std::vector<int64_t>(shape.begin(), shape.end()));
  if (!count)
    consumeError(count.takeError());
  (void)node.unsupported("more than " + Twine(maxStrings) + " results");
  return nullptr;
}

static ArrayRef<int64_t> getNumbers(NodeContext &node, unsigned i) {
  const Tensor &tensor = *node.getConstant(i);
  return ArrayRef(tensor.as<int64_t>(), tensor.getNumElements());
}

//===----------------------------------------------------------------------===//
// StringNormalizer
//===----------------------------------------------------------------------===//

namespace {
struct Normalization {
  CaseMapper mapper;
  CaseChange change;
  bool isCaseSensitive;
  StringSet<> stopWords; // folded, where case does not matter

  CaseChange getFolding() const {
    return isCaseSensitive ? CaseChange::None : CaseChange::Fold;
  }
};
} // namespace

static FailureOr<Normalization> readNormalization(NodeContext &node) {
  FailureOr<std::string> locale = node.requireText("locale", "en_US");
  if (failed(locale))
    return failure();
  Expected<CaseMapper> mapper = CaseMapper::open(*locale);
  if (!mapper)
    return node.unsupported("locale: " + toString(mapper.takeError()));
  std::string action = node.attributes.getString("case_change_action", "NONE");
  Normalization rule{std::move(*mapper),
                     CaseChange::None,
                     node.attributes.getInt("is_case_sensitive", 0) != 0,
                     {}};
  if (action == "LOWER")
    rule.change = CaseChange::Lower;
  else if (action == "UPPER")
    rule.change = CaseChange::Upper;
  else if (action != "NONE")
    return node.fail("case_change_action: expected LOWER, UPPER or NONE, but "
                     "got '" +
                     action + "'");
  FailureOr<Sizes> words = node.requireTexts("stopwords");
  if (failed(words))
    return failure();
  for (int64_t word : *words) {
    Expected<std::string> folded =
        rule.mapper.change(rule.getFolding(), node.getString(word));
    if (!folded)
      return node.fail(toString(folded.takeError()));
    rule.stopWords.insert(*folded);
  }
  return rule;
}

/// The number of the normalized string, or none for a stop word.
static FailureOr<std::optional<int64_t>>
normalize(NodeContext &node, const Normalization &rule, StringRef text) {
  Expected<std::string> folded = rule.mapper.change(rule.getFolding(), text);
  if (!folded)
    return node.fail(toString(folded.takeError()));
  if (rule.stopWords.contains(*folded))
    return std::optional<int64_t>();
  Expected<std::string> changed = rule.mapper.change(rule.change, text);
  if (!changed)
    return node.fail(toString(changed.takeError()));
  FailureOr<int64_t> number = node.getStringNumber(*changed);
  if (failed(number))
    return failure();
  return std::optional<int64_t>(*number);
}

static bool foldStringNormalizer(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireStrings(0)) ||
      failed(node.requireRank(0, 1, 2)))
    return false;
  ArrayRef<int64_t> shape = node.getShape(0);
  if (shape.size() == 2 && shape[0] != 1) {
    (void)node.fail("expected strings [C] or [1, C], but got " +
                    Twine(shape[0]) + " rows");
    return false;
  }
  FailureOr<Normalization> rule = readNormalization(node);
  if (failed(rule))
    return false;
  std::unordered_map<int64_t, std::optional<int64_t>> known;
  std::vector<int64_t> kept;
  for (int64_t number : getNumbers(node, 0)) {
    auto [entry, isNew] = known.try_emplace(number);
    if (isNew) {
      auto result = normalize(node, *rule, node.getString(number));
      if (failed(result))
        return false;
      entry->second = *result;
    }
    if (entry->second)
      kept.push_back(*entry->second);
  }
  if (kept.empty()) // then there is the empty string
    kept.push_back(*node.getStringNumber(""));
  Sizes size(shape.size(), 1);
  size.back() = int64_t(kept.size());
  std::unique_ptr<Tensor> result = makeResult(node, ElementKind::I64, size);
  if (!result)
    return false;
  llvm::copy(kept, result->as<int64_t>());
  node.setOutput(0, Constant(std::move(result)));
  node.setIsString(0);
  return true;
}

//===----------------------------------------------------------------------===//
// StringConcat
//===----------------------------------------------------------------------===//

static bool foldStringConcat(NodeContext &node) {
  if (failed(node.requireInputs(2, 2)) || failed(node.requireStrings(0)) ||
      failed(node.requireStrings(1)))
    return false;
  FailureOr<Sizes> shape = broadcastShapes(node.getShape(0), node.getShape(1));
  if (failed(shape)) {
    (void)node.fail("expected shapes that broadcast, but got " +
                    printTypes(node));
    return false;
  }
  std::unique_ptr<Tensor> result = makeResult(node, ElementKind::I64, *shape);
  if (!result)
    return false;
  std::map<std::pair<int64_t, int64_t>, int64_t> known;
  ArrayRef<int64_t> heads = getNumbers(node, 0), tails = getNumbers(node, 1);
  Sizes index(shape->size(), 0);
  for (int64_t i = 0, e = result->getNumElements(); i != e; ++i) {
    int64_t head = heads[getBroadcastPosition(node.getShape(0), index)];
    int64_t tail = tails[getBroadcastPosition(node.getShape(1), index)];
    auto [entry, isNew] = known.try_emplace({head, tail}, 0);
    if (isNew) {
      FailureOr<int64_t> joined = node.getStringNumber(
          (node.getString(head) + node.getString(tail)).str());
      if (failed(joined))
        return false;
      entry->second = *joined;
    }
    result->as<int64_t>()[i] = entry->second;
    advance(index, *shape);
  }
  node.setOutput(0, Constant(std::move(result)));
  node.setIsString(0);
  return true;
}

//===----------------------------------------------------------------------===//
// StringSplit
//===----------------------------------------------------------------------===//

/// The parts of each string that the operand has, by its number.
using Parts = std::unordered_map<int64_t, std::vector<int64_t>>;

static FailureOr<Parts> splitStrings(NodeContext &node) {
  FailureOr<std::string> delimiter = node.requireText("delimiter", "");
  if (failed(delimiter))
    return failure();
  int64_t most = node.attributes.getInt("maxsplit", -1);
  Parts known;
  int64_t count = 0;
  for (int64_t number : getNumbers(node, 0)) {
    auto [entry, isNew] = known.try_emplace(number);
    if (!isNew)
      continue;
    std::vector<int64_t> &parts = entry->second;
    LogicalResult result = success();
    splitText(node.getString(number), *delimiter, most, [&](StringRef part) {
      if (++count > maxStrings)
        result =
            node.unsupported("more than " + Twine(maxStrings) + " substrings");
      FailureOr<int64_t> taken = node.getStringNumber(part);
      if (failed(result) || failed(result = taken))
        return false;
      parts.push_back(*taken);
      return true;
    });
    if (failed(result))
      return failure();
  }
  return known;
}

static bool foldStringSplit(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireStrings(0)))
    return false;
  FailureOr<Parts> parts = splitStrings(node);
  if (failed(parts))
    return false;
  Sizes shape(node.getShape(0));
  std::unique_ptr<Tensor> counts = makeResult(node, ElementKind::I64, shape);
  size_t width = 0;
  for (const auto &entry : *parts)
    width = std::max(width, entry.second.size());
  shape.push_back(int64_t(width));
  if (!counts)
    return false;
  std::unique_ptr<Tensor> result = makeResult(node, ElementKind::I64, shape);
  if (!result)
    return false;
  // What is left of a row stays 0, the number of the empty string.
  for (auto [i, number] : enumerate(getNumbers(node, 0))) {
    const std::vector<int64_t> &row = parts->find(number)->second;
    llvm::copy(row, result->as<int64_t>() + i * width);
    counts->as<int64_t>()[i] = int64_t(row.size());
  }
  node.setOutput(0, Constant(std::move(result)));
  node.setIsString(0);
  node.setOutput(1, Constant(std::move(counts)));
  return true;
}

//===----------------------------------------------------------------------===//
// RegexFullMatch
//===----------------------------------------------------------------------===//

static bool foldRegexFullMatch(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireStrings(0)))
    return false;
  if (!node.attributes.has("pattern")) {
    (void)node.fail("expected a pattern");
    return false;
  }
  RE2::Options options;
  options.set_log_errors(false); // a library does not print
  RE2 pattern(node.attributes.getString("pattern", ""), options);
  if (pattern.error_code() == RE2::ErrorPatternTooLarge)
    (void)node.unsupported("pattern: " + pattern.error());
  else if (!pattern.ok())
    (void)node.fail("pattern: " + pattern.error());
  if (!pattern.ok())
    return false;
  std::unique_ptr<Tensor> result =
      makeResult(node, ElementKind::Bool, node.getShape(0));
  if (!result)
    return false;
  std::unordered_map<int64_t, bool> known;
  for (auto [i, number] : enumerate(getNumbers(node, 0))) {
    auto [entry, isNew] = known.try_emplace(number, false);
    if (isNew) {
      StringRef text = node.getString(number);
      entry->second =
          RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
    }
    result->as<uint8_t>()[i] = entry->second;
  }
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

void registerStrings(OperatorRegistry &all) {
  auto add = [&](StringRef name, int64_t since, Folding fold) {
    all.add(name, since, nullptr)
        .withFold(fold)
        .withStrings(StringUse::Handles);
  };
  add("StringNormalizer", 10, foldStringNormalizer);
  add("StringConcat", 20, foldStringConcat);
  add("StringSplit", 20, foldStringSplit);
  add("RegexFullMatch", 20, foldRegexFullMatch);
}

} // namespace mlir::pc
