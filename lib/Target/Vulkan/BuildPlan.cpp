// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From launches of kernels on buffers to dispatches on ranges of memory.

#include "BuildPlan.h"
#include "Shaders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "pc/Target/CPU/Passes.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
class PlanBuilder {
public:
  PlanBuilder(func::FuncOp function, const Signature &signature)
      : function(function), signature(signature),
        symbols(function->getParentOfType<ModuleOp>()) {}

  FailureOr<Plan> build();

private:
  PlanRange allocate(uint64_t bytes);
  void placeArguments();
  LogicalResult placeConstant(memref::GetGlobalOp op);
  void placeBuffer(memref::AllocOp op);
  FailureOr<uint64_t> getBase(Value memory);
  FailureOr<PlanOperand> getOperand(Value memory, BlockArgument argument,
                                    spirv::ModuleOp shader);
  FailureOr<uint32_t> getKernel(gpu::LaunchFuncOp launch,
                                spirv::ModuleOp shader);
  LogicalResult setGrid(PlanDispatch &dispatch, gpu::LaunchFuncOp launch,
                        gpu::GPUFuncOp kernel);
  LogicalResult addLaunch(gpu::LaunchFuncOp launch);

  func::FuncOp function;
  const Signature &signature;
  SymbolTable symbols;
  Plan plan;
  llvm::DenseMap<Value, uint64_t> bases; // where buffers begin
  llvm::MapVector<spirv::ModuleOp, uint32_t> kernels;
};
} // namespace

