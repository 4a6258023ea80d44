// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TfIdfVectorizer: counts of n-grams, of integers or of strings, whose numbers
// are compared.

#include "Operators.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;
using Sizes = SmallVector<int64_t>;

namespace {
struct Vocabulary {
  int64_t shortest, longest, skips;
  Sizes pool, starts; // where the n-grams of each length begin
  Sizes columns;      // of the result, for each n-gram
  int64_t width;      // of the result
};
} // namespace

/// The elements of all n-grams, which must be of the operand's kind.
static FailureOr<Sizes> readPool(NodeContext &node) {
  bool hasIntegers = node.attributes.has("pool_int64s");
  bool hasStrings = node.attributes.has("pool_strings");
  if (hasIntegers == hasStrings)
    return node.fail("expected one of pool_int64s and pool_strings");
  if (hasStrings != node.isString(0))
    return node.fail(Twine("expected ") +
                     (hasStrings ? "strings" : "integers") +
                     " as in the pool, but got " +
                     (hasStrings ? printTypes(node) : "strings"));
  if (hasStrings)
    return node.requireTexts("pool_strings");
  return node.attributes.getInts("pool_int64s").value_or(Sizes());
}

static FailureOr<Vocabulary> readVocabulary(NodeContext &node) {
  Vocabulary words;
  FailureOr<Sizes> pool = readPool(node);
  if (failed(pool))
    return failure();
  words.pool = *pool;
  words.shortest = node.attributes.getInt("min_gram_length", 0);
  words.longest = node.attributes.getInt("max_gram_length", 0);
  words.skips = node.attributes.getInt("max_skip_count", -1);
  words.starts = node.attributes.getInts("ngram_counts").value_or(Sizes());
  words.columns = node.attributes.getInts("ngram_indexes").value_or(Sizes());
  if (words.shortest < 1 || words.longest < words.shortest ||
      words.longest > 64 || words.skips < 0 || words.skips > 1024 ||
      int64_t(words.starts.size()) < words.longest || words.columns.empty())
    return node.fail(
        "expected n-grams of 1 to 64 elements, at most 1024 skips, "
        "a start for each length and an index for each n-gram");
  words.starts.push_back(words.pool.size());
  int64_t total = 0;
  for (size_t i = 0; i + 1 < words.starts.size(); ++i) {
    int64_t size = words.starts[i + 1] - words.starts[i];
    if (words.starts[i] < 0 || size < 0 || size % int64_t(i + 1) != 0)
      return node.fail("ngram_counts: expected starts that rise by whole "
                       "n-grams");
    total += size / int64_t(i + 1);
  }
  int64_t most = *llvm::max_element(words.columns);
  if (int64_t(words.columns.size()) != total ||
      *llvm::min_element(words.columns) < 0 || most > (int64_t(1) << 24))
    return node.fail("ngram_indexes: expected one sane index for each of " +
                     Twine(total) + " n-grams");
  words.width = most + 1;
  return words;
}

/// How often each of `count` n-grams of `length` numbers stands in the rows of
/// `x`, its elements `step` apart: [rows, count].
static Value countGrams(Emitter &b, Value x, ArrayRef<int64_t> grams,
                        int64_t length, int64_t step) {
  int64_t rows = getShape(x)[0], count = int64_t(grams.size()) / length;
  int64_t places = getShape(x)[1] - (length - 1) * step;
  Type element = b.getF32Type();
  if (places < 1)
    return b.filled({rows, count}, element, 0);
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (int64_t i = 0; i < length; ++i) {
    operands.push_back(b.slice(x, {0, i * step}, {rows, places}, {1, 1}));
    maps.push_back(selectLoops(b, 3, {0, 2}));
  }
  for (int64_t i = 0; i < length; ++i) {
    SmallVector<int64_t> column;
    for (int64_t gram = 0; gram < count; ++gram)
      column.push_back(grams[gram * length + i]);
    auto type = RankedTensorType::get(count, b.getI64Type());
    operands.push_back(arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, ArrayRef<int64_t>(column))));
    maps.push_back(selectLoops(b, 3, unsigned(1)));
  }
  return sumOver(
      b, {rows, count}, element, operands, maps,
      [&](Scalar &b, ValueRange v) -> Value {
        Value isHere;
        for (int64_t i = 0; i < length; ++i) {
          Value isSame =
              compareIntegers(b, arith::CmpIPredicate::eq, v[i], v[length + i]);
          isHere = isHere ? arith::AndIOp::create(b, isHere, isSame).getResult()
                          : isSame;
        }
        return emitCast(b, isHere, element);
      });
}

