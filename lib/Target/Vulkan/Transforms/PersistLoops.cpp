// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops of the host run inside of one kernel.

#include "LoopStages.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PERSISTLOOPS
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Buffers of one kernel; devices allow more, but not many more.
static constexpr unsigned mostBuffers = 24;
/// Rows of an invocation: more take long to compile.
static constexpr int64_t mostRows = 8;
/// Iterations of a dispatch: with fewer there is little to gain.
static constexpr int64_t fewestIterations = 4;

namespace {
struct PersistLoops : public mlir::pc::impl::PersistLoopsBase<PersistLoops> {
  using PersistLoopsBase::PersistLoopsBase;
  void runOnOperation() override;

private:
  Owners chooseOwners(scf::ForOp loop) const;
  Owners chooseTeam(ArrayRef<Stage> stages, int64_t rows) const;
};
} // namespace

/// Memory, constants and views: they move in front of the loop.
static bool canMove(Operation &op, scf::ForOp loop) {
  if (!isa<memref::AllocOp, memref::GetGlobalOp, ViewLikeOpInterface>(op) &&
      !op.hasTrait<OpTrait::ConstantLike>())
    return false;
  return llvm::none_of(op.getOperands(), [&](Value operand) {
    return operand == loop.getInductionVar();
  });
}

static bool hasOnlyStages(scf::ForOp loop) {
  return loop.getInitArgs().empty() && loop.getInductionVar().use_empty() &&
         llvm::all_of(loop.getBody()->without_terminator(), [&](Operation &op) {
           auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
           return (linalgOp && linalgOp.hasPureBufferSemantics()) ||
                  isFused(op) || canMove(op, loop);
         });
}

/// Row i of the results accesses row i of the operand and no other.
static bool isRowLocal(linalg::LinalgOp op, OpOperand &operand,
                       const KernelDomain &domain) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  auto type = cast<MemRefType>(operand.get().getType());
  if (map.getNumResults() == 0 || type.getShape()[0] != domain.sizes[0])
    return false;
  auto first = dyn_cast<AffineDimExpr>(map.getResult(0));
  return first && first.getPosition() == domain.loops[0] &&
         llvm::none_of(map.getResults().drop_front(), [&](AffineExpr expr) {
           return expr.isFunctionOfDim(domain.loops[0]);
         });
}

/// The number of rows that all stages share, where what one row of a stage
/// needs are the same row of what other stages write and memory that none
/// writes; otherwise 0.
static int64_t findRows(ArrayRef<Stage> stages) {
  llvm::SmallPtrSet<Value, 16> written, buffers;
  int64_t rows = 0;
  for (const Stage &stage : stages)
    for (linalg::LinalgOp op : stage) {
      std::optional<KernelDomain> domain = getDomain(op);
      if (!domain || domain->sizes.empty() ||
          (rows != 0 && domain->sizes[0] != rows) ||
          llvm::any_of(collectCaptured(op), [](Value value) {
            return isa<MemRefType>(value.getType());
          }))
        return 0;
      rows = domain->sizes[0];
      for (Value init : op.getDpsInits())
        written.insert(getRoot(init));
    }
  for (const Stage &stage : stages)
    for (linalg::LinalgOp op : stage) {
      KernelDomain domain = *getDomain(op);
      for (OpOperand &operand : op->getOpOperands()) {
        Value memory = operand.get();
        if (!isa<MemRefType>(memory.getType()))
          continue;
        if (!memory.getDefiningOp<memref::AllocaOp>())
          buffers.insert(memory);
        if (written.contains(getRoot(memory)) &&
            (memory != getRoot(memory) || !isRowLocal(op, operand, domain)))
          return 0;
      }
    }
  return buffers.size() <= mostBuffers ? rows : 0;
}

