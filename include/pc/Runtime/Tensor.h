// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dense tensor in host memory: what tools read from files, hand to compiled
// code and write back. Knows neither MLIR nor LLVM.

#ifndef PC_RUNTIME_TENSOR_H
#define PC_RUNTIME_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mlir::pc {

/// Element types that cross the border of compiled code. Booleans and types of
/// 2 and 4 bits take one byte each, as in compiled code; the bits above theirs
/// are zero.
enum class ElementKind : uint8_t {
  F16,
  BF16,
  F32,
  F64,
  Bool,
  I8,
  U8,
  I16,
  U16,
  I32,
  U32,
  I64,
  U64,
  I2,
  U2,
  I4,
  U4,
  F4E2M1,
  F8E4M3FN,
  F8E4M3FNUZ,
  F8E5M2,
  F8E5M2FNUZ,
  F8E8M0,
};

/// Bits of an element that mean something: 1 for booleans.
unsigned getBitWidth(ElementKind kind);
/// Bytes of one element.
size_t getByteWidth(ElementKind kind);
/// "f32", "i64", "bool", ...
const char *getName(ElementKind kind);
/// True for the kinds that have a derivative.
bool isFloat(ElementKind kind);

/// Row-major, contiguous and zero-initialised; the data is aligned to 64 bytes.
/// Moves are cheap; copies are explicit (`clone`).
class Tensor {
public:
  Tensor() = default;
  Tensor(ElementKind kind, std::vector<int64_t> shape);
  Tensor(Tensor &&) = default;
  Tensor &operator=(Tensor &&) = default;

  Tensor clone() const;
  /// The same values as another kind; floats round to nearest even, and
  /// integers become floats exactly where the float can hold them.
  Tensor convertTo(ElementKind kind) const;

  ElementKind getKind() const { return kind; }
  const std::vector<int64_t> &getShape() const { return shape; }
  int64_t getNumElements() const;
  size_t getByteSize() const;
  /// "4x3xf32"; "f32" for rank 0.
  std::string describe() const;

  void *data() { return storage.get(); }
  const void *data() const { return storage.get(); }
  template <typename T> T *as() { return static_cast<T *>(data()); }
  template <typename T> const T *as() const {
    return static_cast<const T *>(data());
  }

  /// Element `index` (row-major) as a double, whatever the kind.
  double getAsDouble(int64_t index) const;
  void setFromDouble(int64_t index, double value);

private:
  struct Free {
    void operator()(void *memory) const;
  };
  ElementKind kind = ElementKind::F32;
  std::vector<int64_t> shape;
  std::unique_ptr<void, Free> storage;
};

} // namespace mlir::pc

#endif // PC_RUNTIME_TENSOR_H
