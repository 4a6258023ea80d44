// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All vertices of an iteration read old states and write new ones, so that they
// are independent of each other. Where each has too little to do for several
// threads, each thread gets some of them.

#include "RootBuffer.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_GROUPNESTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Of all buffers of a block whose operations change places: they are alive
/// together then.
static constexpr int64_t mostBytes = 512 << 10;

namespace {
using Buffers = llvm::SmallDenseSet<Value>;

/// The buffers that an operation reads and writes, as wholes.
struct Accesses {
  Buffers read, written;
  /// It may touch more than that.
  bool isUnknown = false;
};

/// An operation of a block.
struct Item {
  Operation *op;
  /// Of its loops, in instructions; 0 where that is not known.
  double work = 0;
  /// All that it has to wait for have lower ones.
  int64_t level = 0;
};

/// What one thread does of a group.
struct Share {
  double work = 0;
  SmallVector<Operation *> ops;
};

/// The levels at which buffers have been read and written so far.
class Levels {
public:
  /// The lowest one for what does `accesses`, at least `level`.
  int64_t find(const Accesses &accesses, int64_t level) const;
  void add(const Accesses &accesses, int64_t level);
  /// Whether all that is written fits `mostBytes`.
  bool writesLittle() const;

private:
  using Times = llvm::DenseMap<Value, int64_t>; // the last ones

  Times readAt, writtenAt;
  int64_t afterUnknown = 0, highest = -1;
};

class Grouping {
public:
  Grouping(unsigned threads, double startCost)
      : threads(threads), startCost(startCost) {}
  void visit(Block &block);

  unsigned grouped = 0;

private:
  Accesses getAccesses(Operation *op);
  void addCall(func::CallOp call, Accesses &accesses);
  const llvm::BitVector *getWrittenArguments(func::CallOp call);
  double getWork(Operation *op);
  std::optional<SmallVector<Item>> readItems(Block &block,
                                             SmallVector<Operation *> &first);
  SmallVector<Share> share(ArrayRef<Item> items) const;
  void emit(Operation *place, ArrayRef<Share> shares);

  unsigned threads;
  double startCost;
  SymbolTableCollection symbols;
  llvm::DenseMap<Operation *, llvm::BitVector> writtenArguments;
};

struct GroupNests : public mlir::pc::impl::GroupNestsBase<GroupNests> {
  using GroupNestsBase::GroupNestsBase;
  void runOnOperation() override;
};
} // namespace

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static bool isKnown(Value root) {
  return isOwned(root) || root.getDefiningOp<memref::AllocaOp>();
}

/// Adds what `op` itself does, without what is inside of it.
static void addOwn(Operation *op, Accesses &accesses) {
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  if (!interface) {
    accesses.isUnknown |= !op->hasTrait<OpTrait::HasRecursiveMemoryEffects>();
    return;
  }
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  for (const MemoryEffects::EffectInstance &effect : effects) {
    Value memory = effect.getValue();
    if (isa<MemoryEffects::Allocate>(effect.getEffect()))
      continue;
    if (!memory || !isKnown(getRootBuffer(memory))) {
      accesses.isUnknown = true;
      continue;
    }
    bool isRead = isa<MemoryEffects::Read>(effect.getEffect());
    (isRead ? accesses.read : accesses.written).insert(getRootBuffer(memory));
  }
}

/// Which arguments of the function it writes to; null where that is not known.
const llvm::BitVector *Grouping::getWrittenArguments(func::CallOp call) {
  auto callee =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
  if (!callee || callee.isExternal())
    return nullptr;
  auto [found, isNew] = writtenArguments.try_emplace(callee);
  if (!isNew)
    return found->second.empty() ? nullptr : &found->second;
  Accesses inside;
  callee.walk([&](Operation *op) {
    if (op != callee.getOperation())
      addOwn(op, inside);
  });
  if (inside.isUnknown)
    return nullptr;
  // One more, so that known and empty differ.
  llvm::BitVector written(callee.getNumArguments() + 1);
  for (Value root : inside.written)
    if (auto argument = dyn_cast<BlockArgument>(root))
      written.set(argument.getArgNumber());
  return &(writtenArguments[callee] = written);
}

