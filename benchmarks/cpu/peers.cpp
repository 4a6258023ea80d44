// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The libraries that contractions.py compares with, and its clock. All of
// it is one thread, but for what two cores take to hear of each other; the
// clock counts the CPU time of that thread.

#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <dnnl.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

using namespace dnnl;
using Task = std::function<void()>;
using Arguments = std::unordered_map<int, memory>;

static engine &theEngine() {
  static engine cpu(engine::kind::cpu, 0);
  return cpu;
}

static stream &theStream() {
  static stream plain(theEngine());
  return plain;
}

static double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

static memory::desc describe(memory::dims dims, memory::dims strides) {
  return memory::desc(dims, memory::data_type::f32, strides);
}

static memory::desc describe(memory::dims dims, memory::format_tag tag) {
  return memory::desc(dims, memory::data_type::f32, tag);
}

/// `from` in the layout `to`; the copy is not part of what is measured.
static memory convert(memory from, const memory::desc &to) {
  memory result(to, theEngine());
  reorder(from, result).execute(theStream(), from, result);
  theStream().wait();
  return result;
}

extern "C" {

/// Seconds of `repetitions` runs of a peer.
double peer_time(void *task, int64_t repetitions) {
  double start = now();
  for (int64_t i = 0; i != repetitions; ++i)
    (*static_cast<Task *>(task))();
  return now() - start;
}

/// Seconds of `repetitions` calls of a compiled contraction.
double function_time(void (*call)(void *, void *, void *, void *),
                     void **arguments, int64_t repetitions) {
  double start = now();
  for (int64_t i = 0; i != repetitions; ++i)
    call(arguments[0], arguments[1], arguments[2], arguments[3]);
  return now() - start;
}

void peer_free(void *task) { delete static_cast<Task *>(task); }

const char *openblas_name() { return openblas_get_config(); }

const char *onednn_name() {
  static std::string name;
  const dnnl_version_t *version = dnnl_version();
  name = std::to_string(version->major) + "." + std::to_string(version->minor) +
         "." + std::to_string(version->patch);
  return name.c_str();
}

/// Seconds that a cache line takes from one thread to another one and back, the
/// median of many.
double measure_round_trip() {
  constexpr int count = 20000;
  alignas(64) std::atomic<int> there = 0;
  alignas(64) std::atomic<int> back = 0;
  std::thread other([&] {
    for (int i = 1; i <= count; ++i) {
      while (there.load() != i)
        ;
      back.store(i);
    }
  });
  std::vector<double> seconds;
  for (int i = 1; i <= count; ++i) {
    auto began = std::chrono::steady_clock::now();
    there.store(i);
    while (back.load() != i)
      ;
    std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - began;
    seconds.push_back(took.count());
  }
  other.join();
  std::nth_element(seconds.begin(), seconds.begin() + count / 2, seconds.end());
  return seconds[count / 2];
}

/// Bytes per second that one thread reads and writes in `a = b + s c` over
/// arrays that no cache holds, the best of some runs.
double measure_bandwidth() {
  constexpr int64_t count = int64_t(1) << 24;
  std::vector<float> a(count, 0.0f), b(count, 1.0f), c(count, 2.0f);
  double best = 0;
  for (int run = 0; run != 5; ++run) {
    double start = now();
    for (int64_t i = 0; i != count; ++i)
      a[i] = b[i] + 3.0f * c[i];
    asm volatile("" : : "r"(a.data()) : "memory");
    best = std::max(best, 3 * sizeof(float) * count / (now() - start));
  }
  return best;
}

/// f32 flop per second of twelve independent chains of multiply-adds, the most
/// that any kernel can reach.
double measure_peak() {
  constexpr int lanes = 16, chains = 12;
  typedef float Vector __attribute__((vector_size(4 * lanes)));
  Vector sums[chains] = {}, factor;
  for (int i = 0; i != lanes; ++i)
    factor[i] = 0.5f;
  asm volatile("" : "+v"(factor));
  constexpr int64_t steps = 2000000;
  double start = now();
  for (int64_t step = 0; step != steps; ++step)
    for (int i = 0; i != chains; ++i) {
      sums[i] = __builtin_elementwise_fma(sums[i], factor, factor);
      asm volatile("" : "+v"(sums[i]));
    }
  return 2.0 * lanes * chains * steps / (now() - start);
}

/// C[batch, m, n] = A B with either operand stored transposed.
void *openblas_matmul(int isDouble, int64_t batch, int64_t m, int64_t n,
                      int64_t k, int ta, int tb, void *a, void *b, void *c) {
  auto ofA = ta ? CblasTrans : CblasNoTrans, ofB = tb ? CblasTrans : CblasNoTrans;
  int64_t lda = ta ? m : k, ldb = tb ? k : n;
  auto run = [=](auto gemm, auto *x, auto *y, auto *z) {
    for (int64_t i = 0; i != batch; ++i)
      gemm(CblasRowMajor, ofA, ofB, m, n, k, 1, x + i * m * k, lda,
           y + i * k * n, ldb, 0, z + i * m * n, n);
  };
  if (isDouble)
    return new Task([=] {
      run(cblas_dgemm, static_cast<double *>(a), static_cast<double *>(b),
          static_cast<double *>(c));
    });
  return new Task([=] {
    run(cblas_sgemm, static_cast<float *>(a), static_cast<float *>(b),
        static_cast<float *>(c));
  });
}

/// The same by oneDNN; `packed` gives it B in the layout that it likes best.
void *onednn_matmul(int packed, int64_t batch, int64_t m, int64_t n, int64_t k,
                    int ta, int tb, void *a, void *b, void *c) {
  auto ofA = ta ? memory::dims{m * k, 1, m} : memory::dims{m * k, k, 1};
  auto ofB = tb ? memory::dims{k * n, 1, k} : memory::dims{k * n, n, 1};
  memory::desc left = describe({batch, m, k}, ofA),
               right = describe({batch, k, n}, ofB),
               out = describe({batch, m, n}, {m * n, n, 1});
  memory::desc asked = right;
  if (packed)
    asked = describe({batch, k, n}, memory::format_tag::any);
  matmul::primitive_desc desc(matmul::desc(left, asked, out), theEngine());
  memory weights(right, theEngine(), b);
  if (packed)
    weights = convert(weights, desc.weights_desc());
  Arguments arguments{{DNNL_ARG_SRC, memory(left, theEngine(), a)},
                      {DNNL_ARG_WEIGHTS, weights},
                      {DNNL_ARG_DST, memory(out, theEngine(), c)}};
  matmul primitive(desc);
  return new Task([=]() mutable {
    primitive.execute(theStream(), arguments);
    theStream().wait();
  });
}

/// A convolution (direction 0) or the gradient of its image (1) or filter (2),
/// by the direct algorithm, in the layout nchw (0), nhwc (1) or the one that
/// oneDNN likes best (2). Operands lie in memory as nchw and fchw; they are
/// brought into that layout beforehand.
void *onednn_convolution(int direction, int layout, int64_t n, int64_t c,
                         int64_t f, int64_t h, int64_t w, int64_t window,
                         int64_t stride, int64_t pad, void *image, void *filter,
                         void *result) {
  using tag = memory::format_tag;
  int64_t oh = (h + 2 * pad - window) / stride + 1;
  int64_t ow = (w + 2 * pad - window) / stride + 1;
  const tag images[] = {tag::nchw, tag::nhwc, tag::any};
  const tag filters[] = {tag::any, tag::any, tag::any};
  memory::dims x{n, c, h, w}, k{f, c, window, window}, y{n, f, oh, ow};
  memory::dims strides{stride, stride}, pads{pad, pad};
  memory::desc mx = describe(x, images[layout]), mk = describe(k, filters[layout]),
               my = describe(y, images[layout]);
  memory plainX(describe(x, tag::nchw), theEngine(), image),
      plainK(describe(k, tag::oihw), theEngine(), filter),
      plainY(describe(y, tag::nchw), theEngine(), result);
  auto direct = algorithm::convolution_direct;
  convolution_forward::primitive_desc forward(
      convolution_forward::desc(prop_kind::forward_training, direct, mx, mk, my,
                                strides, pads, pads),
      theEngine());
  primitive made;
  Arguments arguments;
  if (direction == 0) {
    made = convolution_forward(forward);
    arguments = {{DNNL_ARG_SRC, convert(plainX, forward.src_desc())},
                 {DNNL_ARG_WEIGHTS, convert(plainK, forward.weights_desc())},
                 {DNNL_ARG_DST, memory(forward.dst_desc(), theEngine())}};
  } else if (direction == 1) {
    convolution_backward_data::primitive_desc desc(
        convolution_backward_data::desc(direct, mx, mk, my, strides, pads, pads),
        theEngine(), forward);
    made = convolution_backward_data(desc);
    arguments = {{DNNL_ARG_DIFF_DST, convert(plainY, desc.diff_dst_desc())},
                 {DNNL_ARG_WEIGHTS, convert(plainK, desc.weights_desc())},
                 {DNNL_ARG_DIFF_SRC, memory(desc.diff_src_desc(), theEngine())}};
  } else {
    convolution_backward_weights::primitive_desc desc(
        convolution_backward_weights::desc(direct, mx, mk, my, strides, pads,
                                           pads),
        theEngine(), forward);
    made = convolution_backward_weights(desc);
    arguments = {
        {DNNL_ARG_DIFF_DST, convert(plainY, desc.diff_dst_desc())},
        {DNNL_ARG_SRC, convert(plainX, desc.src_desc())},
        {DNNL_ARG_DIFF_WEIGHTS, memory(desc.diff_weights_desc(), theEngine())}};
  }
  return new Task([=]() mutable {
    made.execute(theStream(), arguments);
    theStream().wait();
  });
}
}
