// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Attributes.h"

using namespace llvm;

namespace mlir::pc {

using Proto = onnx::AttributeProto;

const Proto *Attributes::find(StringRef name) const {
  for (const Proto &attribute : node.attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.ref_attr_name().empty())
      return &attribute;
    return bindings ? bindings->lookup(attribute.ref_attr_name()) : nullptr;
  }
  return nullptr;
}

/// Very old files leave the type out; the field that is set decides then.
static Proto::AttributeType getType(const Proto &attribute) {
  if (attribute.type() != Proto::UNDEFINED)
    return attribute.type();
  if (attribute.has_f())
    return Proto::FLOAT;
  if (attribute.has_i())
    return Proto::INT;
  if (attribute.has_s())
    return Proto::STRING;
  if (attribute.has_t())
    return Proto::TENSOR;
  if (attribute.has_g())
    return Proto::GRAPH;
  if (attribute.ints_size())
    return Proto::INTS;
  return attribute.floats_size() ? Proto::FLOATS : Proto::UNDEFINED;
}

const Proto *Attributes::find(StringRef name, Proto::AttributeType type) {
  const Proto *attribute = find(name);
  if (!attribute || getType(*attribute) == type)
    return attribute;
  error = "attribute '" + name.str() + "': expected type " +
          Proto::AttributeType_Name(type) + ", but got " +
          Proto::AttributeType_Name(getType(*attribute));
  return nullptr;
}

int64_t Attributes::getInt(StringRef name, int64_t otherwise) {
  const Proto *attribute = find(name, Proto::INT);
  return attribute ? attribute->i() : otherwise;
}

double Attributes::getFloat(StringRef name, double otherwise) {
  const Proto *attribute = find(name, Proto::FLOAT);
  return attribute ? attribute->f() : otherwise;
}

std::string Attributes::getString(StringRef name, StringRef otherwise) {
  const Proto *attribute = find(name, Proto::STRING);
  return attribute ? attribute->s() : otherwise.str();
}

std::optional<SmallVector<int64_t>> Attributes::getInts(StringRef name) {
  if (const Proto *attribute = find(name, Proto::INTS))
    return SmallVector<int64_t>(attribute->ints().begin(),
                                attribute->ints().end());
  return std::nullopt;
}

std::optional<SmallVector<double>> Attributes::getFloats(StringRef name) {
  if (const Proto *attribute = find(name, Proto::FLOATS))
    return SmallVector<double>(attribute->floats().begin(),
                               attribute->floats().end());
  return std::nullopt;
}

std::optional<SmallVector<std::string>> Attributes::getStrings(StringRef name) {
  if (const Proto *attribute = find(name, Proto::STRINGS))
    return SmallVector<std::string>(attribute->strings().begin(),
                                    attribute->strings().end());
  return std::nullopt;
}

const onnx::TensorProto *Attributes::getTensor(StringRef name) {
  const Proto *attribute = find(name, Proto::TENSOR);
  return attribute ? &attribute->t() : nullptr;
}

const onnx::GraphProto *Attributes::getGraph(StringRef name) {
  const Proto *attribute = find(name, Proto::GRAPH);
  return attribute ? &attribute->g() : nullptr;
}

} // namespace mlir::pc
