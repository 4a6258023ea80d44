// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Payload.h"
#include "ExternalData.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;

namespace mlir::pc {

static Error fail(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

namespace {
struct DataType {
  int number;
  StringLiteral name;
  std::optional<ElementKind> kind;
};
} // namespace

/// Numbers 17 and up are newer than the packaged classes; they are plain
/// integers there.
static const DataType dataTypes[] = {
    {1, "float", ElementKind::F32},
    {2, "uint8", ElementKind::U8},
    {3, "int8", ElementKind::I8},
    {4, "uint16", ElementKind::U16},
    {5, "int16", ElementKind::I16},
    {6, "int32", ElementKind::I32},
    {7, "int64", ElementKind::I64},
    {8, "string", std::nullopt},
    {9, "bool", ElementKind::Bool},
    {10, "float16", ElementKind::F16},
    {11, "double", ElementKind::F64},
    {12, "uint32", ElementKind::U32},
    {13, "uint64", ElementKind::U64},
    {14, "complex64", std::nullopt},
    {15, "complex128", std::nullopt},
    {16, "bfloat16", ElementKind::BF16},
    {17, "float8e4m3fn", ElementKind::F8E4M3FN},
    {18, "float8e4m3fnuz", ElementKind::F8E4M3FNUZ},
    {19, "float8e5m2", ElementKind::F8E5M2},
    {20, "float8e5m2fnuz", ElementKind::F8E5M2FNUZ},
    {21, "uint4", ElementKind::U4},
    {22, "int4", ElementKind::I4},
    {23, "float4e2m1", ElementKind::F4E2M1},
    {24, "float8e8m0", ElementKind::F8E8M0},
    {25, "uint2", ElementKind::U2},
    {26, "int2", ElementKind::I2},
};

std::optional<ElementKind> getElementKind(int dataType) {
  for (const DataType &type : dataTypes)
    if (type.number == dataType)
      return type.kind;
  return std::nullopt;
}

int getDataType(ElementKind kind) {
  for (const DataType &type : dataTypes)
    if (type.kind == kind)
      return type.number;
  llvm_unreachable("every element kind has a data type");
}

std::string getDataTypeName(int dataType) {
  for (const DataType &type : dataTypes)
    if (type.number == dataType)
      return type.name.str();
  return "data type " + std::to_string(dataType);
}

bool isString(int dataType) { return dataType == onnx::TensorProto::STRING; }

Expected<int64_t> countElements(ArrayRef<int64_t> dims, size_t byteWidth) {
  // Sizes beside a zero count too: [0, 2^40, 2^40] is no sane shape either.
  int64_t count = 1, nonZero = 1;
  for (int64_t dim : dims) {
    if (dim < 0)
      return fail("expected non-negative sizes, but got " + Twine(dim));
    if (MulOverflow(nonZero, dim ? dim : 1, nonZero) ||
        nonZero > maxTensorBytes / int64_t(byteWidth))
      return fail("the value is larger than the limit of " +
                  Twine(maxTensorBytes >> 30) + " GiB");
    count *= dim;
  }
  return count;
}

/// Copies a repeated field, converting each element.
template <typename T, typename Field>
static void copyField(const Field &field, Tensor &tensor) {
  T *out = tensor.as<T>();
  for (auto value : field)
    *out++ = static_cast<T>(value);
}

/// The field that holds the elements of `kind`, for `read(field)`.
template <typename Read>
static auto withTypedField(const onnx::TensorProto &proto, ElementKind kind,
                           Read read) {
  switch (kind) {
  case ElementKind::F32:
    return read(proto.float_data());
  case ElementKind::F64:
    return read(proto.double_data());
  case ElementKind::I64:
    return read(proto.int64_data());
  case ElementKind::U32:
  case ElementKind::U64:
    return read(proto.uint64_data());
  default:
    return read(proto.int32_data());
  }
}

//===----------------------------------------------------------------------===//
// Elements of 2 and 4 bits
//===----------------------------------------------------------------------===//

/// Several elements share a byte in files, the first one in its lowest bits.
static bool isPacked(ElementKind kind) {
  return kind != ElementKind::Bool && getBitWidth(kind) < 8;
}

/// Bytes that `count` elements take in a file.
static int64_t getPayloadBytes(ElementKind kind, int64_t count) {
  if (!isPacked(kind))
    return count * int64_t(getByteWidth(kind));
  return int64_t(divideCeil(uint64_t(count) * getBitWidth(kind), 8));
}

/// `getByte(i)` is byte i of the file.
static void unpack(Tensor &tensor, function_ref<uint8_t(int64_t)> getByte) {
  unsigned bits = getBitWidth(tensor.getKind()), inByte = 8 / bits;
  uint8_t *out = tensor.as<uint8_t>();
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    out[i] = (getByte(i / inByte) >> (i % inByte * bits)) & ((1 << bits) - 1);
}

static std::string pack(const Tensor &tensor) {
  unsigned bits = getBitWidth(tensor.getKind()), inByte = 8 / bits;
  std::string bytes(getPayloadBytes(tensor.getKind(), tensor.getNumElements()),
                    0);
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    bytes[i / inByte] |= tensor.as<uint8_t>()[i] << (i % inByte * bits);
  return bytes;
}

static void readTyped(const onnx::TensorProto &proto, Tensor &tensor) {
  ElementKind kind = tensor.getKind();
  if (isPacked(kind))
    return unpack(tensor, [&](int64_t i) { return proto.int32_data(i); });
  withTypedField(proto, kind, [&](const auto &field) {
    switch (kind) {
    case ElementKind::F32:
      return copyField<float>(field, tensor);
    case ElementKind::F64:
      return copyField<double>(field, tensor);
    case ElementKind::Bool:
    case ElementKind::I8:
    case ElementKind::U8:
      return copyField<uint8_t>(field, tensor);
    case ElementKind::F16: // bit patterns
    case ElementKind::BF16:
    case ElementKind::I16:
    case ElementKind::U16:
      return copyField<uint16_t>(field, tensor);
    case ElementKind::I32:
    case ElementKind::U32:
      return copyField<uint32_t>(field, tensor);
    case ElementKind::I64:
    case ElementKind::U64:
      return copyField<uint64_t>(field, tensor);
    default: // 8-bit floats
      return copyField<uint8_t>(field, tensor);
    }
  });
}

static Error readRaw(StringRef bytes, Tensor &tensor) {
  int64_t needed = getPayloadBytes(tensor.getKind(), tensor.getNumElements());
  if (bytes.size() != uint64_t(needed))
    return fail("the shape needs " + Twine(needed) + " bytes, but there are " +
                Twine(bytes.size()));
  if (isPacked(tensor.getKind()))
    unpack(tensor, [&](int64_t i) { return bytes[i]; });
  else if (!bytes.empty())
    std::memcpy(tensor.data(), bytes.data(), bytes.size());
  return Error::success();
}

/// Compiled code expects 0 and 1; files may hold any other byte for true.
static void normaliseBooleans(Tensor &tensor) {
  if (tensor.getKind() != ElementKind::Bool)
    return;
  uint8_t *data = tensor.as<uint8_t>();
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    data[i] = data[i] != 0;
}

static int countTyped(const onnx::TensorProto &proto) {
  return proto.float_data_size() + proto.double_data_size() +
         proto.int32_data_size() + proto.int64_data_size() +
         proto.uint64_data_size() + proto.string_data_size();
}

/// Fills `tensor`, whose shape and kind are those of `proto`.
static Error readElements(const onnx::TensorProto &proto, StringRef folder,
                          Tensor &tensor) {
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    if (proto.has_raw_data() || countTyped(proto))
      return fail("data is given twice: external and inside the file");
    Expected<ExternalSlice> slice = locateExternalData(
        proto, folder,
        getPayloadBytes(tensor.getKind(), tensor.getNumElements()));
    if (!slice)
      return slice.takeError();
    if (slice->length == 0)
      return Error::success();
    Expected<std::unique_ptr<MemoryBuffer>> buffer = mapExternalData(*slice);
    if (!buffer)
      return buffer.takeError();
    return readRaw((*buffer)->getBuffer(), tensor);
  }
  if (proto.has_raw_data() && countTyped(proto))
    return fail("data is given twice: raw_data and a typed field");
  if (proto.has_raw_data())
    return readRaw(proto.raw_data(), tensor);
  int64_t found =
      withTypedField(proto, tensor.getKind(),
                     [](const auto &field) { return int64_t(field.size()); });
  int64_t needed =
      isPacked(tensor.getKind())
          ? getPayloadBytes(tensor.getKind(), tensor.getNumElements())
          : tensor.getNumElements();
  if (found != needed || found != countTyped(proto))
    return fail("the shape needs " + Twine(needed) + " elements of " +
                getName(tensor.getKind()) + ", but " + Twine(found) +
                " are in the field of that type and " +
                Twine(countTyped(proto)) + " in all");
  readTyped(proto, tensor);
  return Error::success();
}

Expected<Tensor> readTensor(const onnx::TensorProto &proto, StringRef folder) {
  std::optional<ElementKind> kind = getElementKind(proto.data_type());
  if (!kind)
    return fail("element type " + getDataTypeName(proto.data_type()) +
                " is not supported");
  if (proto.has_segment())
    return fail("segmented tensors are not supported");
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  Expected<int64_t> count = countElements(shape, getByteWidth(*kind));
  if (!count)
    return count.takeError();
  // The payload is compared with the shape before memory is taken for it.
  uint64_t bytes = getPayloadBytes(*kind, *count);
  bool isInside = proto.data_location() != onnx::TensorProto::EXTERNAL;
  if (isInside &&
      bytes > proto.raw_data().size() + 8 * uint64_t(countTyped(proto)))
    return fail("the shape needs " + Twine(*count) + " elements of " +
                getName(*kind) + ", but there are only " +
                Twine(proto.raw_data().size()) + " bytes of raw data and " +
                Twine(countTyped(proto)) + " typed elements");
  if (!isInside && folder.empty())
    return fail("external data is not expected here");
  if (!isInside)
    if (Expected<ExternalSlice> slice =
            locateExternalData(proto, folder, bytes);
        !slice)
      return slice.takeError();
  Tensor tensor(*kind, std::move(shape));
  if (Error error = readElements(proto, folder, tensor))
    return error;
  normaliseBooleans(tensor);
  return tensor;
}

Expected<StringTensor> readStrings(const onnx::TensorProto &proto) {
  if (proto.has_segment())
    return fail("segmented tensors are not supported");
  if (proto.data_location() == onnx::TensorProto::EXTERNAL ||
      proto.has_raw_data() || countTyped(proto) != proto.string_data_size())
    return fail("expected strings in the field of that type alone");
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  Expected<int64_t> count = countElements(shape, 1);
  if (!count)
    return count.takeError();
  if (*count != proto.string_data_size())
    return fail("the shape needs " + Twine(*count) +
                " strings, but there are " + Twine(proto.string_data_size()));
  StringTensor tensor{std::move(shape), {}};
  for (const std::string &text : proto.string_data()) {
    if (Error error = checkUTF8(text))
      return fail("element " + Twine(tensor.elements.size()) + ": " +
                  toString(std::move(error)));
    tensor.elements.push_back(text);
  }
  return tensor;
}

void writeStrings(const StringTensor &tensor, onnx::TensorProto &proto) {
  proto.set_data_type(onnx::TensorProto::STRING);
  for (int64_t dim : tensor.shape)
    proto.add_dims(dim);
  for (const std::string &text : tensor.elements)
    proto.add_string_data(text);
}

void writeTensor(const Tensor &tensor, onnx::TensorProto &proto) {
  proto.set_data_type(getDataType(tensor.getKind()));
  proto.clear_dims();
  for (int64_t dim : tensor.getShape())
    proto.add_dims(dim);
  proto.clear_float_data();
  proto.clear_double_data();
  proto.clear_int32_data();
  proto.clear_int64_data();
  proto.clear_uint64_data();
  proto.clear_external_data();
  proto.clear_data_location();
  if (isPacked(tensor.getKind()))
    proto.set_raw_data(pack(tensor));
  else
    proto.set_raw_data(tensor.data(), tensor.getByteSize());
}

} // namespace mlir::pc
