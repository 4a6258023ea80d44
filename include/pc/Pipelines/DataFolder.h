// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folders of tensors: `input_<k>.pb`, `cotangent_<k>.pb` and the like.

#ifndef PC_PIPELINES_DATAFOLDER_H
#define PC_PIPELINES_DATAFOLDER_H

#include "pc/Pipelines/Model.h"
#include "pc/Target/ONNX/TensorFile.h"
#include <map>

namespace mlir::pc {

struct DataFile {
  std::string path;
  NamedValue content;
};

/// Reads every `<prefix>_<k>.pb` of a folder, by k. File k holds a value of the
/// k-th kind, and a tensor behind the last one.
llvm::Expected<std::map<unsigned, DataFile>>
readDataFolder(llvm::StringRef folder, llvm::StringRef prefix,
               llvm::ArrayRef<ValueKind> kinds);

/// What the inputs of an ONNX model are; nothing for a `.mlir`, whose inputs
/// are known when it is loaded.
llvm::Expected<std::vector<ValueKind>> readInputKinds(llvm::StringRef model);

llvm::SmallVector<ValueKind> getKinds(llvm::ArrayRef<ValueGroup> groups);

/// Tells the importer the shapes in the files 0, 1, …, and the values of those
/// that are small enough to be a shape, an axis or the like. All strings are
/// told.
void describeInputs(const std::map<unsigned, DataFile> &files,
                    ONNXImportOptions &import);

/// "FOLDER/input_0.pb, element 3": the first NaN in the files, or "".
std::string describeNaN(const std::map<unsigned, DataFile> &files);

/// Gives each input of `model` its file: file k feeds input k, or, when there
/// are more files than inputs, the input or parameter of its name. Checks
/// kinds and shapes. The answer has a tensor for each argument that has a file.
llvm::Expected<std::map<unsigned, Tensor>>
bindInputs(const ForwardModel &model, std::map<unsigned, DataFile> files,
           llvm::StringRef folder);

/// Cotangents for the float results, zero where there is no file; file k is for
/// output k. Any float kind will do, and one element may have any rank. NaN is
/// refused.
llvm::Expected<std::map<unsigned, Tensor>>
bindCotangents(const ForwardModel &model, std::map<unsigned, DataFile> files);

} // namespace mlir::pc

#endif // PC_PIPELINES_DATAFOLDER_H
