// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels as SPIR-V modules: their border, after which all that is inside of
// them is converted.

#include "KernelTiling.h"
#include "ShaderBodies.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/SPIRV/Transforms/SPIRVConversion.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_KERNELSTOSPIRV
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
struct KernelsToSPIRV
    : public mlir::pc::impl::KernelsToSPIRVBase<KernelsToSPIRV> {
  void runOnOperation() override;
};

/// An argument of a kernel, inside of the shader.
struct Binding {
  MemRefType type;
  SmallVector<int64_t> strides;
  Type element;      // in memory
  Value variable;    // points to the buffer; null where only vectors do
  Value vectors;     // points to it as vectors; null where nobody asks for them
  Value firstOffset; // index; null where variables point to the first element
  bool isShared = false;    // in the memory of the workgroup
  bool isAddressed = false; // by a pointer to physical memory
};

/// Moves the body of a kernel into a SPIR-V function whose arguments are
/// variables, and makes its accesses to memory those of SPIR-V.
class BorderLowering {
public:
  explicit BorderLowering(gpu::GPUFuncOp kernel)
      : kernel(kernel), builder(kernel.getLoc(), kernel.getContext()) {}

  LogicalResult run();

private:
  LogicalResult checkKernel();
  FailureOr<Type> getStorageType(Type element);
  FailureOr<Binding> makeBinding(BlockArgument argument);
  void bindVariable(BlockArgument argument, Binding &binding);
  void makeAddresses();
  Value loadAddress(Value table, unsigned number);
  void makeEntry();
  Value makeVariable(BlockArgument argument, Type element, unsigned bytes,
                     StringRef suffix);
  Value getPointer(Operation *op, const Binding &binding, ValueRange indices,
                   bool isVector = false);
  LogicalResult makeShared(BlockArgument memory);
  spirv::CooperativeMatrixType getMatrixType(Value matrix);
  bool lowerMatrixAccess(Operation *user, const Binding &binding);
  void lowerProduct(vector::ContractionOp op);
  spirv::MemoryAccessAttr getAccess(const Binding &binding);
  IntegerAttr getAlignment(const Binding &binding, bool isVector = false);
  LogicalResult lowerAccess(Operation *user, const Binding &binding);
  Value fromStorage(Value value, Type type);
  Value toStorage(Value value, Type type);
  LogicalResult lowerAccesses();

  gpu::GPUFuncOp kernel;
  bool cooperates = false;  // has matrices of subgroups
  bool isAddressed = false; // buffers are pointers, not bindings
  ImplicitLocOpBuilder builder;
  spirv::ModuleOp module;
  spirv::FuncOp function;
  SmallVector<Binding> bindings;
};
} // namespace

/// What the kernels may ask a device for; each one then asks for what it uses.
static spirv::TargetEnvAttr getEnvironment(MLIRContext *context,
                                           bool cooperates, bool isAddressed) {
  using spirv::Capability;
  using spirv::Extension;
  SmallVector<Capability> capabilities = {Capability::Shader,
                                          Capability::Int8,
                                          Capability::Int16,
                                          Capability::Int64,
                                          Capability::Float16,
                                          Capability::Float64,
                                          Capability::StorageBuffer8BitAccess,
                                          Capability::StorageBuffer16BitAccess};
  SmallVector<Extension> extensions = {
      Extension::SPV_KHR_storage_buffer_storage_class,
      Extension::SPV_KHR_8bit_storage, Extension::SPV_KHR_16bit_storage};
  if (cooperates) {
    llvm::append_values(
        capabilities, Capability::GroupNonUniform,
        Capability::VulkanMemoryModel, Capability::CooperativeMatrixKHR,
        Capability::BFloat16TypeKHR, Capability::BFloat16CooperativeMatrixKHR);
    llvm::append_values(extensions, Extension::SPV_KHR_vulkan_memory_model,
                        Extension::SPV_KHR_cooperative_matrix,
                        Extension::SPV_KHR_bfloat16);
  }
  spirv::Version version = cooperates    ? spirv::Version::V_1_6
                           : isAddressed ? spirv::Version::V_1_5
                                         : spirv::Version::V_1_3;
  if (isAddressed) {
    capabilities.push_back(Capability::PhysicalStorageBufferAddresses);
    extensions.push_back(Extension::SPV_KHR_physical_storage_buffer);
  }
  auto triple =
      spirv::VerCapExtAttr::get(version, capabilities, extensions, context);
  return spirv::TargetEnvAttr::get(triple,
                                   spirv::getDefaultResourceLimits(context),
                                   spirv::ClientAPI::Vulkan);
}

