// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results whose size depends on data: there is a type for them only where the
// data is known while compiling.

#include "Operators.h"
#include <cmath>
#include <numeric>

using namespace llvm;

namespace mlir::pc {

using Sizes = SmallVector<int64_t>;

/// What is searched for has at most this many elements.
static constexpr int64_t maxSearched = int64_t(1) << 24;

//===----------------------------------------------------------------------===//
// NonZero
//===----------------------------------------------------------------------===//

/// A table of integers, one row for each entry of `columns` and transposed.
static Constant makeTable(ArrayRef<Sizes> entries, int64_t width,
                          bool isTransposed) {
  int64_t count = entries.size();
  std::vector<int64_t> shape{count, width};
  if (isTransposed)
    std::swap(shape[0], shape[1]);
  auto table = std::make_shared<Tensor>(ElementKind::I64, shape);
  int64_t *data = table->as<int64_t>();
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < width; ++j)
      data[isTransposed ? j * count + i : i * width + j] = entries[i][j];
  return table;
}

static bool foldNonZero(NodeContext &node) {
  const Tensor &tensor = *node.getConstant(0);
  if (tensor.getNumElements() > maxSearched)
    return false;
  ArrayRef<int64_t> shape = tensor.getShape();
  Sizes index(shape.size(), 0);
  SmallVector<Sizes> found;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i) {
    bool isZero = isFloat(tensor.getKind()) ? tensor.getAsDouble(i) == 0
                                            : getInteger(tensor, i) == 0;
    if (!isZero)
      found.push_back(index);
    advance(index, shape);
  }
  node.setOutput(0, makeTable(found, shape.size(), true));
  return true;
}

//===----------------------------------------------------------------------===//
// Unique
//===----------------------------------------------------------------------===//

namespace {
/// Slices of a tensor along one axis, compared element by element.
class Slices {
public:
  Slices(const Tensor &tensor, ArrayRef<int64_t> shape, int64_t axis)
      : tensor(tensor), size(shape[axis]) {
    for (int64_t count : shape.take_front(axis))
      outer *= count;
    for (int64_t count : shape.drop_front(axis + 1))
      inner *= count;
  }

  int64_t getCount() const { return size; }
  /// Below, at or above zero, as slice `i` is before, equal to or behind `j`.
  int compare(int64_t i, int64_t j) const {
    for (int64_t block = 0; block < outer; ++block)
      for (int64_t at = 0; at < inner; ++at) {
        int64_t x = (block * size + i) * inner + at;
        int64_t y = (block * size + j) * inner + at;
        if (int order = compareElements(x, y))
          return order;
      }
    return 0;
  }

private:
  template <typename T> static int order(T x, T y) {
    return x < y ? -1 : (y < x ? 1 : 0);
  }
  int compareElements(int64_t x, int64_t y) const {
    if (isFloat(tensor.getKind()))
      return order(tensor.getAsDouble(x), tensor.getAsDouble(y));
    int64_t left = getInteger(tensor, x), right = getInteger(tensor, y);
    if (tensor.getKind() == ElementKind::U64)
      return order(uint64_t(left), uint64_t(right));
    return order(left, right);
  }

  const Tensor &tensor;
  int64_t size, outer = 1, inner = 1;
};

struct UniqueSlices {
  Sizes first;   // where each of them stands first
  Sizes inverse; // which one each slice is
  Sizes counts;
};
} // namespace

static UniqueSlices findUnique(const Slices &slices, bool isSorted) {
  Sizes order = llvm::to_vector(llvm::seq<int64_t>(0, slices.getCount()));
  llvm::stable_sort(
      order, [&](int64_t i, int64_t j) { return slices.compare(i, j) < 0; });
  // Groups of equal slices; the first of a group has the lowest index.
  SmallVector<Sizes> groups;
  for (int64_t i : order) {
    if (groups.empty() || slices.compare(groups.back().front(), i) != 0)
      groups.emplace_back();
    groups.back().push_back(i);
  }
  if (!isSorted)
    llvm::sort(groups, [](const Sizes &x, const Sizes &y) {
      return x.front() < y.front();
    });
  UniqueSlices result;
  result.inverse.resize(slices.getCount());
  for (auto [number, group] : enumerate(groups)) {
    result.first.push_back(group.front());
    result.counts.push_back(int64_t(group.size()));
    for (int64_t i : group)
      result.inverse[i] = int64_t(number);
  }
  return result;
}

