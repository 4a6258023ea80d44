// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Support/ValueGroups.h"
#include "mlir/IR/Builders.h"
#include "pc/Support/Names.h"

using namespace mlir;
using llvm::StringRef;

static constexpr pc::ValueKind allKinds[] = {
    pc::ValueKind::Tensor, pc::ValueKind::Sequence, pc::ValueKind::Optional,
    pc::ValueKind::OptionalSequence};

StringRef pc::getName(ValueKind kind) {
  switch (kind) {
  case ValueKind::Tensor:
    return "tensor";
  case ValueKind::Sequence:
    return "sequence";
  case ValueKind::Optional:
    return "optional";
  case ValueKind::OptionalSequence:
    return "optional_sequence";
  }
  return "";
}

bool pc::isOptional(ValueKind kind) {
  return kind == ValueKind::Optional || kind == ValueKind::OptionalSequence;
}

bool pc::isSequence(ValueKind kind) {
  return kind == ValueKind::Sequence || kind == ValueKind::OptionalSequence;
}

ArrayAttr pc::toAttribute(MLIRContext *context, ArrayRef<ValueGroup> groups) {
  Builder builder(context);
  llvm::SmallVector<Attribute> all;
  for (const ValueGroup &group : groups) {
    NamedAttrList entry;
    entry.set("name", builder.getStringAttr(group.name));
    entry.set("kind", builder.getStringAttr(getName(group.kind)));
    entry.set("size", builder.getI64IntegerAttr(group.size));
    if (group.isAbsent)
      entry.set("absent", builder.getUnitAttr());
    if (group.hasStrings)
      entry.set("strings", builder.getUnitAttr());
    all.push_back(entry.getDictionary(context));
  }
  return builder.getArrayAttr(all);
}

/// One entry, or nothing where it is malformed.
static std::optional<pc::ValueGroup> readGroup(Attribute attribute) {
  auto entry = dyn_cast<DictionaryAttr>(attribute);
  if (!entry)
    return std::nullopt;
  auto name = entry.getAs<StringAttr>("name");
  auto kind = entry.getAs<StringAttr>("kind");
  auto size = entry.getAs<IntegerAttr>("size");
  if (!name || !kind || !size || size.getInt() < 0 || size.getInt() > INT32_MAX)
    return std::nullopt;
  const auto *known = llvm::find_if(
      allKinds, [&](pc::ValueKind k) { return pc::getName(k) == kind; });
  if (known == std::end(allKinds))
    return std::nullopt;
  pc::ValueGroup group{name.str(), *known, unsigned(size.getInt()),
                       entry.contains("absent"), entry.contains("strings")};
  bool isOne = group.size == 1 || (group.size == 0 && group.hasStrings);
  bool fits = group.isAbsent ? group.size == 0 && isOptional(group.kind)
                             : isSequence(group.kind) || isOne;
  return fits ? std::optional(group) : std::nullopt;
}

FailureOr<std::vector<pc::ValueGroup>>
pc::getValueGroups(FunctionOpInterface function, StringRef attrName,
                   ArrayRef<std::string> names) {
  std::vector<ValueGroup> groups;
  Attribute given = function->getAttr(attrName);
  auto entries = dyn_cast_or_null<ArrayAttr>(given);
  if (given && !entries)
    return function.emitError("expected ")
           << attrName << " to be an array, found " << given;
  size_t total = 0;
  for (Attribute entry : entries ? entries.getValue() : ArrayRef<Attribute>()) {
    std::optional<ValueGroup> group = readGroup(entry);
    if (!group)
      return function.emitError("expected the entries of ")
             << attrName
             << " to be {name, kind, size} with a kind of tensor, sequence, "
                "optional or optional_sequence and a size that it can have, "
                "found "
             << entry;
    total += group->size;
    groups.push_back(std::move(*group));
  }
  if (total > names.size())
    return function.emitError("expected ")
           << attrName << " to be made of " << names.size()
           << " tensors, found " << total;
  for (const std::string &name : names.drop_front(total))
    groups.push_back({name});
  return groups;
}

FailureOr<std::vector<std::string>>
pc::getStrings(FunctionOpInterface function) {
  std::vector<std::string> strings;
  Attribute given = function->getAttr(stringsAttrName);
  if (!given)
    return strings;
  auto entries = dyn_cast<ArrayAttr>(given);
  for (Attribute entry : entries ? entries.getValue() : ArrayRef<Attribute>()) {
    auto text = dyn_cast<StringAttr>(entry);
    if (!text)
      break;
    strings.push_back(text.str());
  }
  if (!entries || entries.size() != strings.size())
    return function.emitError("expected ")
           << stringsAttrName << " to be an array of strings, found " << given;
  return strings;
}

void pc::copyValueGroups(Operation *source, Operation *target) {
  for (StringRef name : {StringRef(inputsAttrName), StringRef(outputsAttrName),
                         StringRef(stringsAttrName)})
    if (Attribute groups = source->getAttr(name))
      target->setAttr(name, groups);
}