LogicalResult BorderLowering::checkKernel() {
  if (!kernel.getKnownBlockSize())
    return kernel.emitOpError("expected a known block size");
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitOpError("expected one block");
  unsigned most = mostPushConstantBytes / (isAddressed ? 8 : 4);
  if (kernel.getNumArguments() > most)
    return kernel.emitOpError("expected at most ")
           << most << " buffers, but got " << kernel.getNumArguments();
  return success();
}

/// Booleans and integers of 2 and 4 bits are bytes, an index has 64 bits. bf16
/// is an integer: a device need not know more of it.
FailureOr<Type> BorderLowering::getStorageType(Type element) {
  if (element.isIndex())
    return Type(builder.getI64Type());
  if (element.isInteger(1) || element.isInteger(2) || element.isInteger(4))
    return Type(builder.getI8Type());
  if (element.isBF16())
    return Type(builder.getI16Type());
  if (element.isF16() || element.isF32() || element.isF64() ||
      element.isInteger(8) || element.isInteger(16) || element.isInteger(32) ||
      element.isInteger(64))
    return element;
  return kernel.emitOpError("expected elements that are f16, bf16, f32, f64, "
                            "integers of 2 to 64 "
                            "bits, or booleans, but got ")
         << element << ", which the Vulkan target does not support";
}

template <typename... Access> static bool hasAccess(Value memory) {
  return llvm::any_of(memory.getUsers(), llvm::IsaPred<Access...>);
}

/// A pointer to the buffer of `argument` as a list of `element`.
Value BorderLowering::makeVariable(BlockArgument argument, Type element,
                                   unsigned bytes, StringRef suffix) {
  auto array = spirv::RuntimeArrayType::get(element, bytes);
  auto block = spirv::StructType::get({Type(array)}, {0u});
  auto pointer =
      spirv::PointerType::get(block, spirv::StorageClass::StorageBuffer);
  std::string name =
      ("buffer_" + Twine(argument.getArgNumber()) + suffix).str();
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    auto variable = spirv::GlobalVariableOp::create(
        builder, pointer, name, /*descriptorSet=*/0,
        /*binding=*/argument.getArgNumber());
    if (!hasAccess<memref::StoreOp, vector::StoreOp>(argument))
      variable->setAttr("non_writable", builder.getUnitAttr());
    if (!hasAccess<memref::LoadOp, vector::LoadOp>(argument))
      variable->setAttr("non_readable", builder.getUnitAttr());
    if (hasAccess<memref::LoadOp, memref::StoreOp>(argument) &&
        hasAccess<vector::LoadOp, vector::StoreOp>(argument))
      variable->setAttr("aliased", builder.getUnitAttr());
  }
  return spirv::AddressOfOp::create(
      builder, pointer, FlatSymbolRefAttr::get(builder.getStringAttr(name)));
}

FailureOr<Binding> BorderLowering::makeBinding(BlockArgument argument) {
  auto type = cast<MemRefType>(argument.getType());
  FailureOr<Type> element = getStorageType(type.getElementType());
  if (failed(element))
    return failure();
  Binding binding;
  binding.type = type;
  binding.strides = type.getStridesAndOffset().first;
  binding.element = *element;
  return binding;
}

static bool needsVectors(BlockArgument argument) {
  return hasAccess<vector::LoadOp, vector::StoreOp>(argument);
}

static bool needsElements(BlockArgument argument) {
  return !needsVectors(argument) ||
         hasAccess<memref::LoadOp, memref::StoreOp>(argument);
}

