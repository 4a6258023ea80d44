// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Fold.h"
#include "Emit.h"
#include "Payload.h"
#include <cstring>
#include <numeric>

using namespace llvm;

namespace mlir::pc {

std::unique_ptr<Tensor> makeFolded(ElementKind kind, Integers shape) {
  Expected<int64_t> count = countElements(shape, 8);
  if (!count) {
    consumeError(count.takeError());
    return nullptr;
  }
  if (*count > maxFoldedElements)
    return nullptr;
  return std::make_unique<Tensor>(
      kind, std::vector<int64_t>(shape.begin(), shape.end()));
}

int64_t getInteger(const Tensor &tensor, int64_t index) {
  switch (tensor.getKind()) {
  case ElementKind::Bool:
  case ElementKind::U8:
    return tensor.as<uint8_t>()[index];
  case ElementKind::I8:
    return tensor.as<int8_t>()[index];
  case ElementKind::I16:
    return tensor.as<int16_t>()[index];
  case ElementKind::I32:
    return tensor.as<int32_t>()[index];
  case ElementKind::I64:
  case ElementKind::U64:
    return tensor.as<int64_t>()[index];
  default:
    return int64_t(tensor.getAsDouble(index));
  }
}

void setInteger(Tensor &tensor, int64_t index, int64_t value) {
  switch (tensor.getKind()) {
  case ElementKind::Bool:
    tensor.as<uint8_t>()[index] = value != 0;
    return;
  case ElementKind::I8:
  case ElementKind::U8:
    tensor.as<uint8_t>()[index] = uint8_t(value);
    return;
  case ElementKind::I16:
  case ElementKind::U16:
    tensor.as<uint16_t>()[index] = uint16_t(value);
    return;
  case ElementKind::I32:
  case ElementKind::U32:
    tensor.as<uint32_t>()[index] = uint32_t(value);
    return;
  case ElementKind::I64:
  case ElementKind::U64:
    tensor.as<int64_t>()[index] = value;
    return;
  default:
    tensor.setFromDouble(index, double(value));
  }
}

Constant makeIntegers(Integers values) {
  auto tensor = std::make_shared<Tensor>(
      ElementKind::I64, std::vector<int64_t>{int64_t(values.size())});
  llvm::copy(values, tensor->as<int64_t>());
  return tensor;
}

SmallVector<int64_t> getStrides(Integers shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

bool advance(MutableArrayRef<int64_t> index, Integers shape) {
  for (size_t i = shape.size(); i-- > 0;) {
    if (++index[i] < shape[i])
      return true;
    index[i] = 0;
  }
  return false;
}

int64_t getBroadcastPosition(Integers own, Integers index) {
  size_t shift = index.size() - own.size();
  int64_t position = 0;
  for (size_t i = 0; i < own.size(); ++i)
    position = position * own[i] + (own[i] == 1 ? 0 : index[i + shift]);
  return position;
}

bool foldElementwise(NodeContext &node, const ScalarFunctions &functions) {
  SmallVector<int64_t> shape;
  unsigned count = node.getNumInputs();
  for (unsigned i = 0; i < count; ++i) {
    if (!node.hasInput(i))
      return false;
    FailureOr<SmallVector<int64_t>> joint =
        broadcastShapes(shape, node.getConstant(i)->getShape());
    if (failed(joint) ||
        node.getConstant(i)->getKind() != node.getConstant(0)->getKind())
      return false; // the lowering says what is wrong
    shape = *joint;
  }
  ElementKind kind = node.getConstant(0)->getKind();
  if (!isFloat(kind) && !functions.onIntegers)
    return false;
  std::unique_ptr<Tensor> result =
      makeFolded(functions.isPredicate ? ElementKind::Bool : kind, shape);
  if (!result)
    return false;
  SmallVector<int64_t> index(shape.size(), 0);
  SmallVector<double> floats(count);
  SmallVector<int64_t> integers(count);
  for (int64_t i = 0, e = result->getNumElements(); i != e; ++i) {
    for (unsigned j = 0; j < count; ++j) {
      const Tensor &operand = *node.getConstant(j);
      int64_t at = getBroadcastPosition(operand.getShape(), index);
      if (isFloat(kind))
        floats[j] = operand.getAsDouble(at);
      else
        integers[j] = getInteger(operand, at);
    }
    if (!isFloat(kind))
      setInteger(*result, i, functions.onIntegers(integers));
    else
      result->setFromDouble(i, functions.onFloats(floats));
    advance(index, shape);
  }
  if (isFloat(kind) && !functions.isPredicate)
    node.setRounded();
  node.setOutput(0, Constant(std::move(result)));
  return true;
}

bool foldGather(NodeContext &node, unsigned output, const Tensor &tensor,
                Integers shape, function_ref<int64_t(Integers)> source) {
  std::unique_ptr<Tensor> result = makeFolded(tensor.getKind(), shape);
  if (!result)
    return false;
  size_t width = getByteWidth(tensor.getKind());
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, e = result->getNumElements(); i != e; ++i) {
    std::memcpy(result->as<char>() + i * width,
                tensor.as<char>() + source(index) * width, width);
    advance(index, shape);
  }
  node.setOutput(output, Constant(std::move(result)));
  return true;
}

bool foldReshape(NodeContext &node, Integers shape) {
  const Tensor &tensor = *node.getConstant(0);
  SmallVector<int64_t> strides = getStrides(shape);
  return foldGather(node, 0, tensor, shape, [&](Integers index) {
    return std::inner_product(index.begin(), index.end(), strides.begin(),
                              int64_t(0));
  });
}

} // namespace mlir::pc
