// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/CPU/Signature.h"
#include "pc/Support/Names.h"

using namespace mlir;
using namespace mlir::pc;

std::optional<ElementKind> mlir::pc::toElementKind(Type type) {
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  if (isa<Float4E2M1FNType>(type))
    return ElementKind::F4E2M1;
  if (isa<Float8E4M3FNType>(type))
    return ElementKind::F8E4M3FN;
  if (isa<Float8E4M3FNUZType>(type))
    return ElementKind::F8E4M3FNUZ;
  if (isa<Float8E5M2Type>(type))
    return ElementKind::F8E5M2;
  if (isa<Float8E5M2FNUZType>(type))
    return ElementKind::F8E5M2FNUZ;
  if (isa<Float8E8M0FNUType>(type))
    return ElementKind::F8E8M0;
  if (type.isIndex())
    return ElementKind::I64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return ElementKind::Bool;
  case 2:
    return isUnsigned ? ElementKind::U2 : ElementKind::I2;
  case 4:
    return isUnsigned ? ElementKind::U4 : ElementKind::I4;
  case 8:
    return isUnsigned ? ElementKind::U8 : ElementKind::I8;
  case 16:
    return isUnsigned ? ElementKind::U16 : ElementKind::I16;
  case 32:
    return isUnsigned ? ElementKind::U32 : ElementKind::I32;
  case 64:
    return isUnsigned ? ElementKind::U64 : ElementKind::I64;
  default:
    return std::nullopt;
  }
}

/// Describes one argument or result that has `type` and `attributes`.
static FailureOr<PortInfo> getPort(func::FuncOp function, Type type,
                                   DictionaryAttr attributes) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return function.emitOpError("expected tensors of static shape in the "
                                "signature, but got ")
           << type;
  std::optional<ElementKind> kind = toElementKind(tensor.getElementType());
  if (!kind)
    return function.emitOpError("expected elements of a float type or of 1, 2, "
                                "4, 8, 16, 32 or 64 bits, but got ")
           << tensor.getElementType();
  PortInfo port{"", "", *kind, tensor.getShape().vec(), std::nullopt};
  if (!attributes)
    return port;
  if (auto name = attributes.getAs<StringAttr>(nameAttrName))
    port.name = name.str();
  if (auto role = attributes.getAs<StringAttr>(roleAttrName))
    port.role = role.str();
  if (auto updates = attributes.getAs<IntegerAttr>(updatesAttrName))
    port.updates = updates.getInt();
  port.hasValue = attributes.contains(valueAttrName);
  return port;
}

static LogicalResult readGroups(func::FuncOp function, Signature &signature) {
  std::vector<std::string> inputs, outputs;
  for (const PortInfo &port : signature.arguments)
    if (!port.hasValue)
      inputs.push_back(port.name);
  for (const PortInfo &port : signature.results)
    outputs.push_back(port.name);
  FailureOr<std::vector<ValueGroup>> of[] = {
      getValueGroups(function, inputsAttrName, inputs),
      getValueGroups(function, outputsAttrName, outputs)};
  if (failed(of[0]) || failed(of[1]))
    return failure();
  signature.inputs = std::move(*of[0]);
  signature.outputs = std::move(*of[1]);
  return success();
}

FailureOr<Signature> mlir::pc::getSignature(func::FuncOp function) {
  Signature signature;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    FailureOr<PortInfo> port =
        getPort(function, type, function.getArgAttrDict(i));
    if (failed(port))
      return failure();
    signature.arguments.push_back(std::move(*port));
  }
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    FailureOr<PortInfo> port =
        getPort(function, type, function.getResultAttrDict(i));
    if (failed(port))
      return failure();
    signature.results.push_back(std::move(*port));
  }
  if (failed(readGroups(function, signature)))
    return failure();
  return signature;
}
