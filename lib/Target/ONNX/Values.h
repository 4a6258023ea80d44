// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the importer knows about a value of the model, and the names in sight.

#ifndef PC_LIB_TARGET_ONNX_VALUES_H
#define PC_LIB_TARGET_ONNX_VALUES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "pc/Runtime/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <vector>

namespace mlir::pc {

using Constant = std::shared_ptr<const Tensor>;

/// A value of the model. It has an IR value, or is a constant that gets one
/// when an operation needs it, or both: a parameter whose values are known, so
/// that shape arithmetic on it can be evaluated.
struct ImportedValue {
  Value value;
  RankedTensorType type;
  Constant constant;
  /// `constant` as an attribute, made when it is first needed.
  ElementsAttr attribute;
  /// Depends on a parameter or on data: `constant` is what holds at first, or
  /// for the data at hand.
  bool isParameter = false;
  /// `constant` was computed for the data, for the one node that asked for it.
  bool isObserved = false;
  /// Of a quantised tensor that derivatives pass through: the same integers as
  /// floats that hold them exactly, +0 for 0, with the derivative of what was
  /// rounded.
  Value steps;
  /// The elements, where this is a sequence; nothing else is set then.
  std::shared_ptr<const std::vector<ImportedValue>> sequence;
  /// An optional value that has nothing, or an optional input of a function
  /// that the call leaves out; nothing else is set then.
  bool isAbsent = false;
  /// Of strings: the integers are their numbers in the table of the importer.
  bool isString = false;
  /// Made by an operator that is not supported; or strings that nobody fed.
  bool isPoisoned = false;

  bool isPureConstant() const { return constant && !isParameter; }
};

/// True for strings, and for sequences of them.
bool hasStrings(const ImportedValue &value);

/// Values by name; subgraphs see those around them.
class Scope {
public:
  explicit Scope(Scope *parent = nullptr) : parent(parent) {}
  ImportedValue *lookup(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->parent)
      if (auto it = scope->values.find(name); it != scope->values.end())
        return &it->second;
    return nullptr;
  }
  void define(llvm::StringRef name, ImportedValue value) {
    values[name] = std::move(value);
  }

private:
  Scope *parent;
  llvm::StringMap<ImportedValue> values;
};

/// The IR type of an element, null for kinds that do not reach compiled code.
Type getElementType(ElementKind kind, MLIRContext *context);
std::optional<ElementKind> getElementKind(Type type);

/// The contents of a constant as an attribute: inside the IR when small, as a
/// resource that shares the memory when large. Null when the element kind has
/// no IR type.
ElementsAttr getElementsAttr(const Constant &constant, MLIRContext *context);

/// Integers and booleans of `tensor`, exactly.
llvm::SmallVector<int64_t> getIntegers(const Tensor &tensor);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_VALUES_H
