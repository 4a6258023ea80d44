// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All buffers of a function in one arena.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PLANMEMORY
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
/// A buffer, alive in [begin, end] of the order of operations.
struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes = 0;
  int64_t begin = 0, end = 0;
  int64_t offset = 0;
};

/// Numbers operations so that [first, last] of an operation covers all that is
/// nested in it.
class Order {
public:
  explicit Order(Operation *root) { number(root); }
  int64_t getFirst(Operation *op) const { return ranges.lookup(op).first; }
  int64_t getLast(Operation *op) const { return ranges.lookup(op).second; }

private:
  void number(Operation *op) {
    int64_t first = next++;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &nested : block)
          number(&nested);
    ranges[op] = {first, next - 1};
  }
  int64_t next = 0;
  DenseMap<Operation *, std::pair<int64_t, int64_t>> ranges;
};

struct PlanMemory : public mlir::pc::impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override;
};
} // namespace

/// Elements take whole bytes in memory, an i1 one byte.
static FailureOr<int64_t> getByteSize(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  if (!type.hasStaticShape() || !type.getLayout().isIdentity())
    return alloc.emitOpError("expected a buffer of static shape, but got ")
           << type;
  int64_t width = 8;
  if (!type.getElementType().isIndex())
    width = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  return type.getNumElements() * int64_t(llvm::PowerOf2Ceil(width));
}

/// A buffer that is born and used inside one block is alive between these
/// points only, also when that block runs many times: its contents do not
/// survive an iteration. A buffer that leaves its block is alive as long as the
/// whole operation around all of its uses.
static void setLifetime(Buffer &buffer, const Order &order,
                        const BufferViewFlowAnalysis &views) {
  SmallVector<Operation *> users;
  for (Value view : views.resolve(buffer.alloc))
    llvm::append_range(users, view.getUsers());
  Block *scope = buffer.alloc->getBlock();
  auto allInside = [&](Block *block) {
    return llvm::all_of(users, [&](Operation *user) {
      return block->findAncestorOpInBlock(*user) != nullptr;
    });
  };
  Operation *birth = buffer.alloc;
  while (!allInside(scope)) {
    birth = scope->getParentOp();
    scope = birth->getBlock();
  }
  buffer.begin = order.getFirst(birth);
  buffer.end = order.getLast(birth);
  bool first = birth == buffer.alloc;
  for (Operation *user : users) {
    Operation *ancestor = scope->findAncestorOpInBlock(*user);
    int64_t start = order.getFirst(ancestor);
    buffer.begin = first ? start : std::min(buffer.begin, start);
    buffer.end = std::max(buffer.end, order.getLast(ancestor));
    first = false;
  }
}

/// First fit, largest first: the offset of each buffer is the lowest that
/// collides with no placed buffer alive at the same time.
static int64_t assignOffsets(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> bySize;
  for (Buffer &buffer : buffers)
    bySize.push_back(&buffer);
  llvm::sort(bySize, [](const Buffer *a, const Buffer *b) {
    return std::pair(a->bytes, b->begin) > std::pair(b->bytes, a->begin);
  });
  int64_t arena = 0;
  SmallVector<Buffer *> placed; // sorted by offset
  for (Buffer *buffer : bySize) {
    int64_t offset = 0;
    for (const Buffer *other : placed) {
      bool together =
          buffer->begin <= other->end && other->begin <= buffer->end;
      if (!together)
        continue;
      if (offset + buffer->bytes <= other->offset)
        break;
      offset =
          std::max(offset, int64_t(llvm::alignTo(other->offset + other->bytes,
                                                 bufferAlignment)));
    }
    buffer->offset = offset;
    arena = std::max(arena, offset + buffer->bytes);
    placed.insert(llvm::upper_bound(placed, buffer,
                                    [](const Buffer *a, const Buffer *b) {
                                      return a->offset < b->offset;
                                    }),
                  buffer);
  }
  return arena;
}

/// Adds the arena argument and replaces each allocation by a view of it.
static void useArena(func::FuncOp function, ArrayRef<Buffer> buffers,
                     int64_t bytes) {
  Builder attributes(function.getContext());
  auto type = MemRefType::get({bytes}, attributes.getI8Type());
  NamedAttrList attrs;
  attrs.set(arenaAttrName, attributes.getUnitAttr());
  attrs.set(LLVM::LLVMDialect::getNoAliasAttrName(), attributes.getUnitAttr());
  unsigned number = function.getNumArguments();
  (void)function.insertArgument(number, type,
                                attrs.getDictionary(function.getContext()),
                                function.getLoc());
  for (const Buffer &buffer : buffers) {
    memref::AllocOp alloc = buffer.alloc;
    OpBuilder builder(alloc);
    Value offset =
        arith::ConstantIndexOp::create(builder, alloc.getLoc(), buffer.offset);
    Value view = memref::ViewOp::create(
        builder, alloc.getLoc(), alloc.getType(), function.getArgument(number),
        offset, ValueRange());
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}

void PlanMemory::runOnOperation() {
  func::FuncOp function = getOperation();
  if (function.isExternal())
    return;
  Order order(function);
  BufferViewFlowAnalysis views(function);
  SmallVector<Buffer> buffers;
  bool failed = false;
  function.walk([&](memref::AllocOp alloc) {
    FailureOr<int64_t> bytes = getByteSize(alloc);
    failed |= mlir::failed(bytes);
    if (mlir::failed(bytes))
      return;
    Buffer buffer;
    buffer.alloc = alloc;
    buffer.bytes = *bytes;
    bufferBytes += *bytes;
    setLifetime(buffer, order, views);
    buffers.push_back(buffer);
  });
  if (failed)
    return signalPassFailure();
  if (function.isPrivate() && buffers.empty())
    return;
  int64_t arena = assignOffsets(buffers);
  arenaBytes += arena;
  useArena(function, buffers, arena);
}
