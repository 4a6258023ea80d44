// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Runtime/Datasets.h"
#include "pc/Runtime/Random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

namespace mlir::pc {

static int64_t getSampleSize(const Dataset &dataset) {
  return dataset.features.getNumElements() / dataset.size();
}

/// Rows of a table.
static Dataset select(const Dataset &all, const int64_t *begin,
                      const int64_t *end) {
  Dataset part;
  std::vector<int64_t> shape = all.features.getShape();
  int64_t width = getSampleSize(all);
  shape[0] = end - begin;
  part.features = Tensor(ElementKind::F32, shape);
  float *row = part.features.as<float>();
  for (const int64_t *index = begin; index != end; ++index, row += width) {
    std::memcpy(row, all.features.as<float>() + *index * width,
                width * sizeof(float));
    part.labels.push_back(all.labels[*index]);
  }
  return part;
}

static void divide(Tensor &tensor, double scale) {
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    tensor.as<float>()[i] = static_cast<float>(tensor.as<float>()[i] / scale);
}

static double getLargestMagnitude(const Tensor &tensor) {
  float largest = 0;
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    largest = std::max(largest, std::fabs(tensor.as<float>()[i]));
  return largest == 0 ? 1 : largest;
}

static void finish(SplitDataset &split, double scale) {
  split.scale = scale;
  for (Dataset *part : {&split.training, &split.heldOut}) {
    if (scale != 1)
      divide(part->features, scale);
    for (int64_t label : part->labels)
      split.numClasses = std::max(split.numClasses, label + 1);
  }
}

static std::optional<SplitDataset> loadTable(const std::string &path,
                                             const SplitOptions &options,
                                             std::string &error) {
  std::optional<Dataset> all = readTable(path, error);
  if (!all)
    return std::nullopt;
  auto numHeldOut = static_cast<int64_t>(
      std::llround(options.heldOut * static_cast<double>(all->size())));
  if (numHeldOut < 1 || numHeldOut >= all->size()) {
    error = path + ": expected rows for training and for holding out " +
            "(share " + std::to_string(options.heldOut) + "), found " +
            std::to_string(all->size()) + " rows";
    return std::nullopt;
  }
  std::vector<int64_t> order = Random(options.seed).permutation(all->size());
  const int64_t *begin = order.data(), *middle = begin + numHeldOut;
  SplitDataset split;
  split.heldOut = select(*all, begin, middle);
  split.training = select(*all, middle, begin + all->size());
  finish(split, getLargestMagnitude(split.training.features));
  return split;
}

/// The file `name` in `folder`, plain or gzipped.
static std::string findFile(const std::string &folder, const char *name) {
  std::filesystem::path plain = std::filesystem::path(folder) / name;
  std::error_code ignored;
  return std::filesystem::exists(plain, ignored) ? plain.string()
                                                 : plain.string() + ".gz";
}

namespace {
/// What a kind of folder calls its files, and how they are read.
struct FolderKind {
  const char *trainingSamples, *trainingLabels, *testSamples, *testLabels;
  std::optional<Dataset> (*read)(const std::string &, const std::string &,
                                 std::string &);
  double scale;
};
} // namespace

static constexpr FolderKind arrayFolder = {
    "train-samples.npy", "train-labels.npy", "test-samples.npy",
    "test-labels.npy",   readArrays,         1};
static constexpr FolderKind idxFolder = {"train-images-idx3-ubyte",
                                         "train-labels-idx1-ubyte",
                                         "t10k-images-idx3-ubyte",
                                         "t10k-labels-idx1-ubyte",
                                         readIDX,
                                         255};

/// Whether samples of both parts can go through the same model.
static bool checkParts(const std::string &path, const Dataset &training,
                       const Dataset &test, std::string &error) {
  auto expect = [&](const char *what, const char *unit, int64_t expected,
                    int64_t found) {
    if (expected != found)
      error = path + ": expected test " + what + " of the size of the " +
              "training " + what + ", " + std::to_string(expected) + unit +
              ", found " + std::to_string(found);
    return expected == found;
  };
  return expect("samples", " numbers", getSampleSize(training),
                getSampleSize(test)) &&
         expect("labels", " for each sample", training.labelsPerSample,
                test.labelsPerSample);
}

static std::optional<SplitDataset> loadFolder(const std::string &path,
                                              std::string &error) {
  std::error_code ignored;
  const FolderKind &kind =
      std::filesystem::exists(findFile(path, arrayFolder.trainingSamples),
                              ignored)
          ? arrayFolder
          : idxFolder;
  auto load = [&](const char *samples, const char *labels) {
    return kind.read(findFile(path, samples), findFile(path, labels), error);
  };
  std::optional<Dataset> training =
      load(kind.trainingSamples, kind.trainingLabels);
  if (!training)
    return std::nullopt;
  std::optional<Dataset> test = load(kind.testSamples, kind.testLabels);
  if (!test || !checkParts(path, *training, *test, error))
    return std::nullopt;
  SplitDataset split{std::move(*training), std::move(*test)};
  finish(split, kind.scale);
  return split;
}

std::optional<SplitDataset> loadDataset(const std::string &path,
                                        const SplitOptions &options,
                                        std::string &error) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code))
    return loadFolder(path, error);
  return loadTable(path, options, error);
}

} // namespace mlir::pc