void Grouping::addCall(func::CallOp call, Accesses &accesses) {
  const llvm::BitVector *written = getWrittenArguments(call);
  if (!written) {
    accesses.isUnknown = true;
    return;
  }
  for (auto [number, value] : llvm::enumerate(call.getOperands())) {
    if (!isa<MemRefType>(value.getType()))
      continue;
    Value root = getRootBuffer(value);
    accesses.isUnknown |= !isKnown(root);
    (written->test(number) ? accesses.written : accesses.read).insert(root);
  }
}

Accesses Grouping::getAccesses(Operation *op) {
  Accesses accesses;
  op->walk([&](Operation *inner) {
    if (auto call = dyn_cast<func::CallOp>(inner))
      addCall(call, accesses);
    else
      addOwn(inner, accesses);
  });
  return accesses;
}

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

/// Of all marked loops in `op` that are in no other marked loop there.
static double sumWork(Operation *op) {
  double work = 0;
  op->walk<WalkOrder::PreOrder>([&](scf::ForOp loop) {
    auto mark = loop->getAttrOfType<FloatAttr>(parallelAttrName);
    if (!mark)
      return WalkResult::advance();
    work += mark.getValueAsDouble();
    return WalkResult::skip();
  });
  return work;
}

double Grouping::getWork(Operation *op) {
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = symbols.lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    return callee && call.getNumResults() == 0 ? sumWork(callee) : 0;
  }
  auto loop = dyn_cast<scf::ForOp>(op);
  return loop && loop.getNumResults() == 0 && loop->hasAttr(parallelAttrName)
             ? sumWork(op)
             : 0;
}

/// Each thread gets some that follow each other: of a chain of vertices only
/// those at the ends wait for what another core has written. Nothing where that
/// saves less than it costs to start the threads.
SmallVector<Share> Grouping::share(ArrayRef<Item> items) const {
  // With more work, an item is shared by itself.
  double most = startCost * threads / (threads - 1.0);
  auto isSmall = [&](const Item &item) {
    return item.work > 0 && item.work <= most;
  };
  double all = 0, done = 0;
  for (const Item &item : items)
    all += isSmall(item) ? item.work : 0;
  SmallVector<Share> shares(threads);
  for (const Item &item : items) {
    if (!isSmall(item))
      continue;
    double middle = done + item.work / 2;
    Share &share = shares[int64_t(middle / all * threads)];
    share.ops.push_back(item.op);
    share.work += item.work;
    done += item.work;
  }
  llvm::erase_if(shares, [](const Share &share) { return share.ops.empty(); });
  auto isLess = [](const Share &a, const Share &b) { return a.work < b.work; };
  if (shares.size() < 2 ||
      all - llvm::max_element(shares, isLess)->work <= startCost)
    return {};
  return shares;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

int64_t Levels::find(const Accesses &accesses, int64_t level) const {
  level = std::max(level, afterUnknown);
  if (accesses.isUnknown)
    return std::max(level, highest + 1);
  auto waitFor = [&](const Times &times, Value root) {
    if (auto found = times.find(root); found != times.end())
      level = std::max(level, found->second + 1);
  };
  for (Value root : accesses.read)
    waitFor(writtenAt, root);
  for (Value root : accesses.written) {
    waitFor(writtenAt, root);
    waitFor(readAt, root);
  }
  return level;
}

void Levels::add(const Accesses &accesses, int64_t level) {
  auto raise = [&](Times &times, Value root) {
    int64_t &time = times.try_emplace(root, level).first->second;
    time = std::max(time, level);
  };
  for (Value root : accesses.read)
    raise(readAt, root);
  for (Value root : accesses.written)
    raise(writtenAt, root);
  if (accesses.isUnknown)
    afterUnknown = level + 1;
  highest = std::max(highest, level);
}

bool Levels::writesLittle() const {
  int64_t bytes = 0;
  for (auto [buffer, level] : writtenAt) {
    auto type = cast<MemRefType>(buffer.getType());
    if (!type.hasStaticShape())
      return false;
    bytes += type.getNumElements() * getElementBytes(type.getElementType());
  }
  return bytes <= mostBytes;
}

/// The operations of the block by their levels; what waits for nothing, buffers
/// and numbers, becomes `first`. Nothing where their buffers are so large that
/// they should not be alive together.
std::optional<SmallVector<Item>>
Grouping::readItems(Block &block, SmallVector<Operation *> &first) {
  SmallVector<Item> items;
  Levels levels;
  llvm::DenseMap<Operation *, int64_t> computedAt;
  for (Operation &op : block.without_terminator()) {
    int64_t level = -1;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (auto found = computedAt.find(operand.getDefiningOp());
            found != computedAt.end())
          level = std::max(level, found->second + 1);
    });
    if (level < 0 && (isPure(&op) || isa<memref::AllocOp>(op))) {
      first.push_back(&op);
      continue;
    }
    Accesses accesses = getAccesses(&op);
    level = levels.find(accesses, level);
    levels.add(accesses, level);
    computedAt[&op] = level;
    items.push_back({&op, accesses.isUnknown ? 0 : getWork(&op), level});
  }
  if (!levels.writesLittle())
    return std::nullopt;
  llvm::stable_sort(
      items, [](const Item &a, const Item &b) { return a.level < b.level; });
  return items;
}

