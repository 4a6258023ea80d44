// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Units with weights: lanes (df_lane) and biases (df_bias), and what df_linear
// and df_conv have around them. Pools walk an image as convolutions do, and
// rearrangements a vector.

#include "CostUnits.h"

using namespace mlir;
using namespace mlir::pcflow;

namespace {

/// A unit with weights, in numbers.
struct Learner {
  int64_t w, f, pe, simd;
  int64_t tiles;  // words of each lane
  int64_t groups; // words of each bias
  int64_t uses;   // of a weight, added up before it moves
  bool sends, learns, biased, moves, isFloat;
  APInt rate, momentum; // with a fixed point
  double exactRate = 0, exactMomentum = 0;

  explicit Learner(LearnerOpInterface op);

  int64_t getLanes() const { return pe * simd; }
  int64_t getSumBits() const { return isFloat ? w : 2 * w + log2Ceil(uses); }
  int64_t getBiasBits() const { return isFloat ? w : w + log2Ceil(uses); }
  bool sums() const { return learns && uses > 1; }

  /// Its products, and the memories of its lanes and biases. Returns how many
  /// words are added up because a product takes more than one multiplier.
  int64_t addParts(Memories &memories) const;

  /// Of floats: sums and products, with so many sums for predictions and
  /// messages.
  FloatParts countFloats(int64_t sums) const;
  /// Terms of floats; `counters` and `places` are bits.
  void setFloatTerms(const FloatParts &parts, double counters, double places,
                     const Memories &memories, CostTerms &terms) const;
};

} // namespace

Learner::Learner(LearnerOpInterface op)
    : w(getWidth(op->getOperand(0))), pe(op.getPeRows()),
      simd(op.getSimdColumns()), groups(op.getRows() / op.getPeRows()),
      uses(op->getParentOfType<GraphOp>().getBatch() * op.getPositions()),
      sends(bool(op.getMessage())), learns(bool(op.getRateAttr())),
      biased(bool(op.getBiasAttr())), moves(bool(op.getMomentumAttr())),
      isFloat(computesFloats(op)) {
  FixedType format = getFormat(op->getOperand(0));
  f = format ? format.getFraction() : 0;
  tiles = op.getColumns() / simd * groups;
  if (learns)
    exactRate = op.getRateAttr().getValueAsDouble();
  if (moves)
    exactMomentum = op.getMomentumAttr().getValueAsDouble();
  if (isFloat)
    return;
  rate = getScale(exactRate);
  momentum = getScale(exactMomentum);
}

int64_t Learner::addParts(Memories &memories) const {
  int64_t lanes = getLanes(), slices = 0;
  auto multiply = [&](int64_t copies, int64_t multipliers) {
    memories.terms.certain.dsp += copies * multipliers;
    slices += copies * std::max<int64_t>(multipliers - 1, 0);
  };
  if (!isFloat)
    multiply(lanes, countMultipliers(w, w));
  for (int64_t lane = 0; lane < lanes; ++lane) {
    memories.add(w, tiles, Read::Clocked);
    if (sums())
      memories.add(getSumBits(), tiles, Read::Clocked);
    if (moves)
      memories.add(w, tiles, Read::Clocked);
  }
  for (int64_t row = 0; biased && row < pe; ++row) {
    memories.add(w, groups, Read::Within, 2);
    if (sums())
      memories.add(getBiasBits(), groups, Read::Forwarded);
    if (moves)
      memories.add(w, groups, Read::Within, 2);
  }
  if (!learns || isFloat)
    return slices;
  int64_t biases = biased ? pe : 0;
  multiply(lanes, countMultipliers(w, w));
  if (moves) {
    multiply(lanes + biases, countMultipliers(w, momentum));
    multiply(lanes + biases, countMultipliers(w, rate));
  } else {
    multiply(lanes, countMultipliers(getSumBits(), rate));
    multiply(biases, countMultipliers(getBiasBits(), rate));
  }
  return slices;
}

FloatParts Learner::countFloats(int64_t sums) const {
  FloatParts parts;
  parts.adders = sums;
  parts.products = getLanes() * (learns ? 2 : 1);
  if (!learns)
    return parts;
  int64_t memories = getLanes() + (biased ? pe : 0);
  parts.adders += memories * (1 + this->sums() + moves);
  parts.scale(exactRate, memories);
  if (moves)
    parts.scale(exactMomentum, memories);
  return parts;
}