/// Counts of all n-grams, in the order of the pool: [rows, n-grams].
static Value countAll(Emitter &b, Value x, const Vocabulary &words) {
  SmallVector<Value> parts;
  int64_t rows = getShape(x)[0];
  for (size_t i = 0; i + 1 < words.starts.size(); ++i) {
    int64_t length = int64_t(i) + 1, start = words.starts[i];
    ArrayRef<int64_t> grams =
        ArrayRef(words.pool).slice(start, words.starts[i + 1] - start);
    if (grams.empty())
      continue;
    int64_t count = int64_t(grams.size()) / length;
    Value sum = b.filled({rows, count}, b.getF32Type(), 0);
    bool isWanted = length >= words.shortest && length <= words.longest;
    // Single elements have nothing to skip.
    int64_t skips = length == 1 ? 0 : words.skips;
    for (int64_t skip = 0; isWanted && skip <= skips; ++skip)
      sum = b.elementwise(
          {rows, count}, b.getF32Type(),
          {sum, countGrams(b, x, grams, length, skip + 1)},
          [](Scalar &b, ValueRange v) { return emitAdd(b, v[0], v[1]); });
    parts.push_back(sum);
  }
  return b.concat(1, parts);
}

static LogicalResult lowerTfIdfVectorizer(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)) || failed(node.requireRank(0, 1, 2)))
    return failure();
  if (!isa<IntegerType>(node.getType(0).getElementType()))
    return node.fail("expected integers, but got " + printTypes(node));
  FailureOr<Vocabulary> words = readVocabulary(node);
  if (failed(words))
    return failure();
  std::string mode = node.attributes.getString("mode", "");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return node.fail("mode: expected TF, IDF or TFIDF, but got '" + mode + "'");
  std::optional<SmallVector<double>> weights =
      node.attributes.getFloats("weights");
  if (weights && weights->size() != words->columns.size())
    return node.fail("weights: expected one for each n-gram");
  bool isRow = node.getType(0).getRank() == 1;
  int64_t rows = isRow ? 1 : node.getShape(0)[0];
  int64_t length = node.getShape(0).back(), grams = words->columns.size();
  if (failed(
          node.getTensorType({rows, words->width}, node.builder.getF32Type())))
    return failure();
  Emitter b(node.builder, node.loc);
  Value x = b.reshape(b.cast(node.getInput(0), b.getI64Type()), {rows, length});
  Value counts = countAll(b, x, *words);
  Type element = b.getF32Type();
  if (mode != "TF")
    counts = b.elementwise(
        {rows, grams}, element,
        {counts, b.constant(grams, element,
                            weights.value_or(SmallVector<double>(grams, 1)))},
        [&](Scalar &b, ValueRange v) -> Value {
          if (mode == "TFIDF")
            return emitMul(b, v[0], v[1]);
          Value zero = emitScalar(b, element, 0);
          Value isThere =
              arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, v[0], zero);
          return arith::SelectOp::create(b, isThere, v[1], zero);
        });
  // Columns that no n-gram has are zero: one more column, taken often.
  counts = b.pad(counts, {0, 0}, {0, 1}, 0.0);
  Sizes source(words->width, grams);
  for (auto [gram, column] : enumerate(words->columns))
    source[column] = int64_t(gram);
  Value result = takeIndices(b, counts, 1, source);
  node.setOutput(0, isRow ? b.reshape(result, words->width) : result);
  return success();
}

void registerNGrams(OperatorRegistry &all) {
  all.add("TfIdfVectorizer", 9, lowerTfIdfVectorizer)
      .withStrings(StringUse::Handles);
}

} // namespace mlir::pc