/// Points to the buffer through a descriptor.
void BorderLowering::bindVariable(BlockArgument argument, Binding &binding) {
  unsigned bytes = binding.element.getIntOrFloatBitWidth() / 8;
  if (needsElements(argument))
    binding.variable = makeVariable(argument, binding.element, bytes, "");
  if (needsVectors(argument))
    binding.vectors =
        makeVariable(argument, VectorType::get(vectorWidth, binding.element),
                     bytes * vectorWidth, "_vectors");
  Value offset = spirv::getPushConstantValue(function, kernel.getNumArguments(),
                                             argument.getArgNumber(),
                                             builder.getI32Type(), builder);
  binding.firstOffset = UnrealizedConversionCastOp::create(
                            builder, builder.getIndexType(), offset)
                            .getResult(0);
}

/// A pointer to physical memory, to a list of `element`.
static spirv::PointerType getAddressType(BlockArgument argument, Type element,
                                         unsigned bytes) {
  using Decoration = spirv::StructType::MemberDecorationInfo;
  auto unit = UnitAttr::get(element.getContext());
  SmallVector<Decoration, 2> decorations;
  if (!hasAccess<memref::StoreOp, vector::StoreOp>(argument))
    decorations.emplace_back(0, spirv::Decoration::NonWritable, unit);
  if (!hasAccess<memref::LoadOp, vector::LoadOp>(argument))
    decorations.emplace_back(0, spirv::Decoration::NonReadable, unit);
  auto array = spirv::RuntimeArrayType::get(element, bytes);
  return spirv::PointerType::get(
      spirv::StructType::get({Type(array)}, {0u}, decorations),
      spirv::StorageClass::PhysicalStorageBuffer);
}

Value BorderLowering::loadAddress(Value table, unsigned number) {
  Value place = spirv::ConstantOp::create(builder, builder.getI32Type(),
                                          builder.getI32IntegerAttr(number));
  return spirv::LoadOp::create(
      builder, spirv::AccessChainOp::create(builder, table, ValueRange{place}));
}

/// Pointers to all buffers, in the push constants. One that is accessed as
/// elements and as vectors is there once.
void BorderLowering::makeAddresses() {
  SmallVector<Type> pointers;
  SmallVector<uint32_t> offsets;
  for (auto [argument, binding] : llvm::zip(kernel.getArguments(), bindings)) {
    unsigned bytes = binding.element.getIntOrFloatBitWidth() / 8;
    offsets.push_back(static_cast<uint32_t>(8 * pointers.size()));
    pointers.push_back(
        needsElements(argument)
            ? getAddressType(argument, binding.element, bytes)
            : getAddressType(argument,
                             VectorType::get(vectorWidth, binding.element),
                             bytes * vectorWidth));
  }
  auto type = spirv::PointerType::get(spirv::StructType::get(pointers, offsets),
                                      spirv::StorageClass::PushConstant);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    spirv::GlobalVariableOp::create(builder, type, addressesName);
  }
  Value table = spirv::AddressOfOp::create(
      builder, type,
      FlatSymbolRefAttr::get(builder.getStringAttr(addressesName)));
  for (auto [argument, binding] : llvm::zip(kernel.getArguments(), bindings)) {
    unsigned number = argument.getArgNumber();
    Value address = loadAddress(table, number);
    binding.isAddressed = true;
    (needsElements(argument) ? binding.variable : binding.vectors) = address;
    if (needsElements(argument) && needsVectors(argument))
      binding.vectors = spirv::BitcastOp::create(
          builder,
          getAddressType(
              argument, VectorType::get(vectorWidth, binding.element),
              binding.element.getIntOrFloatBitWidth() / 8 * vectorWidth),
          address);
  }
}

/// Memory of the workgroup.
LogicalResult BorderLowering::makeShared(BlockArgument memory) {
  FailureOr<Binding> binding = makeBinding(memory);
  if (failed(binding))
    return failure();
  auto pointer = spirv::PointerType::get(
      spirv::ArrayType::get(binding->element, binding->type.getNumElements()),
      spirv::StorageClass::Workgroup);
  std::string name = "shared_" + std::to_string(memory.getArgNumber());
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    spirv::GlobalVariableOp::create(builder, TypeAttr::get(pointer),
                                    builder.getStringAttr(name),
                                    FlatSymbolRefAttr());
  }
  binding->isShared = true;
  binding->variable = spirv::AddressOfOp::create(
      builder, pointer, FlatSymbolRefAttr::get(builder.getStringAttr(name)));
  bindings.push_back(*binding);
  return success();
}

