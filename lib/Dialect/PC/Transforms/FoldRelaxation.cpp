// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Under fixed prediction an iteration is linear in the errors, and the same one
// each time: what T of them make of the errors of the outputs is a polynomial
// in the edges of the graph with known coefficients,
//
//   d_i(T) = sum_l c_l(T) A_i[l],    A_i[l] = sum_{j in C(i)} J_ji^T A_j[l-1],
//
// with c_l(T) = P(Binomial(T, step) >= l), l the length of paths in edges to a
// clamped output (Millidge, Tschantz and Buckley 2020 for the rule). One sweep
// from the outputs computes all A, as Horner's scheme does for a polynomial.
//
// Where all paths to a vertex are equally long, as on a chain, the sweep
// carries d = c_l A in the place of A: a product with d, which learning needs
// too, is the message c_l J^T A, and times c_(l+1) / c_l what the parent has.

#include "FixedRule.h"
#include "PathClass.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "pc/Analysis/Convergence.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Signature.h"

namespace mlir::pc {
#define GEN_PASS_DEF_FOLDRELAXATION
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

/// One loop, from the look at it to the sweep in its place.
class Folding {
public:
  Folding(RelaxOp relax, llvm::SmallVector<FixedRule> rules)
      : relax(relax), iterations(relax.getIterations()),
        rules(std::move(rules)), builder(relax) {}

  /// Finds the classes of paths of every state. Says why where the loop stays.
  LogicalResult plan();
  void fold();

  size_t numProducts = 0; // vector-Jacobian products of the sweep

private:
  bool sortStates();
  bool visit(unsigned state, llvm::SmallVectorImpl<char> &marks);
  void findStarts();
  bool hasArrived() const;
  bool planState(unsigned state, size_t limit);
  void planMessage(unsigned state, Value message, std::set<PathClass> &classes);
  const std::set<PathClass> &getClasses(VJPOp vjp);
  PathClass extend(unsigned state, const PathClass &paths) const;
  double getStep(unsigned state) const {
    UpdateOp update = rules[state].update;
    return update.getStep().convertToDouble();
  }

  void chooseScaled();
  bool canScale(unsigned state);
  double getFactor(Value message, const PathClass &paths) const;
  void sweep(unsigned state);
  Value getMessage(Value message, const PathClass &paths);
  VJPOp createProduct(VJPOp vjp, const PathClass &paths);
  Value combine(unsigned state);
  Value add(ArrayRef<Value> terms, Type type, Location loc);

  RelaxOp relax;
  int64_t iterations;
  llvm::SmallVector<FixedRule> rules;
  llvm::SmallVector<unsigned> order; // of the states, children first
  bool isMerged = false; // all but round-off has arrived: one class has all
  /// What a state starts from: these messages, which then are clamped errors,
  /// or an error of its own, which fades.
  llvm::SmallVector<llvm::DenseSet<Value>> clamped;
  llvm::BitVector fades;
  llvm::SmallVector<std::set<PathClass>> classes;             // by state
  llvm::MapVector<Operation *, std::set<PathClass>> products; // by VJP

  OpBuilder builder;
  std::map<PathClass, double> weights; // c
  llvm::BitVector scaled;              // states whose part is c A
  llvm::SmallVector<std::map<PathClass, Value>> parts; // A or c A, by state
  llvm::DenseMap<Operation *, std::map<PathClass, VJPOp>> created;
};

} // namespace

//===----------------------------------------------------------------------===//
// Order and starts
//===----------------------------------------------------------------------===//

/// False when a state is made from itself, on whatever way.
bool Folding::visit(unsigned state, llvm::SmallVectorImpl<char> &marks) {
  constexpr char open = 1, done = 2;
  if (marks[state])
    return marks[state] == done;
  marks[state] = open;
  for (unsigned source : rules[state].sources.set_bits())
    if (!visit(source, marks))
      return false;
  marks[state] = done;
  order.push_back(state);
  return true;
}

bool Folding::sortStates() {
  llvm::SmallVector<char> marks(rules.size(), 0);
  for (unsigned state = 0; state != rules.size(); ++state)
    if (!visit(state, marks))
      return false;
  return true;
}

