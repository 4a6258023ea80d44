// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// y[B(p)] = body(x[A(p)], y[B(p)]) over the points p of a domain. Where each
// point adds to its result, or is the only one to write it, the cotangent of x
// is the sum over p, at A(p), of the body's cotangent. By this, contractions
// become contractions, broadcasts reductions, reductions broadcasts. Maxima
// and minima do the same with a cotangent that is zero except at one point of
// each reduction. The rest goes the long way (SequentialVJP.cpp).

#include "PointSum.h"
#include "Structured.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using pc::PointBody;

AffineMap pc::getResultMap(linalg::LinalgOp op, unsigned number) {
  return op.getMatchingIndexingMap(op.getDpsInitOperand(number));
}

bool pc::isRunning(linalg::LinalgOp op, unsigned number) {
  return !isInjective(getResultMap(op, number), op.getStaticLoopRanges());
}

namespace {

/// Cotangents of scalars of a body.
struct PointSeeds {
  llvm::SmallVector<Value> outputs, seeds;
  llvm::SmallVector<Value> reads; // of the cotangents of results
};

using Seeder = function_ref<PointSeeds(PointBody &)>;

class StructuredVJP {
public:
  StructuredVJP(linalg::LinalgOp op, OpBuilder &builder,
                ArrayRef<Value> cotangents, pc::CotangentSink &sink);

  LogicalResult build();

private:
  PointSeeds seedYields(PointBody &body);
  PointSeeds seedExtremum(PointBody &body, unsigned number, Value positions);
  FailureOr<bool> isSumOverPoints();
  bool isSum(PointBody &body, ArrayRef<Value> seeds,
             llvm::MapVector<Value, Value> cotangents);
  bool showsInits(ArrayRef<Value> seeds);
  void addTerms(Seeder seeder);
  void addTerm(Seeder seeder, Value target,
               function_ref<Value(PointBody &)> scalarOf, AffineMap map);
  void addInits();
  void addExtrema();

  linalg::LinalgOp op;
  OpBuilder &builder;
  Location loc;
  llvm::SmallVector<Value> cotangents;
  pc::CotangentSink &sink;
  pc::StructuredTargets targets;
};

} // namespace

StructuredVJP::StructuredVJP(linalg::LinalgOp op, OpBuilder &builder,
                             ArrayRef<Value> cotangents,
                             pc::CotangentSink &sink)
    : op(op), builder(builder), loc(pc::getDerivativeLoc(op.getLoc())),
      cotangents(cotangents), sink(sink) {
  for (OpOperand *operand : op.getDpsInputOperands())
    if (sink.wants(operand->get()))
      targets.inputs.push_back(operand);
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (sink.wants(value))
      targets.captured.push_back(value);
}

PointSeeds StructuredVJP::seedYields(PointBody &body) {
  PointSeeds point;
  for (auto [number, cotangent] : llvm::enumerate(cotangents)) {
    point.outputs.push_back(body.getYields()[number]);
    point.seeds.push_back(nullptr);
    if (!cotangent)
      continue;
    point.seeds.back() = body.addRead(cotangent, pc::getResultMap(op, number));
    point.reads.push_back(point.seeds.back());
  }
  return point;
}

/// The cotangent of the extremum goes to one point of each reduction.
PointSeeds StructuredVJP::seedExtremum(PointBody &body, unsigned number,
                                       Value positions) {
  AffineMap map = pc::getResultMap(op, number);
  Value candidate = pc::getExtremum(body, op, number)->getOperand(1);
  Value cotangent = body.addRead(cotangents[number], map);
  Value position = body.addRead(positions, map);
  OpBuilder &inner = body.getBuilder();
  Value here = pc::createPointNumber(body, loc, map);
  Value isHere = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::eq,
                                       here, position);
  Value zero = pc::createZero(inner, loc, cotangent.getType());
  Value seed = arith::SelectOp::create(inner, loc, isHere, cotangent, zero);
  return {{candidate}, {seed}, {cotangent}};
}

/// Whether every running value passes the cotangent of its result on unchanged,
/// and the other `cotangents`, by the values that they belong to, do not depend
/// on running values.
bool StructuredVJP::isSum(PointBody &body, ArrayRef<Value> seeds,
                          llvm::MapVector<Value, Value> cotangents) {
  llvm::SmallVector<Value> running;
  for (auto [number, seed] : llvm::enumerate(seeds)) {
    if (!pc::isRunning(op, number))
      continue;
    running.push_back(body.getArgument(*op.getDpsInitOperand(number)));
    if (cotangents.lookup(running.back()) != seed)
      return false;
    cotangents.erase(running.back());
  }
  llvm::SmallVector<Value> needed;
  for (auto [value, cotangent] : cotangents)
    if (cotangent)
      needed.push_back(cotangent);
  llvm::DenseSet<Value> slice = body.getSlice(needed);
  return llvm::none_of(running, [&](Value v) { return slice.contains(v); });
}