static int64_t getBytes(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  Type element = type.getElementType();
  return type.getNumElements() *
         (element.isIndex()
              ? 8
              : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
}

/// Each operand of the ops follows the rows in one of its dimensions, or not at
/// all.
static bool hasPlainRows(ArrayRef<Stage> stages) {
  for (const Stage &stage : stages)
    for (linalg::LinalgOp op : stage) {
      auto row = getAffineDimExpr(getDomain(op)->loops[0], op.getContext());
      for (AffineMap map : op.getIndexingMapsArray())
        for (AffineExpr expr : map.getResults())
          if (expr != row && expr.isFunctionOfDim(getDomain(op)->loops[0]))
            return false;
    }
  return true;
}

/// What all rows read, again in each iteration.
static int64_t getReadBytes(ArrayRef<Stage> stages) {
  llvm::SmallPtrSet<Value, 8> read;
  int64_t bytes = 0;
  for (const Stage &stage : stages)
    for (linalg::LinalgOp op : stage)
      for (OpOperand *input : op.getDpsInputOperands())
        if (isa<MemRefType>(input->get().getType()) &&
            !op.getMatchingIndexingMap(input).isFunctionOfDim(
                getDomain(op)->loops[0]) &&
            read.insert(input->get()).second)
          bytes += getBytes(input->get());
  return bytes;
}

/// The rows of a workgroup, and its invocations: as many as there are elements
/// in a row. No rows: what a row has does not fit, or all have too much in
/// common.
Owners PersistLoops::chooseTeam(ArrayRef<Stage> stages, int64_t rows) const {
  llvm::SetVector<Value> written = getWritten(stages);
  int64_t bytes = 0, widest = 1;
  for (Value buffer : written) {
    bytes += getBytes(buffer) / rows;
    widest = std::max(widest, countElements(buffer, 1));
  }
  if (!hasPlainRows(stages) || bytes > sharedBytes ||
      getReadBytes(stages) > readBytes)
    return {0};
  Owners owners;
  owners.team = std::clamp<int64_t>(llvm::PowerOf2Ceil(widest), lanes,
                                    std::max<int64_t>(lanes, invocations));
  while (owners.rows < mostRows && rows % (2 * owners.rows) == 0 &&
         2 * owners.rows * bytes <= sharedBytes &&
         rows / (2 * owners.rows) * owners.team >= busy * lanes)
    owners.rows *= 2;
  int64_t iterations =
      countIterations(stages, owners, [](Value) { return false; });
  int64_t copies = countCopies(written.getArrayRef(), owners);
  return iterations * fewestIterations + copies <= limit ? owners : Owners{0};
}

/// Who is to own the rows: as many invocations as leave the device busy. No
/// rows: the loop is better off as a list of dispatches, or has to be one.
Owners PersistLoops::chooseOwners(scf::ForOp loop) const {
  std::optional<APInt> trips = loop.getStaticTripCount();
  if (!trips || trips->getSExtValue() < fewestIterations ||
      !hasOnlyStages(loop))
    return {0};
  SmallVector<Stage> stages = getStages(*loop.getBody());
  int64_t rows = findRows(stages);
  // A row of many dispatches is one dispatch already.
  if (rows == 0 || stages.size() < 2)
    return {0};
  if (rows < busy * lanes && sharedBytes != 0)
    return chooseTeam(stages, rows);
  if (rows < lanes * subgroups)
    return {0};
  int64_t own = mostRows;
  while (rows % own != 0 || rows / own < lanes * subgroups)
    own /= 2;
  // Alignment is not known yet; without it there are at least as many.
  int64_t iterations =
      countIterations(stages, {own}, [](Value) { return false; });
  return {iterations * fewestIterations <= limit ? own : 0};
}

void PersistLoops::runOnOperation() {
  SmallVector<scf::ForOp> loops;
  for (Operation &op : getOperation().getBody().front())
    if (auto loop = dyn_cast<scf::ForOp>(op))
      loops.push_back(loop);
  for (scf::ForOp loop : loops) {
    Owners owners = chooseOwners(loop);
    if (owners.rows == 0)
      continue;
    for (Operation &op :
         llvm::make_early_inc_range(loop.getBody()->without_terminator()))
      if (canMove(op, loop))
        op.moveBefore(loop);
    auto index = IndexType::get(&getContext());
    loop->setAttr(rowsAttrName, IntegerAttr::get(index, owners.rows));
    if (owners.team != 1)
      loop->setAttr(teamAttrName, IntegerAttr::get(index, owners.team));
    ++persistent;
    teams += owners.team != 1;
  }
}
