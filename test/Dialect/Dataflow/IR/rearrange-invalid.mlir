// RUN: pc-opt %s -split-input-file -verify-diagnostics

// The rules of rearrangements.

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<4 x f32>
pcflow.graph @d8_loops inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected a from and a to for each of 2 loops, but got 1 and 2}}
    %s = pcflow.rearrange %p sizes [2, 3] from [3] to [1, 0] : <6 x f32> -> <4 x f32>
    pcflow.yield %s : !y
  }
}

// -----

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<2 x f32>
pcflow.graph @d8_steps inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected loops of at least one step, forward}}
    %s = pcflow.rearrange %p sizes [2, 3] from [3, -1] to [1, 0] : <6 x f32> -> <2 x f32>
    pcflow.yield %s : !y
  }
}

// -----

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<2 x f32>
pcflow.graph @d8_read inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected to read 6 words, but word 7 is read}}
    %s = pcflow.rearrange %p sizes [2, 3] from [3, 2] to [1, 0] : <6 x f32> -> <2 x f32>
    pcflow.yield %s : !y
  }
}

// -----

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<6 x f32>
pcflow.graph @d8_order inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected loop 1 to count words of the result by 1, but got 2}}
    %s = pcflow.rearrange %p sizes [3, 2] from [1, 3] to [1, 2] : <6 x f32> -> <6 x f32>
    pcflow.yield %s : !y
  }
}

// -----

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<2 x f32>
pcflow.graph @d8_sums inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected loops that are summed over behind those that count the words of the result}}
    %s = pcflow.rearrange %p sizes [3, 2] from [1, 3] to [0, 1] : <6 x f32> -> <2 x f32>
    pcflow.yield %s : !y
  }
}

// -----

!x = !pcflow.stream<6 x f32>
!y = !pcflow.stream<3 x f32>
pcflow.graph @d8_result inputs ["x"] iterations(0) batch(1) {
^bb0(%x: !x):
  %h = pcflow.vertex @h parents(%x : !x) -> down(!y) {
  ^bb0(%p: !x):
    // expected-error@+1 {{D8: expected a result of 2 words, but got 3}}
    %s = pcflow.rearrange %p sizes [2, 3] from [3, 1] to [1, 0] : <6 x f32> -> <3 x f32>
    pcflow.yield %s : !y
  }
}