/// Whether a wanted initial value shows through where no point writes.
bool StructuredVJP::showsInits(ArrayRef<Value> seeds) {
  for (auto [number, seed] : llvm::enumerate(seeds)) {
    Value init = op.getDpsInits()[number];
    if (seed && sink.wants(init) && !pc::isRunning(op, number) &&
        !pc::isBijective(pc::getResultMap(op, number), op.getStaticLoopRanges(),
                         init.getType()))
      return true;
  }
  return false;
}

/// Differentiates the body once with respect to everything, which also reports
/// all operations in it that have no rule, and looks at the outcome.
FailureOr<bool> StructuredVJP::isSumOverPoints() {
  PointBody body(builder, op);
  PointSeeds point = seedYields(body);
  llvm::SmallVector<Value> wanted;
  for (OpOperand *input : targets.inputs)
    if (Value argument = body.getArgument(*input))
      wanted.push_back(argument);
  llvm::append_range(wanted, targets.captured);
  for (OpOperand &init : op.getDpsInitsMutable())
    if (Value argument = body.getArgument(init))
      wanted.push_back(argument);
  auto found = pc::buildBlockVJP(body.getBuilder(), body.getOps(),
                                 point.outputs, point.seeds, wanted);
  if (failed(found))
    return failure();
  llvm::MapVector<Value, Value> cotangents;
  for (auto [value, cotangent] : llvm::zip_equal(wanted, *found))
    cotangents[value] = cotangent;
  return isSum(body, point.seeds, cotangents) && !showsInits(point.seeds);
}

void StructuredVJP::addTerm(Seeder seeder, Value target,
                            function_ref<Value(PointBody &)> scalarOf,
                            AffineMap map) {
  PointBody body(builder, op);
  Value scalar = scalarOf(body);
  if (!scalar)
    return;
  PointSeeds point = seeder(body);
  auto terms = pc::buildBlockVJP(body.getBuilder(), body.getOps(),
                                 point.outputs, point.seeds, scalar);
  assert(succeeded(terms) && "isSumOverPoints has reported what has no rule");
  body.readResults();
  if (Value term = terms->front())
    sink.add(builder, target,
             pc::createPointSum(builder, loc, body, term, point.reads, map,
                                target.getType()));
}

void StructuredVJP::addTerms(Seeder seeder) {
  for (OpOperand *input : targets.inputs)
    addTerm(
        seeder, input->get(),
        [&](PointBody &body) { return body.getArgument(*input); },
        op.getMatchingIndexingMap(input));
  for (Value value : targets.captured)
    if (!isa<ShapedType>(value.getType()))
      addTerm(
          seeder, value, [&](PointBody &) { return value; },
          AffineMap::get(op.getNumLoops(), 0, builder.getContext()));
}

/// The initial values of results to which points add, and of those that each
/// point reads for itself.
void StructuredVJP::addInits() {
  for (auto [number, cotangent] : llvm::enumerate(cotangents)) {
    OpOperand *init = op.getDpsInitOperand(number);
    if (!sink.wants(init->get()))
      continue;
    if (!pc::isRunning(op, number))
      addTerm([&](PointBody &body) { return seedYields(body); }, init->get(),
              [&](PointBody &body) { return body.getArgument(*init); },
              pc::getResultMap(op, number));
    else if (cotangent)
      sink.add(builder, init->get(), cotangent);
  }
}

/// Takes the extrema out of the cotangents.
void StructuredVJP::addExtrema() {
  for (auto [index, cotangent] : llvm::enumerate(cotangents)) {
    unsigned number = index;
    if (!cotangent)
      continue;
    {
      PointBody body(builder, op);
      if (!pc::getExtremum(body, op, number))
        continue;
    }
    Value positions = pc::createArgExtremum(builder, loc, op, number);
    addTerms(
        [&](PointBody &body) { return seedExtremum(body, number, positions); });
    Value init = op.getDpsInits()[number];
    if (sink.wants(init))
      sink.add(builder, init,
               pc::createInitialPart(builder, loc, cotangent, positions));
    cotangent = nullptr;
  }
}

LogicalResult StructuredVJP::build() {
  FailureOr<bool> isSimple = isSumOverPoints();
  if (failed(isSimple))
    return failure();
  auto isTensor = [](Value v) { return isa<ShapedType>(v.getType()); };
  bool readsTensors = llvm::any_of(targets.captured, isTensor);
  if (*isSimple) {
    addTerms([&](PointBody &body) { return seedYields(body); });
    addInits();
    if (!readsTensors)
      return success();
    llvm::erase_if(targets.captured, [&](Value v) { return !isTensor(v); });
    targets.inputs.clear();
    targets.inits = false;
  } else if (!readsTensors) {
    addExtrema();
  }
  if (llvm::none_of(cotangents, [](Value v) { return Value(v); }))
    return success();
  return pc::buildSequentialVJP(op, builder, cotangents, targets, sink);
}

LogicalResult pc::buildStructuredVJP(linalg::LinalgOp op, OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     CotangentSink &sink) {
  if (!op.hasPureTensorSemantics())
    return op->emitOpError("has no derivative: expected tensors");
  return StructuredVJP(op, builder, cotangents, sink).build();
}