void Learner::setFloatTerms(const FloatParts &parts, double counters,
                            double places, const Memories &memories,
                            CostTerms &terms) const {
  int64_t lanes = getLanes();
  double learned = learns ? lanes : 0, summed = sums() ? lanes : 0,
         moved = moves ? lanes : 0, biases = biased && learns ? pe : 0;
  terms.certain.dsp += parts.countMultipliers();
  terms.lut = {1,
               counters,
               places,
               double(lanes * w), // factors, words for the host
               parts.adders,
               double(parts.products),
               double(parts.scalings),
               double(parts.shifts),
               memories.registers,
               memories.slices,
               memories.forwarded};
  terms.ff = {1,
              counters,
              places,
              double(lanes * w),
              double(lanes * log2Ceil(tiles)),
              learned * w,
              summed * w,
              moved * w,
              double(pe * w),
              double(simd * w),
              biases * w,
              memories.registers,
              memories.outputs,
              memories.forwarded};
}

void pcflow::addLinear(LinearOp op, CostTerms &terms) {
  Learner unit(cast<LearnerOpInterface>(*op));
  int64_t rows = op.getRows(), columns = op.getColumns(), w = unit.w,
          f = unit.f, pe = unit.pe, simd = unit.simd;
  int64_t tiles = columns / simd, lanes = unit.getLanes();
  int64_t sumBits = unit.getSumBits(), biasBits = unit.getBiasBits();
  int64_t yBits = 2 * w + log2Ceil(columns + 1),
          gBits = unit.isFloat ? w : 2 * w + log2Ceil(rows);
  bool sends = unit.sends;

  Memories memories{terms};
  int64_t slices = unit.addParts(memories);
  for (int64_t column = 0; column < simd; ++column) {
    memories.add(w, tiles, Read::Clocked);
    // A single group of rows adds nothing to what is there.
    if (sends)
      memories.add(gBits, tiles, Read::Forwarded, 2, unit.groups == 1);
  }
  for (int64_t row = 0; row < pe; ++row)
    memories.add(w, unit.groups, Read::Forwarded);
  double learned = unit.learns ? lanes : 0, summed = unit.sums() ? lanes : 0,
         moved = unit.moves ? lanes : 0,
         biases = unit.biased && unit.learns ? pe : 0;
  double counters = log2Ceil(tiles) + log2Ceil(unit.groups) +
                    log2Ceil(unit.tiles) + log2Ceil(simd) + log2Ceil(pe);
  if (unit.isFloat) {
    terms.kind = "linear_f32";
    int64_t more = pe - (unit.groups == 1); // the first one to a zero
    return unit.setFloatTerms(
        unit.countFloats(pe * simd + (sends ? simd * more : 0)), counters,
        /*places=*/0, memories, terms);
  }
  terms.lut = {1,
               counters,
               double(lanes * w),           // factors, words for the host
               learned * (sumBits + w - f), // updates
               summed * sumBits,            // sums of gradients
               moved * (w + f),             // velocities
               double(pe * simd * yBits),   // dot products
               double(pe * (yBits - f)),    // predictions
               sends ? double(pe * simd * gBits) : 0, // sums of messages
               sends ? double(simd * (gBits - f)) : 0,
               biases * (biasBits + w),
               double(slices * w),
               memories.registers,
               memories.slices,
               memories.forwarded};
  terms.ff = {1,
              counters,
              double(lanes * w),
              double(lanes * counters),
              learned * w,
              learned * sumBits,
              summed * sumBits,
              moved * w,
              double(pe * yBits),
              double(pe * w),
              double(simd * w),
              biases * w,
              double(slices * w),
              memories.registers,
              memories.outputs,
              memories.forwarded};
}

/// Bits of the counters and of the addresses of a window (df_window), but those
/// of the planes it walks over.
static double countWindowBits(WindowAttr window) {
  double bits = log2Ceil(window.getImageSize());
  for (unsigned dim : {0, 1}) {
    int64_t pads = window.getPads()[dim] + window.getPads()[dim + 2];
    bits += log2Ceil(window.getKernel()[dim]) + log2Ceil(window.getSteps(dim)) +
            log2Ceil(2 * window.getImage()[dim + 1] + pads);
  }
  return bits;
}

static double countWindowBits(ConvOp op) {
  return countWindowBits(op.getWindow()) + log2Ceil(op.getGroupChannels()) +
         log2Ceil(op.getGroupRows() / op.getPe()) + log2Ceil(op.getGroups());
}

