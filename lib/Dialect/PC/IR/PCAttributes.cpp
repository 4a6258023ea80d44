// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::pc;

#include "pc/Dialect/PC/IR/PCEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "pc/Dialect/PC/IR/PCAttributes.cpp.inc"

void PCDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "pc/Dialect/PC/IR/PCAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Energy
//===----------------------------------------------------------------------===//

EnergyKind EnergyAttr::getKind() const { return getImpl()->kind; }
double EnergyAttr::getPrecision() const {
  return getImpl()->precision.convertToDouble();
}

Attribute EnergyAttr::parse(AsmParser &parser, Type) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&name))
    return {};
  std::optional<EnergyKind> kind = symbolizeEnergyKind(name);
  if (!kind) {
    parser.emitError(loc) << "no energy is called '" << name << "'";
    return {};
  }
  double precision = 1.0;
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("precision") || parser.parseEqual() ||
       parser.parseFloat(precision)))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<EnergyAttr>(loc, parser.getContext(), *kind,
                                       precision);
}

void EnergyAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyEnergyKind(getKind());
  if (getPrecision() != 1.0) {
    printer << ", precision = ";
    printer.printFloat(APFloat(getPrecision()));
  }
  printer << ">";
}

LogicalResult EnergyAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 EnergyKind kind, APFloat precisionValue) {
  double precision = precisionValue.convertToDouble();
  if (!(precision > 0.0))
    return emitError() << "expected a precision above 0, but got " << precision;
  if (kind != EnergyKind::Gaussian && precision != 1.0)
    return emitError() << "only a gaussian energy has a precision, but "
                       << stringifyEnergyKind(kind) << " got " << precision;
  return success();
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

ScheduleKind ScheduleAttr::getKind() const { return getImpl()->kind; }
int64_t ScheduleAttr::getIterations() const { return getImpl()->iterations; }
double ScheduleAttr::getStep() const {
  return getImpl()->step.convertToDouble();
}
double ScheduleAttr::getTolerance() const {
  return getImpl()->tolerance.convertToDouble();
}
double ScheduleAttr::getBeta() const {
  return getImpl()->beta.convertToDouble();
}
double ScheduleAttr::getRate() const {
  return getImpl()->rate.convertToDouble();
}

static constexpr double defaultStep = 1.0, defaultTolerance = 0.0,
                        defaultBeta = 0.01, defaultRate = 0.01;

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  std::string name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&name))
    return {};
  std::optional<ScheduleKind> kind = symbolizeScheduleKind(name);
  if (!kind) {
    parser.emitError(loc) << "no schedule is called '" << name << "'";
    return {};
  }
  double step = defaultStep, tolerance = defaultTolerance, beta = defaultBeta,
         rate = defaultRate;
  int64_t iterations = 0;
  while (succeeded(parser.parseOptionalComma())) {
    StringRef key;
    SMLoc keyLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    if (key == "iterations") {
      if (parser.parseInteger(iterations))
        return {};
      continue;
    }
    double *value = llvm::StringSwitch<double *>(key)
                        .Case("step", &step)
                        .Case("tolerance", &tolerance)
                        .Case("beta", &beta)
                        .Case("rate", &rate)
                        .Default(nullptr);
    if (!value) {
      parser.emitError(keyLoc) << "expected step, iterations, tolerance, beta "
                                  "or rate, but got '"
                               << key << "'";
      return {};
    }
    if (parser.parseFloat(*value))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ScheduleAttr>(loc, parser.getContext(), *kind, step,
                                         iterations, tolerance, beta, rate);
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<\"" << stringifyScheduleKind(getKind()) << '"';
  auto printUnless = [&](StringRef key, double value, double usual) {
    if (value == usual)
      return;
    printer << ", " << key << " = ";
    printer.printFloat(APFloat(value));
  };
  printUnless("step", getStep(), defaultStep);
  if (getIterations())
    printer << ", iterations = " << getIterations();
  printUnless("tolerance", getTolerance(), defaultTolerance);
  printUnless("beta", getBeta(), defaultBeta);
  printUnless("rate", getRate(), defaultRate);
  printer << ">";
}

/// What a tolerance may be depends on what it is for.
static LogicalResult
verifyTolerance(function_ref<InFlightDiagnostic()> emitError, ScheduleKind kind,
                double tau) {
  switch (kind) {
  case ScheduleKind::Fixed:
    if (tau >= 0.0 && tau < 1.0)
      return success();
    return emitError() << "expected a tolerance in [0, 1), but got " << tau;
  case ScheduleKind::Strict:
  case ScheduleKind::Nudged:
  case ScheduleKind::CentredNudged:
    if (tau >= 0.0 && !std::isinf(tau))
      return success();
    return emitError() << "expected a tolerance of 0 or more and finite, but "
                          "got "
                       << tau;
  default:
    if (tau == 0.0)
      return success();
    return emitError() << "only fixed, strict, nudged and centred-nudged have "
                          "a tolerance, but "
                       << stringifyScheduleKind(kind) << " got " << tau;
  }
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ScheduleKind kind, APFloat step,
                                   int64_t iterations, APFloat tolerance,
                                   APFloat beta, APFloat rate) {
  if (!(step.convertToDouble() > 0.0))
    return emitError() << "expected a step above 0, but got "
                       << step.convertToDouble();
  if (iterations < 0)
    return emitError() << "expected 0 or more iterations, but got "
                       << iterations;
  if (failed(verifyTolerance(emitError, kind, tolerance.convertToDouble())))
    return failure();
  if (beta.isZero() || beta.isNaN())
    return emitError() << "expected a beta that is not 0, but got "
                       << beta.convertToDouble();
  if (!(rate.convertToDouble() >= 0.0))
    return emitError() << "expected a rate of 0 or more, but got "
                       << rate.convertToDouble();
  return success();
}