/// The slices that are taken are data; their values are computed, so that they
/// have derivatives.
static LogicalResult lowerUnique(NodeContext &node) {
  if (failed(node.requireInputs(1, 1)))
    return failure();
  const Tensor *tensor = node.getConstant(0);
  if (!tensor)
    return node.unknown(0, "the operand");
  if (tensor->getNumElements() > maxSearched)
    return node.unsupported("more than " + Twine(maxSearched) + " elements");
  int64_t axis = 0;
  bool isFlat = !node.attributes.has("axis");
  Sizes shape(node.getShape(0));
  if (isFlat) {
    shape = {tensor->getNumElements()};
  } else {
    FailureOr<int64_t> given =
        node.normalizeAxis(node.attributes.getInt("axis", 0), shape.size());
    if (failed(given))
      return failure();
    axis = *given;
  }
  for (int64_t i = 0, e = tensor->getNumElements();
       isFloat(tensor->getKind()) && i != e; ++i)
    if (std::isnan(tensor->getAsDouble(i)))
      return node.unsupported("NaN, which is equal to nothing");
  UniqueSlices found = findUnique(Slices(*tensor, shape, axis),
                                  node.attributes.getInt("sorted", 1) != 0);
  Emitter b(node.builder, node.loc);
  node.setOutput(
      0, takeIndices(b, b.reshape(node.getInput(0), shape), axis, found.first));
  node.setOutput(1, makeIntegers(found.first));
  node.setOutput(2, makeIntegers(found.inverse));
  node.setOutput(3, makeIntegers(found.counts));
  return success();
}

//===----------------------------------------------------------------------===//
// NonMaxSuppression
//===----------------------------------------------------------------------===//

namespace {
struct Box {
  double low[2], high[2];
  double getArea() const { return (high[0] - low[0]) * (high[1] - low[1]); }
};
} // namespace

static Box readBox(const Tensor &boxes, int64_t at, bool isCentred) {
  double v[4];
  for (int64_t i = 0; i < 4; ++i)
    v[i] = boxes.getAsDouble(at * 4 + i);
  if (isCentred) // x, y, width, height
    return {{v[1] - v[3] / 2, v[0] - v[2] / 2},
            {v[1] + v[3] / 2, v[0] + v[2] / 2}};
  return {{std::min(v[0], v[2]), std::min(v[1], v[3])},
          {std::max(v[0], v[2]), std::max(v[1], v[3])}};
}

/// Intersection over union.
static double getOverlap(const Box &x, const Box &y) {
  double common = 1;
  for (int i = 0; i < 2; ++i)
    common *= std::max(0.0, std::min(x.high[i], y.high[i]) -
                                std::max(x.low[i], y.low[i]));
  double joint = x.getArea() + y.getArea() - common;
  return joint > 0 ? common / joint : 0;
}

/// The one number of operand `i`, or `otherwise` where it is absent.
static double getNumber(NodeContext &node, unsigned i, double otherwise) {
  const Tensor *tensor = node.getConstant(i);
  return tensor && tensor->getNumElements() == 1 ? tensor->getAsDouble(0)
                                                 : otherwise;
}

static bool foldNonMaxSuppression(NodeContext &node) {
  if (failed(node.requireInputs(2, 5)) || failed(node.requireRank(0, 3, 3)) ||
      failed(node.requireRank(1, 3, 3)))
    return false;
  ArrayRef<int64_t> boxes = node.getShape(0), scores = node.getShape(1);
  if (boxes[0] != scores[0] || boxes[1] != scores[2] || boxes[2] != 4) {
    (void)node.fail("expected boxes [N, B, 4] and scores [N, C, B], but got " +
                    printTypes(node));
    return false;
  }
  if (node.getType(1).getNumElements() > maxSearched)
    return false;
  double limit = getNumber(node, 2, 0), overlap = getNumber(node, 3, 0);
  double least = getNumber(node, 4, -HUGE_VAL);
  bool isCentred = node.attributes.getInt("center_point_box", 0) != 0;
  const Tensor &values = *node.getConstant(1);
  int64_t count = boxes[1];
  SmallVector<Sizes> selected;
  for (int64_t i = 0; i < scores[0] * scores[1]; ++i) {
    int64_t batch = i / scores[1];
    auto score = [&](int64_t box) {
      return values.getAsDouble(i * count + box);
    };
    Sizes order;
    for (int64_t box = 0; box < count; ++box)
      if (score(box) > least)
        order.push_back(box);
    llvm::stable_sort(
        order, [&](int64_t x, int64_t y) { return score(x) > score(y); });
    SmallVector<Box> kept;
    for (int64_t box : order) {
      if (double(kept.size()) >= limit)
        break;
      Box candidate =
          readBox(*node.getConstant(0), batch * count + box, isCentred);
      if (any_of(kept, [&](const Box &other) {
            return getOverlap(candidate, other) > overlap;
          }))
        continue;
      kept.push_back(candidate);
      selected.push_back({batch, i % scores[1], box});
    }
  }
  node.setOutput(0, makeTable(selected, 3, false));
  return true;
}

void registerDataDependentSizes(OperatorRegistry &all) {
  all.add("NonZero", 9, nullptr).withFold(foldNonZero);
  all.add("Unique", 11, lowerUnique);
  all.add("NonMaxSuppression", 10, nullptr).withFold(foldNonMaxSuppression);
}

} // namespace mlir::pc