/// A loop over the threads at `place`, each iteration of which does one share.
void Grouping::emit(Operation *place, ArrayRef<Share> shares) {
  OpBuilder builder(place);
  Location loc = place->getLoc();
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto loop = scf::ForOp::create(builder, loc, constant(0),
                                 constant(shares.size()), constant(1));
  builder.setInsertionPointToStart(loop.getBody());
  auto cases = llvm::to_vector(llvm::seq<int64_t>(0, shares.size() - 1));
  auto which = scf::IndexSwitchOp::create(
      builder, loc, TypeRange(), loop.getInductionVar(), cases, cases.size());
  double busiest = 0;
  for (auto [number, share] : llvm::enumerate(shares)) {
    Region &region = number < cases.size() ? which.getCaseRegions()[number]
                                           : which.getDefaultRegion();
    builder.setInsertionPointToStart(&region.emplaceBlock());
    auto end = scf::YieldOp::create(builder, loc);
    for (Operation *op : share.ops)
      op->moveBefore(end);
    busiest = std::max(busiest, share.work);
    grouped += share.ops.size();
  }
  loop->setAttr(parallelAttrName,
                builder.getF64FloatAttr(busiest * shares.size()));
}

void Grouping::visit(Block &block) {
  SmallVector<Operation *> first;
  std::optional<SmallVector<Item>> items = readItems(block, first);
  if (!items)
    return;
  SmallVector<std::pair<Operation *, SmallVector<Share>>> groups;
  ArrayRef<Item> left = *items;
  while (!left.empty()) {
    ArrayRef<Item> level = left.take_while(
        [&](const Item &item) { return item.level == left.front().level; });
    SmallVector<Share> shares = share(level);
    if (!shares.empty())
      groups.push_back({level.front().op, shares});
    left = left.drop_front(level.size());
  }
  if (groups.empty())
    return;
  Operation *terminator = block.getTerminator();
  for (Operation *op : first)
    op->moveBefore(terminator);
  for (const Item &item : *items)
    item.op->moveBefore(terminator);
  for (auto &[place, shares] : groups)
    emit(place, shares);
}

void GroupNests::runOnOperation() {
  // What is inside of marked loops belongs to one nest.
  SmallVector<Block *> blocks;
  getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasAttr(parallelAttrName))
      return WalkResult::skip();
    if (isa<func::FuncOp, scf::ForOp, scf::WhileOp>(op))
      for (Region &region : op->getRegions())
        for (Block &block : region)
          blocks.push_back(&block);
    return WalkResult::advance();
  });
  Grouping grouping(threads, startCost);
  for (Block *block : blocks)
    grouping.visit(*block);
  grouped += grouping.grouped;
}