void BorderLowering::makeEntry() {
  builder.setInsertionPoint(kernel->getParentOfType<gpu::GPUModuleOp>());
  // Cooperative matrices are defined for the memory model of Vulkan alone.
  module = spirv::ModuleOp::create(
      builder,
      isAddressed ? spirv::AddressingModel::PhysicalStorageBuffer64
                  : spirv::AddressingModel::Logical,
      cooperates ? spirv::MemoryModel::Vulkan : spirv::MemoryModel::GLSL450,
      std::nullopt, (kernel.getName() + "_spirv").str());
  module->setAttr(spirv::getTargetEnvAttrName(),
                  getEnvironment(kernel.getContext(), cooperates, isAddressed));
  if (kernel->hasAttr(exactAttrName))
    module->setAttr(exactAttrName, builder.getUnitAttr());
  builder.setInsertionPointToStart(module.getBody());
  function = spirv::FuncOp::create(builder, kernel.getName(),
                                   builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(module.getBody());
  spirv::EntryPointOp::create(builder, spirv::ExecutionModel::GLCompute,
                              function, ArrayRef<Attribute>());
  spirv::ExecutionModeOp::create(builder, function,
                                 spirv::ExecutionMode::LocalSize,
                                 *kernel.getKnownBlockSize());
  builder.setInsertionPointToStart(function.addEntryBlock());
}

/// The place of an element: offset + sum of index times stride.
Value BorderLowering::getPointer(Operation *op, const Binding &binding,
                                 ValueRange indices, bool isVector) {
  Value place = binding.firstOffset
                    ? binding.firstOffset
                    : arith::ConstantIndexOp::create(builder, 0).getResult();
  for (auto [index, stride] : llvm::zip(indices, binding.strides)) {
    Value step = index;
    if (stride != 1)
      step = arith::MulIOp::create(
          builder, index, arith::ConstantIndexOp::create(builder, stride));
    place = arith::AddIOp::create(builder, place, step);
  }
  // Vectors are aligned: the place of one is a multiple of its width.
  if (isVector)
    place = arith::ShRUIOp::create(
        builder, place,
        arith::ConstantIndexOp::create(builder, llvm::Log2_64(vectorWidth)));
  auto i32 = builder.getI32Type();
  Value word =
      UnrealizedConversionCastOp::create(builder, i32, place).getResult(0);
  if (binding.isShared)
    return spirv::AccessChainOp::create(builder, binding.variable,
                                        ValueRange{word});
  Value zero = spirv::ConstantOp::getZero(i32, op->getLoc(), builder);
  return spirv::AccessChainOp::create(
      builder, isVector ? binding.vectors : binding.variable,
      ValueRange{zero, word});
}

Value BorderLowering::fromStorage(Value value, Type type) {
  if (type.isIndex())
    return arith::IndexCastOp::create(builder, type, value);
  if (type.isBF16())
    return arith::BitcastOp::create(builder, type, value);
  if (type.isInteger(2) || type.isInteger(4))
    return arith::TruncIOp::create(builder, type, value);
  if (!type.isInteger(1))
    return value;
  Value zero = arith::ConstantOp::create(builder, builder.getI8IntegerAttr(0));
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, value, zero);
}

Value BorderLowering::toStorage(Value value, Type type) {
  if (value.getType().isIndex())
    return arith::IndexCastOp::create(builder, type, value);
  if (value.getType().isBF16())
    return arith::BitcastOp::create(builder, type, value);
  if (value.getType() != type)
    return arith::ExtUIOp::create(builder, type, value);
  return value;
}