void pcflow::addConv(ConvOp op, CostTerms &terms) {
  Learner unit(cast<LearnerOpInterface>(*op));
  WindowAttr window = op.getWindow();
  int64_t w = unit.w, f = unit.f, pe = unit.pe;
  int64_t image = window.getImageSize(), positions = window.getPositions();
  int64_t sumBits = unit.getSumBits(), biasBits = unit.getBiasBits();
  int64_t yBits = 2 * w + log2Ceil(op.getColumns() + 1),
          gBits = unit.isFloat
                      ? w
                      : 2 * w + log2Ceil(op.getGroupRows() * window.getTaps());

  Memories memories{terms};
  int64_t slices = unit.addParts(memories);
  memories.add(w, image, Read::Clocked);
  if (unit.sends)
    memories.add(gBits, image, Read::Clocked);
  for (int64_t row = 0; row < pe; ++row)
    memories.add(w, unit.groups * positions, Read::Clocked);
  double learned = unit.learns ? pe : 0, summed = unit.sums() ? pe : 0,
         moved = unit.moves ? pe : 0,
         biases = unit.biased && unit.learns ? pe : 0,
         sent = unit.sends ? gBits : 0;
  double counters = log2Ceil(image) + log2Ceil(positions) + log2Ceil(pe) +
                    log2Ceil(unit.groups * positions) + log2Ceil(unit.tiles) +
                    log2Ceil(unit.groups);
  if (unit.isFloat) {
    terms.kind = "conv_f32";
    return unit.setFloatTerms(unit.countFloats(unit.sends ? 2 * pe : pe),
                              counters, countWindowBits(op), memories, terms);
  }
  terms.lut = {1,
               counters,
               countWindowBits(op),
               double(pe * w), // factors, words for the host and of y
               learned * (sumBits + w - f), // updates
               summed * sumBits,            // sums of gradients
               moved * (w + f),             // velocities
               double(pe * yBits),          // predictions
               pe * sent,                   // messages
               sent,
               biases * (biasBits + w),
               double(slices * w),
               memories.registers,
               memories.slices,
               memories.forwarded};
  terms.ff = {1,
              counters,
              countWindowBits(op),
              double(pe * w),
              double(pe * log2Ceil(unit.tiles)),
              learned * (sumBits + w),
              summed * sumBits,
              moved * w,
              double(pe * yBits),
              sent,
              biases * w,
              double(slices * w),
              memories.registers,
              memories.outputs,
              memories.forwarded};
}

void pcflow::addPool(PoolOp op, CostTerms &terms) {
  WindowAttr window = op.getWindow();
  int64_t w = getWidth(op.getInput()), image = window.getImageSize(),
          results = op.getPrediction().getType().getSize();
  bool isFloat = computesFloats(op);
  int64_t sumBits = isFloat ? w : w + log2Ceil(window.getTaps()) + 1,
          place = log2Ceil(image);
  Memories memories{terms};
  memories.add(w, image, Read::Clocked);
  memories.add(sumBits, image, Read::Clocked);
  memories.add(w, results, Read::Clocked);
  if (op.getMax())
    memories.add(place, results, Read::Clocked);
  double counters =
      log2Ceil(image) + log2Ceil(results) + log2Ceil(window.getImage()[0]);
  if (isFloat)
    terms.kind = "pool_f32";
  double chosen = op.getMax() ? w + place : 0,
         summed = op.getMax() ? 0 : sumBits;
  terms.lut = {1,      counters, countWindowBits(window), double(sumBits),
               chosen, summed,   memories.registers,      memories.slices};
  terms.ff = {1,      counters, countWindowBits(window), double(w + sumBits),
              chosen, summed,   memories.registers,      memories.outputs};
}

void pcflow::addRearrange(RearrangeOp op, CostTerms &terms) {
  int64_t w = getWidth(op.getInput()), words = getSize(op.getInput()),
          loops = std::max<int64_t>(op.getSizes().size(), 1);
  int64_t place = std::max<int64_t>(log2Ceil(words), 1),
          sumBits = computesFloats(op) ? w : w + log2Ceil(op.getTerms());
  double counts = 0;
  for (int64_t size : op.getSizes())
    counts += log2Ceil(size);
  Memories memories{terms};
  memories.add(w, words, Read::Clocked);
  double given = log2Ceil(getSize(op.getResult()));
  if (computesFloats(op))
    terms.kind = "rearrange_f32";
  terms.lut = {1,
               counts,
               given,
               double(place),
               double(loops * place), // jumps
               op.getTerms() > 1 ? double(sumBits + w) : 0,
               memories.registers,
               memories.slices};
  terms.ff = {1,
              counts,
              given,
              double(place),
              double(w + sumBits),
              memories.registers,
              memories.slices};
}
