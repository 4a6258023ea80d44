// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Labelled data for training: tables with the label last, and images in the
// IDX format of MNIST. Knows neither MLIR nor LLVM.

#ifndef PC_RUNTIME_DATASETS_H
#define PC_RUNTIME_DATASETS_H

#include "pc/Runtime/Tensor.h"
#include <optional>

namespace mlir::pc {

struct Dataset {
  Tensor features;             // f32: samples x sample shape
  std::vector<int64_t> labels; // one for each sample, from 0
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

struct SplitDataset {
  Dataset training, heldOut;
  int64_t numClasses = 0; // largest label plus one
  double scale = 1;       // every feature was divided by it
};

struct SplitOptions {
  /// The share of a table that is held out; IDX folders have their own files.
  double heldOut = 0.2;
  uint64_t seed = 0;
};

/// Reads `path`: a folder with {train,t10k}-{images-idx3,labels-idx1}-ubyte
/// files, or a comma-separated table whose last column is an integer label,
/// either of them plain or gzipped. Features are divided by 255 (IDX) or by
/// their largest magnitude in the training part (table). On failure `error`
/// names the file, the line or byte, what was expected and what was found.
std::optional<SplitDataset> loadDataset(const std::string &path,
                                        const SplitOptions &options,
                                        std::string &error);

/// The parts of loadDataset, for one file each.
std::optional<Dataset> readTable(const std::string &path, std::string &error);
std::optional<Dataset> readIDX(const std::string &images,
                               const std::string &labels, std::string &error);

} // namespace mlir::pc

#endif // PC_RUNTIME_DATASETS_H
