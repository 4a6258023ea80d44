// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An order of ops in which less memory is alive at once.
//
// A block is a graph whose roots are the values that leave it. A depth-first
// walk computes every value right before the first op that needs it; what is
// left to choose is the order of the roots. A root goes to where everything is
// there that it shares with others: the gradient of a weight follows the error
// that it is made of, which may then be forgotten. (Finding the best order is
// NP-complete: Sethi 1975.)

#include "Destination.h"
#include "TensorBytes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_SHORTENLIFETIMES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// The operand whose memory `result` is in, as far as ops say: a destination or
/// what a part is taken from.
static Value getSameMemory(OpResult result) {
  Operation *op = result.getOwner();
  if (auto styled = dyn_cast<DestinationStyleOpInterface>(op))
    return styled.getTiedOpOperand(result)->get();
  if (isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
          tensor::ExpandShapeOp, tensor::CastOp>(op))
    return op->getOperand(0);
  return {};
}

namespace {
/// The ops of a block by number, and what each has to wait for.
class Graph {
public:
  explicit Graph(Block &block);

  /// That `update` writes where `old` is: everything that reads it goes first.
  void addUpdate(Value old, Value update);
  /// For each op its place in an order in which lifetimes are shorter.
  SmallVector<unsigned> order() const;
  /// The most bytes that are alive at once in this order, beside arguments and
  /// what leaves the block.
  int64_t getPeak(ArrayRef<unsigned> order) const;
  Operation *getOp(unsigned number) const { return ops[number]; }
  unsigned size() const { return ops.size(); }

private:
  static constexpr unsigned none = ~0u;
  unsigned numberOf(Operation *op) const {
    Operation *ancestor = block.findAncestorOpInBlock(*op);
    return ancestor ? numbers.lookup(ancestor) : none;
  }
  SmallVector<unsigned> findOwners() const;
  SmallVector<unsigned> getKeys() const;

  Block &block;
  SmallVector<Operation *> ops; // the terminator is the last
  DenseMap<Operation *, unsigned> numbers;
  /// What each op reads, ascending, then what else goes first. The walk comes
  /// to them in this order: the gradient of a weight, which is smaller than the
  /// activities that it may be the last to read, before the message through it.
  SmallVector<SmallVector<unsigned>> needs;
};

struct ShortenLifetimes
    : public mlir::pc::impl::ShortenLifetimesBase<ShortenLifetimes> {
  void runOnOperation() override;
};
} // namespace

Graph::Graph(Block &block) : block(block) {
  for (Operation &op : block) {
    numbers[&op] = ops.size();
    ops.push_back(&op);
  }
  needs.resize(ops.size());
  for (unsigned user = 0; user < ops.size(); ++user) {
    ops[user]->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (Operation *def = operand.getDefiningOp())
          if (unsigned number = numberOf(def); number < user)
            needs[user].push_back(number);
    });
    llvm::sort(needs[user]);
    needs[user].erase(llvm::unique(needs[user]), needs[user].end());
  }
}

void Graph::addUpdate(Value old, Value update) {
  Operation *writer = update.getDefiningOp();
  if (!writer || writer->getBlock() != &block)
    return;
  unsigned last = numbers.lookup(writer);
  for (Operation *user : old.getUsers())
    if (unsigned number = numberOf(user);
        number < last && !llvm::is_contained(needs[last], number))
      needs[last].push_back(number);
}

/// For each op the one root that it is computed for, or none if there are
/// several.
SmallVector<unsigned> Graph::findOwners() const {
  unsigned end = ops.size() - 1;
  SmallVector<unsigned> owners(ops.size(), none);
  SmallVector<bool> seen(ops.size(), false);
  for (unsigned op = ops.size(); op-- > 0;)
    for (unsigned need : needs[op]) {
      unsigned owner = op == end ? need : owners[op];
      owners[need] = !seen[need] || owners[need] == owner ? owner : none;
      seen[need] = true;
    }
  return owners;
}

/// For each root, the last op that it has to wait for and shares with others.
SmallVector<unsigned> Graph::getKeys() const {
  SmallVector<unsigned> owners = findOwners(), keys(ops.size(), 0);
  for (unsigned op = 0; op + 1 < ops.size(); ++op) {
    unsigned owner = owners[op];
    if (owner == none) {
      keys[op] = op;
      continue;
    }
    for (unsigned need : needs[op])
      if (owners[need] != owner)
        keys[owner] = std::max(keys[owner], need);
  }
  return keys;
}

