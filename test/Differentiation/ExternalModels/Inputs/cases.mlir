// Functions for pc-gradient-test; `test.op` is the operation under test.

func.func @expand_shape(%x: tensor<2x6xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<2x2x3xf64> attributes {test.op = "tensor.expand_shape"} {
  %y = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 2, 3] : tensor<2x6xf64> into tensor<2x2x3xf64>
  return %y : tensor<2x2x3xf64>
}

func.func @collapse_shape(%x: tensor<2x2x3xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<2x6xf64> attributes {test.op = "tensor.collapse_shape"} {
  %y = tensor.collapse_shape %x [[0], [1, 2]] : tensor<2x2x3xf64> into tensor<2x6xf64>
  return %y : tensor<2x6xf64>
}

func.func @collapse_to_scalar(%x: tensor<1x1xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<f64> attributes {test.op = "tensor.collapse_shape"} {
  %y = tensor.collapse_shape %x [] : tensor<1x1xf64> into tensor<f64>
  return %y : tensor<f64>
}

func.func @reshape(%x: tensor<2x6xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<3x2x2xf64> attributes {test.op = "tensor.reshape"} {
  %shape = arith.constant dense<[3, 2, 2]> : tensor<3xi64>
  %y = tensor.reshape %x(%shape) : (tensor<2x6xf64>, tensor<3xi64>) -> tensor<3x2x2xf64>
  return %y : tensor<3x2x2xf64>
}

func.func @cast(%x: tensor<4xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<4xf64> attributes {test.op = "tensor.cast"} {
  %y = tensor.cast %x : tensor<4xf64> to tensor<4xf64>
  return %y : tensor<4xf64>
}

func.func @extract_slice(%x: tensor<2x6xf64> {pc.name = "x", pc.role = "input"},
                         %i: tensor<i64> {pc.name = "i", pc.role = "input", test.range = [0, 2]})
    -> tensor<3xf64> attributes {test.op = "tensor.extract_slice"} {
  %j = tensor.extract %i[] : tensor<i64>
  %k = arith.index_cast %j : i64 to index
  %y = tensor.extract_slice %x[%k, 1] [1, 3] [1, 2] : tensor<2x6xf64> to tensor<3xf64>
  return %y : tensor<3xf64>
}

func.func @insert_slice(%x: tensor<2x6xf64> {pc.name = "x", pc.role = "input"},
                        %s: tensor<3xf64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x6xf64> attributes {test.op = "tensor.insert_slice"} {
  %y = tensor.insert_slice %s into %x[1, 0] [1, 3] [1, 2] : tensor<3xf64> into tensor<2x6xf64>
  return %y : tensor<2x6xf64>
}

func.func @concat(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"},
                  %s: tensor<2x2xf64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x8xf64> attributes {test.op = "tensor.concat"} {
  %y = tensor.concat dim(1) %x, %s, %x : (tensor<2x3xf64>, tensor<2x2xf64>, tensor<2x3xf64>) -> tensor<2x8xf64>
  return %y : tensor<2x8xf64>
}

func.func @pad(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"},
               %s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<5x6xf64> attributes {test.op = "tensor.pad"} {
  %v = tensor.extract %s[] : tensor<f64>
  %y = tensor.pad %x low[1, 2] high[2, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %v : f64
  } : tensor<2x3xf64> to tensor<5x6xf64>
  return %y : tensor<5x6xf64>
}

func.func @pad_by_a_constant(%x: tensor<3xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<6xf64> attributes {test.op = "tensor.pad"} {
  %v = arith.constant 2.0 : f64
  %y = tensor.pad %x low[1] high[2] {
  ^bb0(%i: index):
    tensor.yield %v : f64
  } : tensor<3xf64> to tensor<6xf64>
  return %y : tensor<6xf64>
}

func.func @extract(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<f64> attributes {test.op = "tensor.extract"} {
  %c1 = arith.constant 1 : index
  %v = tensor.extract %x[%c1, %c1] : tensor<2x3xf64>
  %e = tensor.empty() : tensor<f64>
  %y = tensor.insert %v into %e[] : tensor<f64>
  return %y : tensor<f64>
}

func.func @insert(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"},
                  %s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x3xf64> attributes {test.op = "tensor.insert"} {
  %c1 = arith.constant 1 : index
  %v = tensor.extract %s[] : tensor<f64>
  %y = tensor.insert %v into %x[%c1, %c1] : tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}

func.func @splat(%s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x3xf64> attributes {test.op = "tensor.splat"} {
  %v = tensor.extract %s[] : tensor<f64>
  %y = tensor.splat %v : tensor<2x3xf64>
  return %y : tensor<2x3xf64>
}

func.func @from_elements(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                         %s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x2xf64> attributes {test.op = "tensor.from_elements"} {
  %u = tensor.extract %x[] : tensor<f64>
  %v = tensor.extract %s[] : tensor<f64>
  %w = arith.mulf %u, %v : f64
  %y = tensor.from_elements %u, %v, %w, %v : tensor<2x2xf64>
  return %y : tensor<2x2xf64>
}

func.func @generate(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"},
                    %s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<3x2xf64> attributes {test.op = "tensor.generate"} {
  %v = tensor.extract %s[] : tensor<f64>
  %y = tensor.generate {
  ^bb0(%i: index, %j: index):
    %e = tensor.extract %x[%j, %i] : tensor<2x3xf64>
    %f = math.exp %e : f64
    %g = arith.mulf %f, %v : f64
    tensor.yield %g : f64
  } : tensor<3x2xf64>
  return %y : tensor<3x2xf64>
}

func.func @gather(%x: tensor<4x3x2xf64> {pc.name = "x", pc.role = "input"},
                  %i: tensor<5x2xi64> {pc.name = "i", pc.role = "input", test.range = [0, 2]})
    -> tensor<5x1x3x1xf64> attributes {test.op = "tensor.gather"} {
  %j = arith.index_cast %i : tensor<5x2xi64> to tensor<5x2xindex>
  %y = tensor.gather %x[%j] gather_dims([0, 2]) : (tensor<4x3x2xf64>, tensor<5x2xindex>) -> tensor<5x1x3x1xf64>
  return %y : tensor<5x1x3x1xf64>
}

func.func @gather_without_unit_dimensions(%x: tensor<4x3xf64> {pc.name = "x", pc.role = "input"},
                                          %i: tensor<5x1xi64> {pc.name = "i", pc.role = "input", test.range = [0, 4]})
    -> tensor<5x3xf64> attributes {test.op = "tensor.gather"} {
  %j = arith.index_cast %i : tensor<5x1xi64> to tensor<5x1xindex>
  %y = tensor.gather %x[%j] gather_dims([0]) : (tensor<4x3xf64>, tensor<5x1xindex>) -> tensor<5x3xf64>
  return %y : tensor<5x3xf64>
}

func.func @softmax(%x: tensor<2x4xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<2x4xf64> attributes {test.op = "linalg.softmax"} {
  %e = tensor.empty() : tensor<2x4xf64>
  %y = linalg.softmax dimension(1) ins(%x : tensor<2x4xf64>) outs(%e : tensor<2x4xf64>) -> tensor<2x4xf64>
  return %y : tensor<2x4xf64>
}

func.func @pack(%x: tensor<2x5xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<3x2x2x1xf64> attributes {test.op = "linalg.pack"} {
  %p = arith.constant 7.0 : f64
  %e = tensor.empty() : tensor<3x2x2x1xf64>
  %y = linalg.pack %x padding_value(%p : f64) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [2, 1] into %e : tensor<2x5xf64> -> tensor<3x2x2x1xf64>
  return %y : tensor<3x2x2x1xf64>
}

func.func @unpack(%x: tensor<3x2x2x1xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<2x5xf64> attributes {test.op = "linalg.unpack"} {
  %e = tensor.empty() : tensor<2x5xf64>
  %y = linalg.unpack %x outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [2, 1] into %e : tensor<3x2x2x1xf64> -> tensor<2x5xf64>
  return %y : tensor<2x5xf64>
}

func.func @map(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"},
               %s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<2x3xf64> attributes {test.op = "linalg.map"} {
  %v = tensor.extract %s[] : tensor<f64>
  %e = tensor.empty() : tensor<2x3xf64>
  %y = linalg.map ins(%x, %x : tensor<2x3xf64>, tensor<2x3xf64>) outs(%e : tensor<2x3xf64>) (%p: f64, %q: f64, %o: f64) {
    %a = arith.mulf %p, %q : f64
    %b = arith.mulf %a, %v : f64
    linalg.yield %b : f64
  }
  return %y : tensor<2x3xf64>
}

func.func @reduce_maximum(%x: tensor<3x4xf64> {pc.name = "x", pc.role = "input"},
                          %z: tensor<3xf64> {pc.name = "z", pc.role = "input"})
    -> tensor<3xf64> attributes {test.op = "linalg.reduce"} {
  %y = linalg.reduce { arith.maximumf } ins(%x : tensor<3x4xf64>) outs(%z : tensor<3xf64>) dimensions = [1]
  return %y : tensor<3xf64>
}

func.func @reduce_product(%x: tensor<3x4xf64> {pc.name = "x", pc.role = "input"},
                          %z: tensor<4xf64> {pc.name = "z", pc.role = "input"})
    -> tensor<4xf64> attributes {test.op = "linalg.reduce"} {
  %y = linalg.reduce { arith.mulf } ins(%x : tensor<3x4xf64>) outs(%z : tensor<4xf64>) dimensions = [0]
  return %y : tensor<4xf64>
}

func.func @transpose(%x: tensor<2x3xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<3x2xf64> attributes {test.op = "linalg.transpose"} {
  %e = tensor.empty() : tensor<3x2xf64>
  %y = linalg.transpose ins(%x : tensor<2x3xf64>) outs(%e : tensor<3x2xf64>) permutation = [1, 0]
  return %y : tensor<3x2xf64>
}

func.func @broadcast(%x: tensor<3xf64> {pc.name = "x", pc.role = "input"})
    -> tensor<3x2xf64> attributes {test.op = "linalg.broadcast"} {
  %e = tensor.empty() : tensor<3x2xf64>
  %y = linalg.broadcast ins(%x : tensor<3xf64>) outs(%e : tensor<3x2xf64>) dimensions = [1]
  return %y : tensor<3x2xf64>
}

func.func @fill(%s: tensor<f64> {pc.name = "s", pc.role = "input"})
    -> tensor<3x2xf64> attributes {test.op = "linalg.fill"} {
  %v = tensor.extract %s[] : tensor<f64>
  %e = tensor.empty() : tensor<3x2xf64>
  %y = linalg.fill ins(%v : f64) outs(%e : tensor<3x2xf64>) -> tensor<3x2xf64>
  return %y : tensor<3x2xf64>
}

func.func @rows(%x: tensor<5x4xf64> {pc.name = "x", pc.role = "input"},
                %rows: tensor<3xi64> {pc.name = "rows", pc.role = "input", test.range = [0, 5]},
                %s: tensor<4xf64> {pc.name = "s", pc.role = "input"})
    -> tensor<3x4xf64> attributes {test.op = "linalg.generic"} {
  %e = tensor.empty() : tensor<3x4xf64>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%rows, %s : tensor<3xi64>, tensor<4xf64>) outs(%e : tensor<3x4xf64>) {
  ^bb0(%row: i64, %scale: f64, %o: f64):
    %i = arith.index_cast %row : i64 to index
    %j = linalg.index 1 : index
    %v = tensor.extract %x[%i, %j] : tensor<5x4xf64>
    %w = arith.mulf %v, %scale : f64
    linalg.yield %w : f64
  } -> tensor<3x4xf64>
  return %y : tensor<3x4xf64>
}

func.func @two_results(%x: tensor<3x4xf64> {pc.name = "x", pc.role = "input"},
                       %y: tensor<3xf64> {pc.name = "y", pc.role = "input"},
                       %z: tensor<4x3xf64> {pc.name = "z", pc.role = "input"})
    -> (tensor<3xf64>, tensor<4x3xf64>) attributes {test.op = "linalg.generic"} {
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j, i)>],
                         iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<3x4xf64>) outs(%y, %z : tensor<3xf64>, tensor<4x3xf64>) {
  ^bb0(%p: f64, %sum: f64, %one: f64):
    %s = math.sin %p : f64
    %a = arith.addf %sum, %s : f64
    %b = arith.mulf %one, %a : f64
    linalg.yield %a, %b : f64, f64
  } -> (tensor<3xf64>, tensor<4x3xf64>)
  return %r#0, %r#1 : tensor<3xf64>, tensor<4x3xf64>
}

func.func @if_then_else(%x: tensor<3xf64> {pc.name = "x", pc.role = "input"},
                        %w: tensor<3xf64> {pc.name = "w", pc.role = "input"},
                        %c: tensor<i64> {pc.name = "c", pc.role = "input", test.range = [0, 2]})
    -> tensor<3xf64> attributes {test.op = "scf.if"} {
  %n = tensor.extract %c[] : tensor<i64>
  %b = arith.trunci %n : i64 to i1
  %y:2 = scf.if %b -> (i64, tensor<3xf64>) {
    %p = arith.mulf %w, %x : tensor<3xf64>
    %q = arith.mulf %p, %x : tensor<3xf64>
    scf.yield %n, %q : i64, tensor<3xf64>
  } else {
    %p = math.exp %w : tensor<3xf64>
    scf.yield %n, %p : i64, tensor<3xf64>
  }
  return %y#1 : tensor<3xf64>
}

func.func @for_steps(%x: tensor<3xf64> {pc.name = "x", pc.role = "input"},
                     %w: tensor<3xf64> {pc.name = "w", pc.role = "input"})
    -> tensor<3xf64> attributes {test.op = "scf.for"} {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c11 = arith.constant 11 : index
  %y = scf.for %i = %c2 to %c11 step %c3 iter_args(%h = %x) -> (tensor<3xf64>) {
    %k = arith.index_cast %i : index to i64
    %f = arith.sitofp %k : i64 to f64
    %s = tensor.splat %f : tensor<3xf64>
    %a = arith.mulf %h, %w : tensor<3xf64>
    %t = math.tanh %a : tensor<3xf64>
    %u = arith.mulf %t, %s : tensor<3xf64>
    scf.yield %u : tensor<3xf64>
  }
  return %y : tensor<3xf64>
}

func.func @for_scan(%x: tensor<3x4xf64> {pc.name = "x", pc.role = "input"},
                    %h: tensor<4xf64> {pc.name = "h", pc.role = "input"})
    -> (tensor<4xf64>, tensor<3x4xf64>) attributes {test.op = "scf.for"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zeros = arith.constant dense<0.0> : tensor<3x4xf64>
  %y:2 = scf.for %t = %c0 to %c3 step %c1 iter_args(%v = %h, %out = %zeros) -> (tensor<4xf64>, tensor<3x4xf64>) {
    %row = tensor.extract_slice %x[%t, 0] [1, 4] [1, 1] : tensor<3x4xf64> to tensor<4xf64>
    %a = arith.mulf %v, %row : tensor<4xf64>
    %b = math.sin %a : tensor<4xf64>
    %e = tensor.extract %x[%t, %t] : tensor<3x4xf64>
    %s = tensor.splat %e : tensor<4xf64>
    %c = arith.addf %b, %s : tensor<4xf64>
    %next = tensor.insert_slice %c into %out[%t, 0] [1, 4] [1, 1] : tensor<4xf64> into tensor<3x4xf64>
    scf.yield %c, %next : tensor<4xf64>, tensor<3x4xf64>
  }
  return %y#0, %y#1 : tensor<4xf64>, tensor<3x4xf64>
}

func.func @for_nested(%x: tensor<f64> {pc.name = "x", pc.role = "input"},
                      %w: tensor<3xf64> {pc.name = "w", pc.role = "input"})
    -> tensor<f64> attributes {test.op = "scf.for"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %v = tensor.extract %x[] : tensor<f64>
  %u = tensor.extract %w[%c2] : tensor<3xf64>
  %y = scf.for %i = %c0 to %c3 step %c1 iter_args(%h = %v) -> (f64) {
    %q = scf.for %j = %c0 to %c2 step %c1 iter_args(%g = %h) -> (f64) {
      %e = tensor.extract %w[%j] : tensor<3xf64>
      %a = arith.mulf %g, %e : f64
      %b = math.sin %a : f64
      %c = arith.cmpf ogt, %b, %u : f64
      %d = scf.if %c -> (f64) {
        %m = arith.mulf %b, %u : f64
        scf.yield %m : f64
      } else {
        %m = arith.addf %b, %h : f64
        scf.yield %m : f64
      }
      scf.yield %d : f64
    }
    scf.yield %q : f64
  }
  %z = tensor.from_elements %y : tensor<f64>
  return %z : tensor<f64>
}
