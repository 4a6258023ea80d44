// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWATTRIBUTES
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWATTRIBUTES

include "pc/Dialect/Dataflow/IR/DataflowDialect.td"
include "mlir/IR/AttrTypeBase.td"

def PCFlow_WindowAttr : AttrDef<PCFlow_Dialect, "Window"> {
  let mnemonic = "window";
  let summary = "a window that slides over an image";
  let description = [{
    `image` has channels, rows and columns; a `kernel` of rows and columns moves by
    `strides`, its own words are `dilations` apart, and around the image are `pads`
    of nothing: on top, left, bottom, right.

    ```mlir
    #pcflow.window<image[1, 8, 8] kernel[3, 3] strides[1, 1] dilations[1, 1] pads[1, 1, 1, 1]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$image, ArrayRefParameter<"int64_t">:$kernel,
    ArrayRefParameter<"int64_t">:$strides, ArrayRefParameter<"int64_t">:$dilations,
    ArrayRefParameter<"int64_t">:$pads);
  let assemblyFormat = [{
    `<` `image` `[` $image `]` `kernel` `[` $kernel `]` `strides` `[` $strides `]`
    `dilations` `[` $dilations `]` `pads` `[` $pads `]` `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Positions of the window along dimension 0 (rows) or 1 (columns).
    int64_t getSteps(unsigned dim) const;
    /// Positions of the window, words of one channel under it, and of the image.
    int64_t getPositions() const { return getSteps(0) * getSteps(1); }
    int64_t getTaps() const { return getKernel()[0] * getKernel()[1]; }
    int64_t getImageSize() const {
      return getImage()[0] * getImage()[1] * getImage()[2];
    }
    /// The word of a channel of the image under `tap` of the window at
    /// `position`, or nothing beyond the image.
    std::optional<int64_t> getWord(int64_t position, int64_t tap) const;
  }];
}

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWATTRIBUTES
