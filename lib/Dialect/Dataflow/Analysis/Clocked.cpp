// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Clocked.h"

using namespace mlir;
using namespace mlir::pcflow;

void ClockedLinear::clock() {
  bool hands = handsOver(), learning = learnsNow();
  bool skips = phase == Round && !sends && !learning;
  bool tookX = took(0), tookD = took(1), gaveY = gave(0);
  bool gaveG = sends && gave(1);
  bool lastY = gaveY && rowsGiven == groups - 1 && rowWord == pe - 1;
  bool lastG = gaveG && tilesGiven == tiles - 1 && tileWord == simd - 1;
  bool passEnds =
      lastG || (phase == Round && !sends && handed == groups && isDrained());
  bool atEnd = tile == tiles - 1, atBottom = row == groups - 1;
  bool wasBusy = busy;
  Phase old = phase;

  if (tookX && ++loaded == tiles * simd) {
    loaded = 0;
    phase = Predict;
  }
  if (tookD)
    filled = hands ? 1 : filled + 1;
  else if (hands && old == Round)
    filled = 0;
  handed += hands;
  if (hands && !skips)
    busy = true;
  else if (atEnd)
    busy = false;
  if (gaveY && ++rowWord == pe) {
    rowWord = 0;
    ++rowsGiven;
  }
  if (lastY) {
    rowsGiven = 0;
    handed = 0;
    phase = Round;
  }
  if (gaveG && ++tileWord == simd) {
    tileWord = 0;
    ++tilesGiven;
  }
  if (passEnds) {
    tilesGiven = 0;
    handed = 0;
    if (strict)
      phase = Load;
    if (++round == rounds) {
      round = 0;
      phase = Load;
      --left;
    }
  }

  // The stages behind the tile memory, the last ones first.
  rowsDone = lastY ? 0 : rowsDone + done3;
  tilesDone = passEnds ? 0 : tilesDone + (valid2 && !predicts2 && bottom2);
  done3 = valid2 && predicts2 && end2;
  learn4 = learn3;
  learn3 = learn2;
  learn2 = learn1;
  learn1 = wasBusy && old == Round && learning;
  valid2 = valid1;
  predicts2 = predicts1;
  end2 = end1;
  bottom2 = bottom1;
  valid1 = wasBusy;
  predicts1 = old == Predict;
  end1 = atEnd;
  bottom1 = atBottom;
  if (wasBusy) {
    if (atEnd)
      row = atBottom ? 0 : row + 1;
    tile = atEnd ? 0 : tile + 1;
  }
}

ClockedImage::ClockedImage(ConvOp op, int64_t rounds, int64_t samples)
    : image(op.getInput().getType().getSize()),
      results(op.getPrediction().getType().getSize()), rounds(rounds),
      left(samples), predictDrain(4), scatterDrain(3), learnDrain(6),
      sends(bool(op.getMessage())), learns(bool(op.getRate())),
      strict(isStrict(op)) {
  // A window of fewer than three taps pauses before the next.
  int64_t taps = op.getColumns(), windows = results / int64_t(op.getPe());
  walk = (windows - 1) * std::max<int64_t>(taps, 3) + taps;
}

ClockedImage::ClockedImage(PoolOp op, int64_t rounds, int64_t samples)
    : image(op.getInput().getType().getSize()),
      results(op.getPrediction().getType().getSize()), rounds(rounds),
      left(samples), walk(results * op.getWindow().getTaps()), predictDrain(3),
      scatterDrain(2), strict(isStrict(op)) {}

void ClockedImage::endPass() {
  phase = strict ? Load : Take;
  if (++round != rounds)
    return;
  round = 0;
  phase = Load;
  --left;
}

void ClockedImage::clock() {
  switch (phase) {
  case Load:
    if (took(0) && isLast(image))
      compute(Predict, predictDrain);
    break;
  case Predict:
    if (--wait == 0)
      phase = Give;
    break;
  case Give:
    if (gave(0) && isLast(results))
      phase = Take;
    break;
  case Take:
    if (!took(1) || !isLast(results))
      break;
    if (sends || learnsNow())
      compute(Scatter, learnsNow() ? learnDrain : scatterDrain);
    else
      endPass();
    break;
  case Scatter:
    if (--wait != 0)
      break;
    if (sends)
      phase = Send;
    else
      endPass();
    break;
  case Send:
    if (gave(1) && isLast(image))
      endPass();
    break;
  }
}

void ClockedRearrange::clock() {
  if (!walks) {
    taken = taken + took(0);
    walks = taken == size;
    return;
  }
  bool moves = !isThere || gave(0);
  given += gave(0);
  if (!moves)
    return;
  isThere = valid && ends;
  valid = read != steps;
  read += valid;
  ends = read % terms == 0;
  if (given * terms == steps) {
    walks = false;
    taken = read = given = 0;
  }
}

void ClockedSoftmax::clock() {
  switch (phase) {
  case Load:
    if (took(0) && isLastWord())
      phase = Label;
    break;
  case Label:
    if (took(1))
      phase = Power;
    break;
  case Power:
    if (isLastWord())
      phase = Drain;
    break;
  case Drain:
    phase = Start;
    break;
  case Start:
    phase = Divide;
    bit = 0;
    break;
  case Divide: // a bit of the quotient in each cycle, that of 1 as well
    if (bit++ == fraction)
      phase = Give;
    break;
  case Give:
    if (gave(0))
      phase = isLastWord() ? Load : Start;
    break;
  }
}
