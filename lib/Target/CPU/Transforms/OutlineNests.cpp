// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function for all structured ops that are the same up to the memory that
// they work on.

#include "FindFill.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_OUTLINENESTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
/// An operand: a value that is passed, and, if it is a part of that, where the
/// part begins.
struct Operand {
  unsigned argument = 0;
  std::optional<int64_t> offset;
};

/// An op, with the epilogue of its tiles if it has one, and what a call would
/// pass.
struct Nest {
  SmallVector<linalg::LinalgOp> ops;
  SmallVector<Value> arguments;      // distinct buffers, and scalars
  SmallVector<Operand> operands;     // of one op after the other
  SmallVector<linalg::FillOp> fills; // one for each output, or none

  SmallVector<Value> getValues() {
    SmallVector<Value> values;
    for (linalg::LinalgOp op : ops)
      llvm::append_range(values, op->getOperands());
    return values;
  }
};

/// What two nests have in common if one function serves both. Attributes and
/// types are unique in their context, so that their addresses tell.
using Key = SmallVector<uintptr_t>;

struct OutlineNests : public mlir::pc::impl::OutlineNestsBase<OutlineNests> {
  using OutlineNestsBase::OutlineNestsBase;
  void runOnOperation() override;
};
} // namespace

//===----------------------------------------------------------------------===//
// Reading a nest
//===----------------------------------------------------------------------===//

/// The whole buffer that `value` is a part of, or nothing if another name for
/// the same memory could be passed beside it.
static Value getBuffer(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  auto argument = dyn_cast<BlockArgument>(value);
  bool isOwned =
      value.getDefiningOp<memref::AllocOp>() ||
      (argument && isa<func::FuncOp>(argument.getOwner()->getParentOp()));
  auto type = dyn_cast<MemRefType>(value.getType());
  if (!isOwned || !type || !type.hasStaticShape() ||
      !type.getLayout().isIdentity())
    return {};
  return value;
}

static unsigned addArgument(Nest &nest, Value value) {
  auto found = llvm::find(nest.arguments, value);
  unsigned number = found - nest.arguments.begin();
  if (found == nest.arguments.end())
    nest.arguments.push_back(value);
  return number;
}

static LogicalResult addOperand(Nest &nest, Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  if (!type) {
    nest.operands.push_back({addArgument(nest, value), std::nullopt});
    return success();
  }
  Value buffer = getBuffer(value);
  if (!buffer || cast<MemRefType>(buffer.getType()).getElementType() !=
                     type.getElementType())
    return failure();
  Operand operand{addArgument(nest, buffer), std::nullopt};
  if (buffer != value) {
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type.hasStaticShape() ||
        failed(type.getStridesAndOffset(strides, offset)) ||
        ShapedType::isDynamic(offset))
      return failure();
    operand.offset = offset;
  }
  nest.operands.push_back(operand);
  return success();
}

static bool isConstant(Value value) {
  return value.getDefiningOp<arith::ConstantOp>();
}

/// Whether the body reads nothing but its arguments and constants.
static bool isClosed(linalg::LinalgOp op) {
  bool isClosed = true;
  op->getRegion(0).walk([&](Operation *inner) {
    for (Value value : inner->getOperands())
      if (!op->getRegion(0).isAncestor(value.getParentRegion()))
        isClosed &= isConstant(value);
  });
  return isClosed;
}

/// The op that ends the tiles of `op`.
static linalg::LinalgOp getEpilogue(linalg::LinalgOp op) {
  for (Operation *next = op->getNextNode(); next; next = next->getNextNode())
    if (auto epilogue = dyn_cast<linalg::LinalgOp>(next))
      return next->hasAttr(epilogueAttrName) ? epilogue : nullptr;
  return nullptr;
}

/// Nothing where the function would need more than `arguments`.
static std::optional<Nest> readNest(linalg::LinalgOp op) {
  Nest nest;
  nest.ops.push_back(op);
  if (linalg::LinalgOp epilogue = getEpilogue(op))
    nest.ops.push_back(epilogue);
  for (linalg::LinalgOp part : nest.ops)
    if (!part.hasPureBufferSemantics() || !isClosed(part))
      return std::nullopt;
  for (Value value : nest.getValues())
    if (failed(addOperand(nest, value)))
      return std::nullopt;
  for (linalg::LinalgOp part : nest.ops)
    for (OpOperand &output : part.getDpsInitsMutable()) {
      linalg::FillOp fill = findFill(part, output);
      bool moves = fill && isConstant(fill.getInputs().front());
      nest.fills.push_back(moves ? fill : linalg::FillOp());
    }
  return nest;
}

/// The type of a part of a buffer wherever it begins.
static MemRefType getPartType(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)type.getStridesAndOffset(strides, offset);
  return MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides));
}

template <typename T> static void add(Key &key, T uniqued) {
  key.push_back(reinterpret_cast<uintptr_t>(uniqued.getAsOpaquePointer()));
}

static void addConstant(Key &key, Value value) {
  add(key,
      cast<Attribute>(value.getDefiningOp<arith::ConstantOp>().getValue()));
}

static void addBody(Key &key, linalg::LinalgOp op) {
  llvm::DenseMap<Value, unsigned> numbers;
  op->getRegion(0).walk<WalkOrder::PreOrder>([&](Operation *inner) {
    for (Block &block : inner->getBlock()->getParent()->getBlocks())
      for (Value argument : block.getArguments())
        numbers.try_emplace(argument, numbers.size());
    add(key, inner->getName());
    add(key, cast<Attribute>(inner->getAttrDictionary()));
    key.push_back(inner->getNumOperands());
    for (Value value : inner->getOperands()) {
      auto found = numbers.find(value);
      key.push_back(found != numbers.end());
      if (found != numbers.end())
        key.push_back(found->second);
      else
        addConstant(key, value);
    }
    for (Value result : inner->getResults()) {
      numbers.try_emplace(result, numbers.size());
      add(key, result.getType());
    }
  });
}

