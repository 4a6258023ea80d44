// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "History.h"
#include "pc/Support/AtomicFile.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace mlir::pc;

static Error write(StringRef path,
                   function_ref<void(raw_pwrite_stream &)> write) {
  return writeFileAtomically(path, [&](raw_pwrite_stream &os) {
    write(os);
    return Error::success();
  });
}

static Error writeJSON(const TrainRequest &request, ArrayRef<Epoch> history) {
  json::Array epochs;
  for (const Epoch &epoch : history)
    epochs.push_back(
        json::Object{{"loss", epoch.training.loss},
                     {"accuracy", epoch.training.getAccuracy()},
                     {"held_out_loss", epoch.heldOut.loss},
                     {"held_out_accuracy", epoch.heldOut.getAccuracy()},
                     {"seconds", epoch.seconds}});
  json::Object root{
      {"model", request.model},
      {"data", request.data},
      {"schedule", request.backprop ? "backprop" : request.compile.schedule},
      {"held_out_accuracy", history.back().heldOut.getAccuracy()},
      {"epochs", std::move(epochs)}};
  return write(request.json, [&](raw_pwrite_stream &os) {
    os << formatv("{0:2}\n", json::Value(std::move(root)));
  });
}

static Error writeTable(StringRef path, ArrayRef<Epoch> history) {
  return write(path, [&](raw_pwrite_stream &os) {
    os << "epoch,loss,accuracy,held_out_loss,held_out_accuracy,seconds\n";
    for (auto [index, epoch] : llvm::enumerate(history))
      os << index + 1 << "," << formatNumber(epoch.training.loss) << ","
         << formatNumber(epoch.training.getAccuracy()) << ","
         << formatNumber(epoch.heldOut.loss) << ","
         << formatNumber(epoch.heldOut.getAccuracy()) << ","
         << formatNumber(epoch.seconds) << "\n";
  });
}

/// In CSV a quote is doubled inside quotes.
static std::string quote(StringRef name) {
  if (name.find_first_of(",\"\n") == StringRef::npos)
    return name.str();
  std::string text = "\"";
  for (char c : name)
    text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

static Error writeDivergences(StringRef path,
                              ArrayRef<GradientDivergences> divergences) {
  return write(path, [&](raw_pwrite_stream &os) {
    os << "epoch,parameter,relative_l2,max_abs,cosine\n";
    for (auto [epoch, parameters] : llvm::enumerate(divergences))
      for (const auto &[name, difference] : parameters)
        os << epoch << "," << quote(name) << ","
           << formatNumber(difference.relativeL2) << ","
           << formatNumber(difference.maxAbs) << ","
           << formatNumber(difference.cosine) << "\n";
  });
}

Error mlir::pc::writeHistory(const TrainRequest &request,
                             ArrayRef<Epoch> epochs,
                             ArrayRef<GradientDivergences> divergences) {
  if (!request.json.empty())
    if (Error error = writeJSON(request, epochs))
      return error;
  if (!request.csv.empty())
    if (Error error = writeTable(request.csv, epochs))
      return error;
  if (!request.divergence.empty())
    return writeDivergences(request.divergence, divergences);
  return Error::success();
}