/// A vertex that the loss reads starts from what the loss says to it, so that
/// these paths, of length 0, have arrived from the beginning.
void Folding::findStarts() {
  clamped.resize(rules.size());
  fades.resize(rules.size());
  for (unsigned state = 0; state != rules.size(); ++state) {
    Value start = relax.getInit()[state];
    if (matchPattern(start, m_AnyZeroFloat()))
      continue;
    llvm::SmallVector<Value> terms = {start};
    if (auto sum = start.getDefiningOp<AccumulateOp>())
      terms.assign(sum.getTerms().begin(), sum.getTerms().end());
    OperandRange messages = rules[state].update.getMessages();
    auto isSaid = [&](Value term) {
      return !getMessageVJP(relax, term) &&
             llvm::count(messages, term) == llvm::count(terms, term);
    };
    if (llvm::all_of(terms, isSaid))
      clamped[state].insert(terms.begin(), terms.end());
    else
      fades.set(state);
  }
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

/// Half a unit in the last place of 1, in the narrowest type of the states.
static double getRoundOff(RelaxOp relax) {
  unsigned precision = 53;
  for (Type type : relax.getResultTypes())
    if (auto number = dyn_cast<FloatType>(getElementTypeOrSelf(type)))
      precision = std::min(precision, number.getFPMantissaWidth());
  return std::ldexp(1.0, -static_cast<int>(precision));
}

bool Folding::hasArrived() const {
  if (fades.any())
    return false;
  llvm::SmallVector<unsigned> longest(rules.size(), 0);
  unsigned depth = 0;
  for (unsigned state : order) {
    if (getStep(state) != getStep(order.front()))
      return false;
    for (unsigned source : rules[state].sources.set_bits())
      longest[state] = std::max(longest[state], longest[source]);
    depth = std::max(depth, ++longest[state]);
  }
  double roundOff = getRoundOff(relax);
  return llvm::all_of(
      getMissing(depth, iterations, getStep(order.front())),
      [&](double missing) { return std::fabs(missing) <= roundOff; });
}

PathClass Folding::extend(unsigned state, const PathClass &paths) const {
  return isMerged ? paths : paths.extend(getStep(state));
}

/// The classes of the errors that a VJP multiplies; others arrive too late.
const std::set<PathClass> &Folding::getClasses(VJPOp vjp) {
  auto [entry, isNew] = products.insert({vjp, {}});
  std::set<PathClass> &found = entry->second;
  if (!isNew)
    return found;
  for (Value error : vjp.getErrors()) {
    std::optional<unsigned> state = getOldState(relax, error);
    if (!state)
      found.insert(PathClass());
    else
      llvm::copy_if(classes[*state], std::inserter(found, found.end()),
                    [&](const PathClass &paths) {
                      return paths.getLength() < iterations;
                    });
  }
  numProducts += found.size();
  return found;
}

void Folding::planMessage(unsigned state, Value message,
                          std::set<PathClass> &found) {
  VJPOp vjp = getMessageVJP(relax, message);
  if (!vjp) {
    PathClass paths;
    found.insert(clamped[state].contains(message) ? paths
                                                  : extend(state, paths));
    return;
  }
  for (const PathClass &paths : getClasses(vjp))
    found.insert(extend(state, paths));
}

/// False when the sweep has come to need more products than the loop.
bool Folding::planState(unsigned state, size_t limit) {
  for (Value message : rules[state].update.getMessages())
    planMessage(state, message, classes[state]);
  if (fades[state])
    classes[state].insert({getStep(state), {}});
  return numProducts <= limit;
}

LogicalResult Folding::plan() {
  if (!sortStates())
    return relax.emitRemark(
        "the relaxation stays a loop: the errors of its states feed each other "
        "in a circle, and paths have no end");
  findStarts();
  isMerged = hasArrived();
  classes.resize(rules.size());
  size_t inLoop = llvm::range_size(relax.getBody().getOps<VJPOp>());
  for (unsigned state : order)
    if (!planState(state, inLoop * iterations))
      return relax.emitRemark("the relaxation stays a loop: its paths arrive "
                              "in so many ways that a sweep would take more "
                              "than the ")
             << inLoop * iterations
             << " vector-Jacobian products of the iterations";
  return success();
}

//===----------------------------------------------------------------------===//
// The sweep
//===----------------------------------------------------------------------===//

Value Folding::add(ArrayRef<Value> terms, Type type, Location loc) {
  return terms.empty() ? createZero(builder, loc, type)
                       : builder.createOrFold<AccumulateOp>(loc, type, terms);
}

/// The VJP with the parts of its errors that came on `paths`.
VJPOp Folding::createProduct(VJPOp vjp, const PathClass &paths) {
  VJPOp &known = created[vjp][paths];
  if (known)
    return known;
  llvm::SmallVector<int64_t> of;
  llvm::SmallVector<Value> errors;
  for (auto [result, error] : llvm::zip_equal(vjp.getOf(), vjp.getErrors())) {
    std::optional<unsigned> state = getOldState(relax, error);
    Value part = error;
    if (state) {
      auto entry = parts[*state].find(paths);
      part = entry == parts[*state].end() ? Value() : entry->second;
    } else if (!paths.steps.empty() || paths.fade != 0.0) {
      part = {};
    }
    if (!part)
      continue;
    of.push_back(result);
    errors.push_back(part);
  }
  known = VJPOp::create(builder, vjp.getLoc(), vjp.getResultTypes(),
                        vjp.getVertexAttr(), vjp.getWrt(), of, vjp.getParents(),
                        vjp.getParameters(), errors);
  return known;
}

Value Folding::getMessage(Value message, const PathClass &paths) {
  VJPOp vjp = getMessageVJP(relax, message);
  if (!vjp)
    return message;
  unsigned number = cast<OpResult>(message).getResultNumber();
  return createProduct(vjp, paths).getResult(number);
}

/// Whether all paths to the state are equally long, and each product of its
/// error is one of that alone.
bool Folding::canScale(unsigned state) {
  constexpr double least = 1e-30; // what may be divided by
  if (classes[state].size() != 1 ||
      std::fabs(weights.at(*classes[state].begin())) < least)
    return false;
  return llvm::all_of(relax.getBody().getOps<VJPOp>(), [&](VJPOp vjp) {
    return vjp.getErrors().size() == 1 ||
           llvm::none_of(vjp.getErrors(), [&](Value error) {
             return getOldState(relax, error) == state;
           });
  });
}

/// Nothing is divided by a weight: what a scaled state feeds is scaled too.
void Folding::chooseScaled() {
  scaled.resize(rules.size());
  if (isMerged)
    return;
  for (unsigned state : llvm::reverse(order))
    scaled[state] = canScale(state);
  for (unsigned state : llvm::reverse(order))
    if (!scaled[state])
      for (unsigned source : rules[state].sources.set_bits())
        scaled.reset(source);
}

/// What the message on `paths` has been multiplied by already.
double Folding::getFactor(Value message, const PathClass &paths) const {
  VJPOp vjp = getMessageVJP(relax, message);
  std::optional<unsigned> child =
      vjp ? getOldState(relax, vjp.getErrors().front()) : std::nullopt;
  return child && scaled[*child] ? weights.at(paths) : 1.0;
}

/// A_i, from those of the children.
void Folding::sweep(unsigned state) {
  UpdateOp update = rules[state].update;
  Location loc = update.getLoc();
  Type type = relax.getResult(state).getType();
  // By class and by what the messages have been multiplied by.
  std::map<PathClass, std::map<double, llvm::SmallVector<Value>>> terms;
  for (Value message : update.getMessages()) {
    VJPOp vjp = getMessageVJP(relax, message);
    if (!vjp && clamped[state].contains(message)) {
      terms[PathClass()][1.0].push_back(message);
      continue;
    }
    std::set<PathClass> from =
        vjp ? products.lookup(vjp) : std::set<PathClass>{PathClass()};
    for (const PathClass &paths : from)
      terms[extend(state, paths)][getFactor(message, paths)].push_back(
          getMessage(message, paths));
  }
  if (fades[state])
    terms[{getStep(state), {}}][1.0].push_back(relax.getInit()[state]);
  for (auto &[paths, byFactor] : terms) {
    llvm::SmallVector<Value> sums;
    double wanted = scaled[state] ? weights.at(paths) : 1.0;
    for (auto &[factor, values] : byFactor) {
      sums.push_back(add(values, type, loc));
      if (wanted != factor)
        sums.back() = builder.createOrFold<ScaleOp>(
            loc, builder.getF64FloatAttr(wanted / factor), sums.back());
    }
    parts[state][paths] = add(sums, type, loc);
  }
}

/// d_i(T) = sum_l c_l(T) A_i[l].
Value Folding::combine(unsigned state) {
  Location loc = rules[state].update.getLoc();
  llvm::SmallVector<Value> terms;
  for (const auto &[paths, part] : parts[state])
    terms.push_back(
        isMerged || scaled[state]
            ? part
            : builder.createOrFold<ScaleOp>(
                  loc, builder.getF64FloatAttr(weights.at(paths)), part));
  return add(terms, relax.getResult(state).getType(), loc);
}

void Folding::fold() {
  std::set<PathClass> all;
  for (const std::set<PathClass> &some : classes)
    all.insert(some.begin(), some.end());
  if (!isMerged)
    weights = getArrived(all, iterations);
  chooseScaled();
  parts.resize(rules.size());
  for (unsigned state : order)
    sweep(state);
  for (OpResult result : relax.getFinal())
    if (!result.use_empty())
      result.replaceAllUsesWith(combine(result.getResultNumber()));
  relax.erase();
}

namespace {

struct FoldRelaxation : pc::impl::FoldRelaxationBase<FoldRelaxation> {
  void runOnOperation() override {
    forEachFixedLoop(getOperation(), [&](RelaxOp relax, auto rules) {
      Folding folding(relax, std::move(rules));
      if (failed(folding.plan())) {
        ++numKept;
        return;
      }
      if (auto function = relax->getParentOfType<FunctionOpInterface>())
        addNonLocalPass(function, getArgument());
      folding.fold();
      ++numFolded;
      numProducts += folding.numProducts;
    });
  }
};

} // namespace