/// In the memory model of Vulkan, memory is an invocation's own unless it is
/// said not to be; of physical memory, the alignment has to be said.
spirv::MemoryAccessAttr BorderLowering::getAccess(const Binding &binding) {
  if (binding.isAddressed)
    return spirv::MemoryAccessAttr::get(builder.getContext(),
                                        spirv::MemoryAccess::Aligned);
  if (!cooperates || !binding.isShared)
    return {};
  return spirv::MemoryAccessAttr::get(builder.getContext(),
                                      spirv::MemoryAccess::NonPrivatePointer);
}

IntegerAttr BorderLowering::getAlignment(const Binding &binding,
                                         bool isVector) {
  if (!binding.isAddressed)
    return {};
  unsigned bytes = binding.element.getIntOrFloatBitWidth() / 8;
  return builder.getI32IntegerAttr(
      static_cast<int32_t>(isVector ? bytes * vectorWidth : bytes));
}

/// A vector of two dimensions, as the matrix that it is in a product.
spirv::CooperativeMatrixType BorderLowering::getMatrixType(Value matrix) {
  auto type = cast<VectorType>(matrix.getType());
  auto use = spirv::CooperativeMatrixUseKHR::MatrixAcc;
  for (Operation *user : matrix.getUsers())
    if (auto product = dyn_cast<vector::ContractionOp>(user)) {
      if (product.getLhs() == matrix)
        use = spirv::CooperativeMatrixUseKHR::MatrixA;
      else if (product.getRhs() == matrix)
        use = spirv::CooperativeMatrixUseKHR::MatrixB;
    }
  return spirv::CooperativeMatrixType::get(
      type.getElementType(), static_cast<uint32_t>(type.getDimSize(0)),
      static_cast<uint32_t>(type.getDimSize(1)), spirv::Scope::Subgroup, use);
}

static Value castTo(ImplicitLocOpBuilder &builder, Value value, Type type) {
  return UnrealizedConversionCastOp::create(builder, type, value).getResult(0);
}

bool BorderLowering::lowerMatrixAccess(Operation *user,
                                       const Binding &binding) {
  using Layout = spirv::CooperativeMatrixLayoutKHR;
  auto transfer = dyn_cast<VectorTransferOpInterface>(user);
  if (!transfer || !binding.isShared)
    return false;
  Value pointer = getPointer(user, binding, transfer.getIndices());
  Value stride = spirv::ConstantOp::create(
      builder, builder.getI32Type(),
      builder.getI32IntegerAttr(static_cast<int32_t>(binding.strides[0])));
  Layout layout = transfer.getPermutationMap().isIdentity()
                      ? Layout::RowMajor
                      : Layout::ColumnMajor;
  if (auto read = dyn_cast<vector::TransferReadOp>(user)) {
    Value matrix = spirv::KHRCooperativeMatrixLoadOp::create(
        builder, getMatrixType(read), pointer, layout, stride,
        getAccess(binding), IntegerAttr());
    read.replaceAllUsesWith(castTo(builder, matrix, read.getType()));
    return true;
  }
  Value matrix = cast<vector::TransferWriteOp>(user).getValueToStore();
  spirv::KHRCooperativeMatrixStoreOp::create(
      builder, pointer, castTo(builder, matrix, getMatrixType(matrix)), layout,
      stride, getAccess(binding), IntegerAttr());
  return true;
}

/// Its operands have been loaded as matrices.
void BorderLowering::lowerProduct(vector::ContractionOp op) {
  builder.setInsertionPoint(op);
  builder.setLoc(op.getLoc());
  auto getLoaded = [](Value vector) {
    return vector.getDefiningOp<UnrealizedConversionCastOp>().getOperand(0);
  };
  Value sum = castTo(builder, op.getAcc(), getMatrixType(op.getAcc()));
  Value next = spirv::KHRCooperativeMatrixMulAddOp::create(
      builder, sum.getType(), getLoaded(op.getLhs()), getLoaded(op.getRhs()),
      sum, spirv::CooperativeMatrixOperandsKHRAttr());
  op.replaceAllUsesWith(castTo(builder, next, op.getType()));
  Operation *loads[] = {op.getLhs().getDefiningOp(),
                        op.getRhs().getDefiningOp()};
  op.erase();
  for (Operation *load : loads)
    if (load->use_empty())
      load->erase();
}

