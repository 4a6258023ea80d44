// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Labelled data for training: tables with the label last, images in the IDX
// format of MNIST, and arrays of NumPy. Knows neither MLIR nor LLVM.

#ifndef PC_RUNTIME_DATASETS_H
#define PC_RUNTIME_DATASETS_H

#include "pc/Runtime/Tensor.h"
#include <optional>

namespace mlir::pc {

struct Dataset {
  Tensor features; // f32, or i64 for ids of words and such: samples x shape
  /// From 0, sample by sample; a sequence has one for each of its positions.
  std::vector<int64_t> labels;
  int64_t labelsPerSample = 1;
  int64_t size() const {
    return static_cast<int64_t>(labels.size()) / labelsPerSample;
  }
};

struct SplitDataset {
  Dataset training, heldOut;
  int64_t numClasses = 0; // largest label plus one
  double scale = 1;       // every feature was divided by it
};

struct SplitOptions {
  /// The share of a table that is held out; folders have their own files.
  double heldOut = 0.2;
  uint64_t seed = 0;
};

/// Reads `path`: a folder with {train,t10k}-{images-idx3,labels-idx1}-ubyte or
/// {train,test}-{samples,labels}.npy files, or a comma-separated table whose
/// last column is an integer label; each plain or gzipped. Features are divided
/// by 255 (IDX) or by their largest magnitude in the training part (table);
/// those of arrays are as they are. On failure `error` names the file, the line
/// or byte, what was expected and what was found.
std::optional<SplitDataset> loadDataset(const std::string &path,
                                        const SplitOptions &options,
                                        std::string &error);

/// The parts of loadDataset, for one file each.
std::optional<Dataset> readTable(const std::string &path, std::string &error);
std::optional<Dataset> readIDX(const std::string &images,
                               const std::string &labels, std::string &error);
std::optional<Dataset> readArrays(const std::string &samples,
                                  const std::string &labels,
                                  std::string &error);

/// Largest label that data may have: labels become the width of a one-hot row
/// and the size of arrays.
inline constexpr int64_t largestLabel = 1000000;

} // namespace mlir::pc

#endif // PC_RUNTIME_DATASETS_H