SmallVector<unsigned> Graph::order() const {
  SmallVector<unsigned> keys = getKeys(), roots(needs.back());
  llvm::stable_sort(roots,
                    [&](unsigned a, unsigned b) { return keys[a] < keys[b]; });
  SmallVector<unsigned> order;
  SmallVector<bool> placed(ops.size(), false);
  // What nobody waits for keeps its place at the end.
  for (unsigned op = 0; op < ops.size(); ++op)
    roots.push_back(op);
  SmallVector<std::pair<unsigned, unsigned>> stack; // an op, its next need
  for (unsigned root : roots) {
    stack.emplace_back(root, 0);
    while (!stack.empty()) {
      auto &[op, next] = stack.back();
      if (placed[op]) {
        stack.pop_back();
      } else if (next < needs[op].size()) {
        unsigned need = needs[op][next++];
        stack.emplace_back(need, 0);
      } else {
        placed[op] = true;
        order.push_back(op);
        stack.pop_back();
      }
    }
  }
  return order;
}

int64_t Graph::getPeak(ArrayRef<unsigned> order) const {
  // Where a buffer begins and ends, by the first value in it.
  struct Buffer {
    int64_t bytes = 0;
    unsigned begin = 0, end = 0;
  };
  SmallVector<Buffer> buffers;
  DenseMap<Value, unsigned> bufferOf;
  SmallVector<unsigned> place(ops.size());
  for (auto [position, op] : llvm::enumerate(order))
    place[op] = position;
  for (auto [position, op] : llvm::enumerate(order))
    for (OpResult result : ops[op]->getResults()) {
      Value memory = getSameMemory(result);
      auto known = bufferOf.find(memory);
      unsigned buffer = buffers.size();
      if (memory && known != bufferOf.end())
        buffer = known->second;
      else // the memory of an argument is not counted
        buffers.push_back({memory ? 0 : getTensorBytes(result),
                           unsigned(position), unsigned(position)});
      bufferOf[result] = buffer;
      for (Operation *user : result.getUsers()) {
        unsigned number = numberOf(user);
        if (number + 1 == ops.size())
          buffers[buffer].bytes = 0;
        buffers[buffer].end = std::max(buffers[buffer].end, place[number]);
      }
    }
  SmallVector<int64_t> change(ops.size() + 1, 0);
  for (const Buffer &buffer : buffers) {
    change[buffer.begin] += buffer.bytes;
    change[buffer.end + 1] -= buffer.bytes;
  }
  int64_t alive = 0, peak = 0;
  for (int64_t bytes : change)
    peak = std::max(peak, alive += bytes);
  return peak;
}

/// Values that leave `block` into the memory of others, of which it reads the
/// old contents.
static void addUpdates(Block &block, Graph &graph) {
  Operation *parent = block.getParentOp();
  Operation *terminator = block.getTerminator();
  if (auto function = dyn_cast<func::FuncOp>(parent)) {
    for (auto [i, value] : llvm::enumerate(terminator->getOperands()))
      if (auto attr =
              function.getResultAttrOfType<IntegerAttr>(i, updatesAttrName))
        if (uint64_t(attr.getInt()) < block.getNumArguments())
          graph.addUpdate(block.getArgument(attr.getInt()), value);
  } else if (auto loop = dyn_cast<scf::ForOp>(parent)) {
    for (auto [old, value] :
         llvm::zip(loop.getRegionIterArgs(), terminator->getOperands()))
      graph.addUpdate(old, value);
  } else if (auto loop = dyn_cast<scf::WhileOp>(parent);
             loop && &block == loop.getAfterBody()) {
    for (auto [old, value] :
         llvm::zip(getCarried(loop), terminator->getOperands()))
      if (old)
        graph.addUpdate(old, value);
  }
}

void ShortenLifetimes::runOnOperation() {
  getOperation().walk([&](Block *block) {
    Operation *parent = block->getParentOp();
    if (!isa<func::FuncOp, scf::ForOp, scf::IfOp, scf::WhileOp>(parent) ||
        !llvm::all_of(block->without_terminator(),
                      [](Operation &op) { return isMemoryEffectFree(&op); }))
      return;
    Graph graph(*block);
    addUpdates(*block, graph);
    SmallVector<unsigned> before = llvm::to_vector(llvm::seq(graph.size()));
    SmallVector<unsigned> after = graph.order();
    if (graph.getPeak(after) >= graph.getPeak(before))
      return;
    ++reordered;
    for (unsigned number : after)
      graph.getOp(number)->moveBefore(block, block->end());
  });
}
