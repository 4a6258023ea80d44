// RUN: pc-opt %s -split-input-file -verify-diagnostics

// The rules of windows and of what looks through them.

!x = !pcflow.stream<16 x f32>
!y = !pcflow.stream<9 x f32>
pcflow.graph @d8_image inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: expected an input of the 20 words of the image, but got 16}}
    %r = pcflow.conv weights(@w) predict(%p : <16 x f32>) vjp(%m : <9 x f32>)
        window(<image [1, 4, 5] kernel [2, 3] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>) -> <9 x f32>
    pcflow.yield %r : !y
  }
}

// -----

!x = !pcflow.stream<16 x f32>
!y = !pcflow.stream<9 x f32>
pcflow.graph @d8_positions inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: expected a prediction of 4 words for each channel, but got 9}}
    %r = pcflow.conv weights(@w) predict(%p : <16 x f32>) vjp(%m : <9 x f32>)
        window(<image [1, 4, 4] kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0, 0, 0]>) -> <9 x f32>
    pcflow.yield %r : !y
  }
}

// -----

!x = !pcflow.stream<16 x f32>
!y = !pcflow.stream<9 x f32>
pcflow.graph @d8_weights inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%m : !y) -> down(!y) {
  ^bb0(%p: !x, %n: !y):
    pcflow.weights @w {value = dense<1.0> : tensor<1x2x2x2xf32>}
    // expected-error@+1 {{D8: expected weights of 1 rows and 4 columns}}
    %r = pcflow.conv weights(@w) predict(%p : <16 x f32>) vjp(%n : <9 x f32>)
        window(<image [1, 4, 4] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>) -> <9 x f32>
    pcflow.yield %r : !y
  }
  %m = pcflow.vertex @l parents(%h : !y) answers [0] -> up(!y) {
  ^bb0(%p: !y):
    pcflow.yield %p : !y
  }
}

// -----

!x = !pcflow.stream<4 x f32>
!y = !pcflow.stream<9 x f32>
pcflow.graph @d8_empty_window inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: expected a word of the image under the window, but at position 0 there is none}}
    %r, %g = pcflow.pool max predict(%p : <4 x f32>) vjp(%m : <9 x f32>)
        window(<image [1, 2, 2] kernel [1, 1] strides [2, 2] dilations [1, 1] pads [2, 2, 1, 1]>) -> <9 x f32> up(!x)
    pcflow.yield %r : !y
  }
}

// -----

!x = !pcflow.stream<8 x f32>
!y = !pcflow.stream<4 x f32>
pcflow.graph @d8_channels inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: expected a prediction of 1 words for each of 2 channels, but got 4}}
    %r, %g = pcflow.pool sum predict(%p : <8 x f32>) vjp(%m : <4 x f32>)
        window(<image [2, 2, 2] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>) -> <4 x f32> up(!x)
    pcflow.yield %r : !y
  }
}

// -----

// expected-error@+1 {{expected a window of at most 5 columns, but got 7}}
#w = #pcflow.window<image [1, 4, 4] kernel [2, 4] strides [1, 1] dilations [1, 2] pads [0, 1, 0, 0]>

// -----

// expected-error@+1 {{expected positive sizes, and no negative pads}}
#w = #pcflow.window<image [1, 4, 4] kernel [2, 2] strides [0, 1] dilations [1, 1] pads [0, 0, 0, 0]>

// -----

// expected-error@+1 {{expected 3 sizes of the image, 2 of the kernel, 2 strides, 2 dilations and 4 pads}}
#w = #pcflow.window<image [4, 4] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>

// -----

!x = !pcflow.stream<12 x f32>
!y = !pcflow.stream<4 x f32>
pcflow.graph @d8_groups inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: expected 2 groups to divide the 3 channels of the image and the 4 rows}}
    %r = pcflow.conv weights(@w) predict(%p : <12 x f32>) vjp(%m : <4 x f32>)
        window(<image [3, 2, 2] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        {groups = 2 : i64} -> <4 x f32>
    pcflow.yield %r : !y
  }
}

// -----

!x = !pcflow.stream<8 x f32>
!y = !pcflow.stream<4 x f32>
pcflow.graph @d8_rows_of_a_group inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) messages(%h : !y) -> down(!y) {
  ^bb0(%p: !x, %m: !y):
    // expected-error@+1 {{D8: pe 4 does not divide the 2 rows of a group}}
    %r = pcflow.conv weights(@w) predict(%p : <8 x f32>) vjp(%m : <4 x f32>)
        window(<image [2, 2, 2] kernel [2, 2] strides [1, 1] dilations [1, 1] pads [0, 0, 0, 0]>)
        {groups = 2 : i64, pe = 4 : i64} -> <4 x f32>
    pcflow.yield %r : !y
  }
}