LogicalResult BorderLowering::lowerAccess(Operation *user,
                                          const Binding &binding) {
  builder.setInsertionPoint(user);
  builder.setLoc(user->getLoc());
  if (lowerMatrixAccess(user, binding)) {
    user->erase();
    return success();
  }
  if (auto load = dyn_cast<memref::LoadOp>(user)) {
    Value value = spirv::LoadOp::create(
        builder, getPointer(user, binding, load.getIndices()),
        getAccess(binding), getAlignment(binding));
    load.replaceAllUsesWith(fromStorage(value, binding.type.getElementType()));
  } else if (auto store = dyn_cast<memref::StoreOp>(user)) {
    Value value = toStorage(store.getValue(), binding.element);
    spirv::StoreOp::create(builder,
                           getPointer(user, binding, store.getIndices()), value,
                           getAccess(binding), getAlignment(binding));
  } else if (auto load = dyn_cast<vector::LoadOp>(user)) {
    load.replaceAllUsesWith(
        spirv::LoadOp::create(
            builder, getPointer(user, binding, load.getIndices(), true),
            getAccess(binding), getAlignment(binding, true))
            .getResult());
  } else if (auto store = dyn_cast<vector::StoreOp>(user)) {
    spirv::StoreOp::create(builder,
                           getPointer(user, binding, store.getIndices(), true),
                           store.getValueToStore(), getAccess(binding),
                           getAlignment(binding, true));
  } else {
    return user->emitOpError("is not supported in a kernel of the Vulkan "
                             "target");
  }
  user->erase();
  return success();
}

LogicalResult BorderLowering::lowerAccesses() {
  for (auto [argument, binding] :
       llvm::zip_equal(kernel.getBody().getArguments(), bindings))
    for (Operation *user : llvm::make_early_inc_range(argument.getUsers()))
      if (failed(lowerAccess(user, binding)))
        return failure();
  SmallVector<vector::ContractionOp> products;
  kernel.walk([&](vector::ContractionOp op) { products.push_back(op); });
  for (vector::ContractionOp op : products)
    lowerProduct(op);
  return success();
}

LogicalResult BorderLowering::run() {
  isAddressed = kernel->hasAttr(addressesAttrName);
  if (failed(checkKernel()))
    return failure();
  cooperates =
      kernel.walk([](vector::ContractionOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  makeEntry();
  unsigned buffers = kernel.getNumArguments();
  for (BlockArgument argument :
       kernel.getBody().getArguments().take_front(buffers)) {
    FailureOr<Binding> binding = makeBinding(argument);
    if (failed(binding))
      return failure();
    if (!isAddressed)
      bindVariable(argument, *binding);
    bindings.push_back(*binding);
  }
  if (isAddressed && buffers != 0)
    makeAddresses();
  for (BlockArgument memory : kernel.getWorkgroupAttributions())
    if (failed(makeShared(memory)))
      return failure();
  if (failed(lowerAccesses()))
    return failure();
  Block &body = kernel.getBody().front(), &entry = function.getBody().front();
  entry.getOperations().splice(entry.end(), body.getOperations());
  Operation *terminator = entry.getTerminator();
  builder.setInsertionPointToEnd(&entry);
  spirv::ReturnOp::create(builder);
  // What is launched keeps its name and its arguments.
  terminator->moveBefore(&body, body.end());
  return success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

void KernelsToSPIRV::runOnOperation() {
  SmallVector<gpu::GPUFuncOp> kernels;
  getOperation()->walk(
      [&](gpu::GPUFuncOp kernel) { kernels.push_back(kernel); });
  bool failed = false;
  for (gpu::GPUFuncOp kernel : kernels)
    failed |= mlir::failed(BorderLowering(kernel).run());
  if (failed)
    return signalPassFailure();
  for (auto module : getOperation().getOps<spirv::ModuleOp>())
    failed |= mlir::failed(convertShaderBody(module));
  if (failed)
    return signalPassFailure();
}