static Key getKey(Nest &nest) {
  Key key;
  for (linalg::LinalgOp op : nest.ops) {
    add(key, op->getName());
    add(key, cast<Attribute>(op->getAttrDictionary()));
  }
  for (auto [value, operand] : llvm::zip(nest.getValues(), nest.operands)) {
    auto type = dyn_cast<MemRefType>(value.getType());
    add(key, nest.arguments[operand.argument].getType());
    add(key, operand.offset ? Type(getPartType(type)) : value.getType());
    key.push_back(operand.argument);
    key.push_back(operand.offset.has_value());
  }
  for (linalg::FillOp fill : nest.fills) {
    key.push_back(bool(fill));
    if (fill)
      addConstant(key, fill.getInputs().front());
  }
  for (linalg::LinalgOp op : nest.ops)
    addBody(key, op);
  return key;
}

//===----------------------------------------------------------------------===//
// Writing the function and its calls
//===----------------------------------------------------------------------===//

/// A copy of `op` on `operands`; constants that it uses come along.
static void copyInto(OpBuilder &builder, Operation *op, ValueRange operands) {
  IRMapping mapping;
  mapping.map(op->getOperands(), operands);
  op->walk([&](Operation *inner) {
    for (Value value : inner->getOperands())
      if (isConstant(value) && !op->isAncestor(value.getDefiningOp()) &&
          !mapping.contains(value))
        mapping.map(value, builder.clone(*value.getDefiningOp())->getResult(0));
  });
  builder.clone(*op, mapping);
}

/// The function of `nest`: its arguments, then the offset of each part.
static func::FuncOp createFunction(ModuleOp module, Nest &nest,
                                   StringRef name) {
  MLIRContext *context = module.getContext();
  Location loc = nest.ops.front().getLoc();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<Type> types(ValueRange(nest.arguments).getTypes());
  for (const Operand &operand : nest.operands)
    if (operand.offset)
      types.push_back(builder.getIndexType());
  auto function = func::FuncOp::create(builder, loc, name,
                                       builder.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr("llvm.linkage",
                    LLVM::LinkageAttr::get(context, LLVM::Linkage::Internal));
  function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  for (auto [i, argument] : llvm::enumerate(nest.arguments))
    if (isa<MemRefType>(argument.getType()))
      function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                          builder.getUnitAttr());
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  unsigned next = nest.arguments.size();
  SmallVector<Value> operands;
  for (auto [value, operand] : llvm::zip(nest.getValues(), nest.operands)) {
    Value passed = entry->getArgument(operand.argument);
    if (operand.offset) {
      MemRefType type = getPartType(cast<MemRefType>(value.getType()));
      auto [strides, offset] = type.getStridesAndOffset();
      passed = memref::ReinterpretCastOp::create(
          builder, loc, type, passed, OpFoldResult(entry->getArgument(next++)),
          getAsIndexOpFoldResult(context, type.getShape()),
          getAsIndexOpFoldResult(context, strides));
    }
    operands.push_back(passed);
  }
  ArrayRef<Value> left = operands;
  MutableArrayRef<linalg::FillOp> fills = nest.fills;
  for (linalg::LinalgOp op : nest.ops) {
    ArrayRef<Value> own = left.take_front(op->getNumOperands());
    for (auto [fill, output] :
         llvm::zip(fills, own.take_back(op.getNumDpsInits()))) {
      if (!fill)
        continue;
      Operation *value = fill.getInputs().front().getDefiningOp();
      copyInto(builder, fill, {builder.clone(*value)->getResult(0), output});
    }
    copyInto(builder, op, own);
    left = left.drop_front(own.size());
    fills = fills.drop_front(op.getNumDpsInits());
  }
  func::ReturnOp::create(builder, loc);
  return function;
}

static void replaceByCall(Nest &nest, func::FuncOp function) {
  Location loc = nest.ops.back().getLoc();
  OpBuilder builder(nest.ops.back());
  SmallVector<Value> arguments(nest.arguments);
  for (const Operand &operand : nest.operands)
    if (operand.offset)
      arguments.push_back(
          arith::ConstantIndexOp::create(builder, loc, *operand.offset));
  func::CallOp::create(builder, loc, function, arguments);
  for (linalg::LinalgOp op : llvm::reverse(nest.ops))
    op->erase();
  for (linalg::FillOp fill : nest.fills)
    if (fill)
      fill->erase();
}

void OutlineNests::runOnOperation() {
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::FillOp>(op) && !op->hasAttr(epilogueAttrName))
      ops.push_back(op);
  });
  std::map<Key, unsigned> numbers;
  std::vector<SmallVector<Nest, 1>> groups;
  for (linalg::LinalgOp op : ops) {
    std::optional<Nest> nest = readNest(op);
    if (!nest)
      continue;
    auto [found, isNew] = numbers.try_emplace(getKey(*nest), groups.size());
    if (isNew)
      groups.emplace_back();
    groups[found->second].push_back(std::move(*nest));
  }
  SymbolTable symbols(getOperation());
  for (MutableArrayRef<Nest> group : groups) {
    if (group.size() < fewest)
      continue;
    func::FuncOp function =
        createFunction(getOperation(), group.front(), "nest");
    symbols.insert(function);
    ++functions;
    for (Nest &nest : group)
      replaceByCall(nest, function);
    calls += group.size();
  }
}