/// Bytes of an element in memory, as the kernels have it.
static uint32_t getElementBytes(Type element) {
  if (element.isIndex())
    return 8;
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

PlanRange PlanBuilder::allocate(uint64_t bytes) {
  PlanRange range{plan.bytes, bytes};
  plan.bytes = llvm::alignTo(plan.bytes + bytes, bufferAlignment);
  return range;
}

static PlanPort toPort(const PortInfo &port) {
  PlanPort result;
  result.name = port.name;
  result.role = port.role;
  result.kind = port.kind;
  result.shape = port.shape;
  result.range.bytes = getByteWidth(port.kind);
  for (int64_t size : port.shape)
    result.range.bytes *= size;
  return result;
}

/// The arguments on tensors, the results with a place of their own, the arena.
void PlanBuilder::placeArguments() {
  unsigned number = 0;
  for (const PortInfo &info : signature.arguments) {
    PlanPort port = toPort(info);
    port.range = allocate(port.range.bytes);
    bases[function.getArgument(number++)] = port.range.offset;
    plan.arguments.push_back(std::move(port));
  }
  for (const PortInfo &info : signature.results) {
    PlanPort port = toPort(info);
    if (info.updates) {
      port.updates = *info.updates;
      port.range = plan.arguments[*info.updates].range;
    } else {
      port.range = allocate(port.range.bytes);
      bases[function.getArgument(number++)] = port.range.offset;
    }
    plan.results.push_back(std::move(port));
  }
  for (; number != function.getNumArguments(); ++number) {
    auto type = cast<MemRefType>(function.getArgumentTypes()[number]);
    bases[function.getArgument(number)] =
        allocate(type.getNumElements()).offset;
  }
}

/// The elements of `value` as they lie in memory; nothing if it has none.
static std::optional<std::vector<uint8_t>> getBytes(ElementsAttr value) {
  std::vector<uint8_t> bytes;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    bytes.assign(blob->getData().begin(), blob->getData().end());
    return bytes;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return std::nullopt;
  auto append = [&](const APInt &bits) {
    uint64_t word = bits.getZExtValue();
    for (uint32_t i = 0, e = getElementBytes(dense.getElementType()); i != e;
         ++i)
      bytes.push_back(word >> 8 * i & 0xff);
  };
  if (isa<FloatType>(dense.getElementType()))
    for (const APFloat &element : dense.getValues<APFloat>())
      append(element.bitcastToAPInt());
  else
    for (const APInt &element : dense.getValues<APInt>())
      append(element);
  return bytes;
}

LogicalResult PlanBuilder::placeConstant(memref::GetGlobalOp op) {
  auto global = symbols.lookup<memref::GlobalOp>(op.getName());
  auto value = dyn_cast_or_null<ElementsAttr>(global.getInitialValueAttr());
  std::optional<std::vector<uint8_t>> bytes;
  if (value)
    bytes = getBytes(value);
  if (!bytes)
    return op.emitOpError("expected a constant with a value");
  PlanConstant constant;
  constant.range = allocate(bytes->size());
  constant.data = std::move(*bytes);
  bases[op] = constant.range.offset;
  plan.constants.push_back(std::move(constant));
  return success();
}

/// What came after the arena was planned.
void PlanBuilder::placeBuffer(memref::AllocOp op) {
  MemRefType type = op.getType();
  bases[op] =
      allocate(type.getNumElements() * getElementBytes(type.getElementType()))
          .offset;
}

/// Where the buffer that `memory` is a view of begins, in bytes.
FailureOr<uint64_t> PlanBuilder::getBase(Value memory) {
  if (auto known = bases.find(memory); known != bases.end())
    return known->second;
  Operation *op = memory.getDefiningOp();
  if (auto view = dyn_cast_or_null<memref::ViewOp>(op)) {
    IntegerAttr offset;
    FailureOr<uint64_t> base = getBase(view.getSource());
    if (failed(base))
      return failure();
    if (!matchPattern(view.getByteShift(), m_Constant(&offset)))
      return view.emitOpError("expected a constant offset");
    return *base + offset.getInt();
  }
  if (auto view = dyn_cast_or_null<ViewLikeOpInterface>(op))
    return getBase(view.getViewSource());
  return emitError(memory.getLoc(),
                   "expected memory of an argument, a constant or the arena");
}

/// Offset of the type, seen through the casts that open it.
static FailureOr<std::pair<int64_t, int64_t>> getExtent(Value memory) {
  while (auto cast = memory.getDefiningOp<memref::CastOp>())
    memory = cast.getSource();
  auto type = cast<MemRefType>(memory.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  if (ShapedType::isDynamic(offset) ||
      llvm::any_of(strides, ShapedType::isDynamic))
    return emitError(memory.getLoc(), "expected a static layout, but got ")
           << type;
  int64_t span = 1;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    span += (size - 1) * stride;
  return std::pair(offset, type.getNumElements() ? span : 0);
}

static void setAccessByAddress(PlanOperand &operand, unsigned number,
                               spirv::GlobalVariableOp addresses) {
  auto table = cast<spirv::StructType>(
      cast<spirv::PointerType>(addresses.getType()).getPointeeType());
  auto block = cast<spirv::StructType>(
      cast<spirv::PointerType>(table.getElementType(number)).getPointeeType());
  SmallVector<spirv::StructType::MemberDecorationInfo> decorations;
  block.getMemberDecorations(decorations);
  operand.writes = operand.reads = true;
  for (const auto &info : decorations) {
    operand.writes &= info.decoration != spirv::Decoration::NonWritable;
    operand.reads &= info.decoration != spirv::Decoration::NonReadable;
  }
}

/// What the shader declares to do with buffer `number`.
static void setAccess(PlanOperand &operand, unsigned number,
                      spirv::ModuleOp shader) {
  for (auto variable : shader.getOps<spirv::GlobalVariableOp>()) {
    if (variable.getName() == addressesName)
      setAccessByAddress(operand, number, variable);
    if (variable.getBinding() != number)
      continue;
    operand.writes = !variable->hasAttr("non_writable");
    operand.reads = !variable->hasAttr("non_readable");
  }
}

FailureOr<PlanOperand> PlanBuilder::getOperand(Value memory,
                                               BlockArgument argument,
                                               spirv::ModuleOp shader) {
  FailureOr<uint64_t> base = getBase(memory);
  FailureOr<std::pair<int64_t, int64_t>> extent = getExtent(memory);
  if (failed(base) || failed(extent))
    return failure();
  PlanOperand operand;
  operand.elementBytes =
      getElementBytes(cast<MemRefType>(memory.getType()).getElementType());
  operand.range = {*base + extent->first * operand.elementBytes,
                   uint64_t(extent->second) * operand.elementBytes};
  setAccess(operand, argument.getArgNumber(), shader);
  return operand;
}

static uint32_t getSharedBytes(spirv::ModuleOp shader) {
  int64_t bytes = 0;
  for (auto variable : shader.getOps<spirv::GlobalVariableOp>())
    if (variable.storageClass() == spirv::StorageClass::Workgroup) {
      auto pointer = cast<spirv::PointerType>(variable.getType());
      auto array = cast<spirv::ArrayType>(pointer.getPointeeType());
      bytes += int64_t(array.getNumElements()) *
               getElementBytes(array.getElementType());
    }
  return static_cast<uint32_t>(bytes);
}

/// What the products of cooperative matrices in the shader ask a device for.
static std::vector<PlanMatrix> getMatrices(spirv::ModuleOp shader) {
  std::vector<PlanMatrix> matrices;
  shader.walk([&](spirv::KHRCooperativeMatrixMulAddOp product) {
    auto factor = cast<spirv::CooperativeMatrixType>(product.getA().getType());
    auto sum = cast<spirv::CooperativeMatrixType>(product.getType());
    PlanMatrix matrix;
    matrix.m = sum.getRows();
    matrix.n = sum.getColumns();
    matrix.k = factor.getColumns();
    matrix.factors =
        factor.getElementType().isBF16() ? ElementKind::BF16 : ElementKind::F16;
    if (!llvm::is_contained(matrices, matrix))
      matrices.push_back(matrix);
  });
  return matrices;
}

FailureOr<uint32_t> PlanBuilder::getKernel(gpu::LaunchFuncOp launch,
                                           spirv::ModuleOp shader) {
  auto [known, isNew] = kernels.insert({shader, plan.kernels.size()});
  if (!isNew)
    return known->second;
  FailureOr<std::vector<uint32_t>> words = makeShader(shader);
  if (failed(words))
    return failure();
  PlanKernel kernel;
  kernel.name = launch.getKernelName().str();
  kernel.words = std::move(*words);
  kernel.sharedBytes = getSharedBytes(shader);
  kernel.matrices = getMatrices(shader);
  kernel.takesAddresses = shader.getAddressingModel() ==
                          spirv::AddressingModel::PhysicalStorageBuffer64;
  plan.kernels.push_back(std::move(kernel));
  return known->second;
}

static FailureOr<std::array<uint32_t, 3>> getSizes(gpu::LaunchFuncOp launch,
                                                   gpu::KernelDim3 sizes) {
  std::array<uint32_t, 3> result;
  for (auto [value, size] :
       llvm::zip(ArrayRef<Value>{sizes.x, sizes.y, sizes.z}, result)) {
    IntegerAttr constant;
    if (!matchPattern(value, m_Constant(&constant)))
      return launch.emitOpError(
          "expected sizes that are constants, or a grid that is one record of "
          "three words in memory");
    size = constant.getInt();
  }
  return result;
}

/// Number `axis` of which record of three words `size` is loaded from, and of
/// which buffer; nothing where it is not.
static std::optional<std::pair<Value, int64_t>> getRecord(Value size,
                                                          int64_t axis) {
  auto cast = size.getDefiningOp<arith::IndexCastOp>();
  auto load = cast ? cast.getIn().getDefiningOp<memref::LoadOp>() : nullptr;
  if (!load)
    return std::nullopt;
  MemRefType type = load.getMemRefType();
  IntegerAttr record, word;
  if (type.getRank() != 2 || type.getDimSize(1) != 3 ||
      !type.getElementType().isInteger(32) || !type.getLayout().isIdentity() ||
      !matchPattern(load.getIndices()[0], m_Constant(&record)) ||
      !matchPattern(load.getIndices()[1], m_Constant(&word)) ||
      word.getInt() != axis)
    return std::nullopt;
  return std::pair(load.getMemRef(), record.getInt());
}

LogicalResult PlanBuilder::setGrid(PlanDispatch &dispatch,
                                   gpu::LaunchFuncOp launch,
                                   gpu::GPUFuncOp kernel) {
  gpu::KernelDim3 sizes = launch.getGridSizeOperandValues();
  auto record = getRecord(sizes.x, 0);
  std::optional<ArrayRef<int32_t>> largest = kernel.getKnownGridSize();
  if (!record || !largest || getRecord(sizes.y, 1) != record ||
      getRecord(sizes.z, 2) != record) {
    FailureOr<std::array<uint32_t, 3>> grid = getSizes(launch, sizes);
    if (succeeded(grid))
      dispatch.grid = *grid;
    return grid;
  }
  FailureOr<uint64_t> base = getBase(record->first);
  if (failed(base))
    return failure();
  dispatch.gridAt = *base + record->second * getGridRange(0).bytes;
  llvm::copy(*largest, dispatch.grid.begin());
  return success();
}

LogicalResult PlanBuilder::addLaunch(gpu::LaunchFuncOp launch) {
  auto shader = symbols.lookup<spirv::ModuleOp>(
      (launch.getKernelName().getValue() + "_spirv").str());
  if (!shader)
    return launch.emitOpError("expected a SPIR-V module for the kernel; "
                              "pc-gpu-kernels-to-spirv makes it");
  auto kernel = cast<gpu::GPUFuncOp>(
      SymbolTable::lookupNearestSymbolFrom(launch, launch.getKernelAttr()));
  PlanDispatch dispatch;
  FailureOr<uint32_t> number = getKernel(launch, shader);
  FailureOr<std::array<uint32_t, 3>> workgroup =
      getSizes(launch, launch.getBlockSizeOperandValues());
  if (failed(number) || failed(setGrid(dispatch, launch, kernel)) ||
      failed(workgroup))
    return failure();
  dispatch.kernel = *number;
  PlanKernel &planned = plan.kernels[*number];
  planned.workgroup = *workgroup;
  auto product = kernel->getAttrOfType<DenseI64ArrayAttr>(cooperativeAttrName);
  if (product && !planned.matrices.empty())
    planned.subgroup = (*workgroup)[0] / (product[3] * product[4]);
  for (auto [memory, argument] :
       llvm::zip(launch.getKernelOperands(), kernel.getArguments())) {
    FailureOr<PlanOperand> operand = getOperand(memory, argument, shader);
    if (failed(operand))
      return failure();
    dispatch.operands.push_back(*operand);
  }
  plan.dispatches.push_back(std::move(dispatch));
  return success();
}

FailureOr<Plan> PlanBuilder::build() {
  plan.name = function.getName().str();
  placeArguments();
  for (Operation &op : function.front()) {
    LogicalResult result = success();
    if (auto global = dyn_cast<memref::GetGlobalOp>(op))
      result = placeConstant(global);
    else if (auto alloc = dyn_cast<memref::AllocOp>(op))
      placeBuffer(alloc);
    else if (auto launch = dyn_cast<gpu::LaunchFuncOp>(op))
      result = addLaunch(launch);
    if (failed(result))
      return failure();
  }
  computeBarriers(plan);
  std::string problem = findDefect(plan);
  if (problem.empty())
    problem = findHazard(plan);
  if (!problem.empty())
    return function.emitOpError("has a plan that cannot be run: ") << problem;
  return std::move(plan);
}

FailureOr<Plan> mlir::pc::buildPlan(func::FuncOp function,
                                    const Signature &signature) {
  return PlanBuilder(function, signature).build();
}
