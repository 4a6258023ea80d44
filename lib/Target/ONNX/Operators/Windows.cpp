// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Windows.h"

using namespace llvm;

namespace mlir::pc {

/// Sizes beyond this are refused, which keeps the arithmetic far from overflow.
static constexpr int64_t maxWindow = int64_t(1) << 31;

/// An attribute with one number for each spatial dimension.
static FailureOr<SmallVector<int64_t>> getNumbers(NodeContext &node,
                                                  StringRef name, size_t count,
                                                  int64_t otherwise,
                                                  int64_t least) {
  std::optional<SmallVector<int64_t>> given = node.attributes.getInts(name);
  if (!given)
    return SmallVector<int64_t>(count, otherwise);
  if (given->size() != count)
    return node.fail(name + ": expected " + Twine(count) +
                     " numbers, but got " + Twine(given->size()));
  for (int64_t value : *given)
    if (value < least || value > maxWindow)
      return node.fail(name + ": expected numbers of at least " + Twine(least) +
                       ", but got " + Twine(value));
  return *given;
}

FailureOr<Window> readWindow(NodeContext &node, ArrayRef<int64_t> kernel) {
  size_t rank = kernel.size();
  Window window;
  for (int64_t size : kernel)
    if (size < 1 || size > maxWindow)
      return node.fail("expected a kernel of positive sizes, but got " +
                       Twine(size));
  window.kernel.assign(kernel.begin(), kernel.end());
  FailureOr<SmallVector<int64_t>> strides =
      getNumbers(node, "strides", rank, 1, 1);
  FailureOr<SmallVector<int64_t>> dilations =
      getNumbers(node, "dilations", rank, 1, 1);
  FailureOr<SmallVector<int64_t>> pads =
      getNumbers(node, "pads", 2 * rank, 0, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;
  window.low.assign(pads->begin(), pads->begin() + rank);
  window.high.assign(pads->begin() + rank, pads->end());
  window.extra.assign(rank, 0);
  for (size_t i = 0; i < rank; ++i)
    if (window.getExtent(i) > maxWindow)
      return node.fail("the dilated kernel is larger than the limit");
  return window;
}

/// SAME_*: as many windows as strides fit, padding as needed.
static void padToSame(Window &window, ArrayRef<int64_t> spatial, bool isUpper) {
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t stride = window.strides[i];
    window.output.push_back((spatial[i] + stride - 1) / stride);
    int64_t total = std::max<int64_t>(
        (window.output[i] - 1) * stride + window.getExtent(i) - spatial[i], 0);
    window.low[i] = isUpper ? total / 2 : total - total / 2;
    window.high[i] = total - window.low[i];
  }
}

FailureOr<Window> getWindow(NodeContext &node, ArrayRef<int64_t> spatial,
                            ArrayRef<int64_t> kernel) {
  if (kernel.size() != spatial.size())
    return node.fail("expected a kernel of rank " + Twine(spatial.size()) +
                     ", but got " + Twine(kernel.size()));
  FailureOr<Window> window = readWindow(node, kernel);
  if (failed(window))
    return failure();
  std::string autoPad = node.attributes.getString("auto_pad", "NOTSET");
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    padToSame(*window, spatial, autoPad == "SAME_UPPER");
    return window;
  }
  if (autoPad == "VALID") {
    window->low.assign(spatial.size(), 0);
    window->high.assign(spatial.size(), 0);
  } else if (autoPad != "NOTSET") {
    return node.fail("auto_pad: expected NOTSET, SAME_UPPER, SAME_LOWER or "
                     "VALID, but got '" +
                     autoPad + "'");
  }
  bool isCeil = node.attributes.getInt("ceil_mode", 0) != 0;
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t stride = window->strides[i], extent = window->getExtent(i);
    int64_t padded = spatial[i] + window->low[i] + window->high[i];
    if (padded < extent)
      return node.fail("expected a padded size of at least " + Twine(extent) +
                       " in spatial dimension " + Twine(i) + ", but got " +
                       Twine(padded));
    int64_t count = (padded - extent) / stride + 1;
    if (isCeil && (padded - extent) % stride != 0) {
      // A window that starts behind the image is not counted.
      if (count * stride < spatial[i] + window->low[i])
        ++count;
      window->extra[i] =
          std::max<int64_t>((count - 1) * stride + extent - padded, 0);
    }
    window->output.push_back(count);
  }
  return window;
}

LogicalResult checkPadded(NodeContext &node, const Window &window) {
  SmallVector<int64_t> shape(node.getShape(0));
  for (size_t i = 0; i < window.low.size(); ++i)
    shape[i + 2] += window.low[i] + window.high[i] + window.extra[i];
  return node.getTensorType(shape, node.getType(0).getElementType());
}

Value padImage(Emitter &b, Value image, ArrayRef<int64_t> low,
               ArrayRef<int64_t> high, double value) {
  SmallVector<int64_t> before(2, 0), after(2, 0);
  before.append(low.begin(), low.end());
  after.append(high.begin(), high.end());
  return b.pad(image, before, after, value);
}

DenseIntElementsAttr getWindowAttr(Builder &builder, ArrayRef<int64_t> values) {
  return builder.getI64VectorAttr(values);
}

} // namespace mlir::pc
