// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a learning circuit does, by its reference. Words, also those of floats,
// are written as integers, so that a test bench can compare its own.

#include "mlir/Parser/Parser.h"
#include "pc/Dialect/Dataflow/IR/Channels.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "pc/Dialect/Dataflow/Reference/Reference.h"
#include "pc/Pipelines/Translate.h"
#include "pc/Runtime/Random.h"
#include "pc/Support/AtomicFile.h"
#include "pc/Target/SystemVerilog/Emit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

using pcflow::BatchRecord;
using pcflow::GraphOp;
using pcflow::Sample;

namespace {

/// A stream of the host.
struct HostStream {
  std::string name;
  int64_t size;            // words of a sample
  pcflow::WordType format; // null: labels
  int64_t classes = 0;     // of labels
};

} // namespace

static std::string joinPath(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

static SmallVector<HostStream> getHostStreams(GraphOp graph) {
  SmallVector<HostStream> streams;
  for (const auto &pair :
       zip_equal(graph.getBody().getArguments(), graph.getInputs())) {
    Value argument = std::get<0>(pair);
    auto type = cast<pcflow::StreamType>(argument.getType());
    HostStream stream{cast<StringAttr>(std::get<1>(pair)).getValue().str(),
                      type.getSize(),
                      dyn_cast<pcflow::WordType>(type.getElement())};
    graph.walk([&](pcflow::SoftmaxErrorOp op) {
      Value label = pcflow::getSource(op.getLabel());
      while (isa_and_nonnull<pcflow::ForkOp, pcflow::BufferOp>(
          label.getDefiningOp()))
        label = pcflow::getSource(label.getDefiningOp()->getOperand(0));
      if (label == argument)
        stream.classes = op.getLogits().getType().getSize();
    });
    streams.push_back(std::move(stream));
  }
  return streams;
}

/// Standard normal, as words of the format; labels are uniform.
static int64_t draw(const HostStream &stream, Random &random) {
  if (!stream.format)
    return stream.classes ? random.below(stream.classes) : 0;
  if (stream.format.isFloat())
    return pcflow::Single(random.normal()).toWord();
  double limit = std::ldexp(1.0, stream.format.getWidth() - 1);
  double word =
      std::nearbyint(std::ldexp(random.normal(), stream.format.getFraction()));
  return std::min(std::max(word, -limit), limit - 1);
}

static Expected<std::vector<int64_t>> readWords(const std::string &path,
                                                size_t count) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createFileError(path, buffer.getError());
  std::vector<int64_t> words;
  StringRef text = (*buffer)->getBuffer().ltrim();
  while (!text.empty()) {
    if (text.consumeInteger(10, words.emplace_back()))
      return createStringError(path + ": expected integers");
    text = text.ltrim();
  }
  if (words.size() < count)
    return createStringError(path + ": expected " + Twine(count) +
                             " words, but got " + Twine(words.size()));
  return words;
}

static Expected<std::vector<Sample>>
getSamples(ArrayRef<HostStream> streams, const SimulationRequest &simulation) {
  std::vector<Sample> samples(simulation.samples, Sample(streams.size()));
  if (simulation.stimuli.empty()) {
    Random random(simulation.seed);
    for (Sample &sample : samples)
      for (auto [stream, words] : zip_equal(streams, sample))
        for (int64_t word = 0; word < stream.size; ++word)
          words.push_back(draw(stream, random));
    return samples;
  }
  for (auto [index, stream] : enumerate(streams)) {
    Expected<std::vector<int64_t>> words =
        readWords(joinPath(simulation.stimuli, stream.name + ".txt"),
                  stream.size * simulation.samples);
    if (!words)
      return words.takeError();
    for (auto [number, sample] : enumerate(samples))
      sample[index].assign(words->begin() + number * stream.size,
                           words->begin() + (number + 1) * stream.size);
  }
  return samples;
}

namespace {

/// A link that is cut before a sample.
struct Cut {
  int64_t sample;
  std::string link;
};

} // namespace

/// The gated links that `text`, a link or a vertex, means.
static SmallVector<std::string> getLinks(GraphOp graph, StringRef text) {
  SmallVector<std::string> links;
  for (auto gate : graph.getOps<pcflow::GateOp>()) {
    StringRef link = gate.getLink();
    // Names of vertices may have colons in them.
    bool isMeant = link == text || link.starts_with((text + ":").str()) ||
                   link.ends_with((":" + text).str());
    if (isMeant && !is_contained(links, link))
      links.push_back(link.str());
  }
  return links;
}

static Expected<std::vector<Cut>> getCuts(GraphOp graph,
                                          const SimulationRequest &simulation) {
  std::vector<Cut> cuts;
  for (StringRef text : simulation.cuts) {
    auto [name, number] = text.rsplit('@');
    Cut cut{0, ""};
    int64_t batch = graph.getBatch();
    if (text.contains('@') &&
        (number.getAsInteger(10, cut.sample) || cut.sample % batch))
      return createStringError("--cut: expected a multiple of the batch, " +
                               Twine(batch) + ", behind the @ of " + text);
    SmallVector<std::string> links = getLinks(graph, name);
    if (links.empty())
      return createStringError("--cut: no gate is on a link \"" + name +
                               "\" or at such a vertex; has "
                               "pcflow-gate-links run?");
    for (std::string &link : links) {
      cut.link = std::move(link);
      if (none_of(cuts, [&](const Cut &other) {
            return other.link == cut.link && other.sample <= cut.sample;
          }))
        cuts.push_back(cut);
    }
  }
  return cuts;
}

/// "name number word word ...", one line.
template <class T>
static void writeLine(raw_ostream &os, const Twine &head,
                      const std::vector<T> &values) {
  os << head;
  for (T value : values) {
    if constexpr (std::is_floating_point_v<T>)
      os << ' ' << llvm::format("%.17g", value);
    else
      os << ' ' << value;
  }
  os << '\n';
}

static Error writeRecords(StringRef folder, ArrayRef<BatchRecord> records,
                          int64_t batch) {
  auto write = [&](StringRef name,
                   llvm::function_ref<void(raw_ostream &)> body) {
    return writeFileAtomically(joinPath(folder, name),
                               [&](raw_pwrite_stream &os) {
                                 body(os);
                                 return Error::success();
                               });
  };
  if (Error error = write("taps.txt", [&](raw_ostream &os) {
        for (auto [number, record] : enumerate(records))
          for (const auto &[name, samples] : record.taps)
            for (auto [sample, rounds] : enumerate(samples))
              for (auto [round, words] : enumerate(rounds))
                writeLine(os,
                          name + " " + Twine(number * batch + sample) + " " +
                              Twine(round),
                          words);
      }))
    return error;
  if (Error error = write("weights.txt", [&](raw_ostream &os) {
        for (auto [number, record] : enumerate(records))
          for (const auto &[name, words] : record.weights)
            writeLine(os, name + " " + Twine(number), words);
      }))
    return error;
  if (Error error = write("gradients.txt", [&](raw_ostream &os) {
        for (auto [number, record] : enumerate(records))
          for (const auto &[name, values] : record.gradients)
            writeLine(os, name + " " + Twine(number), values);
      }))
    return error;
  for (const auto &[name, unused] : records.front().outputs)
    if (Error error = write("out/" + name + ".txt", [&](raw_ostream &os) {
          for (const BatchRecord &record : records)
            for (const auto &words : record.outputs.at(name))
              for (int64_t word : words)
                os << word << '\n';
        }))
      return error;
  return Error::success();
}

static Error writeInputs(StringRef folder, ArrayRef<HostStream> streams,
                         const std::vector<Sample> &samples) {
  for (auto [index, stream] : enumerate(streams))
    if (Error error =
            writeFileAtomically(joinPath(folder, "in/" + stream.name + ".txt"),
                                [&](raw_pwrite_stream &os) {
                                  for (const Sample &sample : samples)
                                    for (int64_t word : sample[index])
                                      os << word << '\n';
                                  return Error::success();
                                }))
      return error;
  return Error::success();
}

static Error run(GraphOp graph, StringRef folder,
                 const SimulationRequest &simulation) {
  int64_t batch = graph.getBatch();
  if (simulation.samples < 1 || simulation.samples % batch)
    return createStringError("expected a multiple of the batch, " +
                             Twine(batch) + ", as number of samples, but got " +
                             Twine(simulation.samples));
  FailureOr<pcflow::Reference> reference = pcflow::Reference::create(graph);
  if (failed(reference))
    return createStringError("the circuit has no number format");
  Expected<std::vector<Cut>> cuts = getCuts(graph, simulation);
  if (!cuts)
    return cuts.takeError();
  SmallVector<HostStream> streams = getHostStreams(graph);
  Expected<std::vector<Sample>> samples = getSamples(streams, simulation);
  if (!samples)
    return samples.takeError();
  for (StringRef inside : {"in", "out"})
    if (std::error_code code =
            sys::fs::create_directories(joinPath(folder, inside)))
      return createFileError(folder, code);
  std::vector<BatchRecord> records;
  std::vector<std::map<std::string, std::vector<double>>> bounds;
  bool saturated = false;
  for (int64_t first = 0; first < simulation.samples; first += batch) {
    std::vector<Sample> part(samples->begin() + first,
                             samples->begin() + first + batch);
    for (const Cut &cut : *cuts)
      if (cut.sample == first)
        reference->cut(cut.link);
    if (simulation.bounds)
      bounds.push_back(reference->bound(part));
    records.push_back(reference->run(part));
    saturated |= records.back().saturated;
  }
  if (Error error = writeInputs(folder, streams, *samples))
    return error;
  if (Error error = writeRecords(folder, records, batch))
    return error;
  if (Error error = writeFileAtomically(
          joinPath(folder, "cuts.txt"), [&](raw_pwrite_stream &os) {
            for (const Cut &cut : *cuts)
              os << cut.sample << ' ' << cut.link << '\n';
            return Error::success();
          }))
    return error;
  if (simulation.bounds)
    if (Error error = writeFileAtomically(
            joinPath(folder, "bounds.txt"), [&](raw_pwrite_stream &os) {
              for (auto [number, bound] : enumerate(bounds))
                for (const auto &[name, values] : bound)
                  writeLine(os, name + " " + Twine(number), values);
              return Error::success();
            }))
      return error;
  outs() << graph.getSymName() << ": " << simulation.samples << " samples, "
         << records.size() << " updates, "
         << (saturated ? "saturated" : "nothing saturated") << "\n";
  return Error::success();
}

static Expected<GraphOp> getCircuit(ModuleOp module) {
  auto graphs = module.getOps<GraphOp>();
  if (!hasSingleElement(graphs))
    return createStringError("expected one pcflow.graph in the module");
  return *graphs.begin();
}

static Expected<OwningOpRef<ModuleOp>> read(const TranslateRequest &request,
                                            MLIRContext *context) {
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(request.model, context);
  if (!module)
    return createStringError("the module cannot be read");
  if (request.out == "-")
    return createStringError("expected a folder after -o");
  return std::move(module);
}

Error mlir::pc::simulateCircuit(const TranslateRequest &request,
                                const SimulationRequest &simulation,
                                MLIRContext *context) {
  Expected<OwningOpRef<ModuleOp>> module = read(request, context);
  if (!module)
    return module.takeError();
  Expected<GraphOp> graph = getCircuit(**module);
  if (!graph)
    return graph.takeError();
  return run(*graph, request.out, simulation);
}

Error mlir::pc::writeCircuits(const TranslateRequest &request, bool stalls,
                              MLIRContext *context) {
  Expected<OwningOpRef<ModuleOp>> module = read(request, context);
  if (!module)
    return module.takeError();
  Expected<GraphOp> graph = getCircuit(**module);
  if (!graph)
    return graph.takeError();
  pcflow::CircuitOptions options;
  options.stalls = stalls;
  options.folder = request.out;
  FailureOr<pcflow::CircuitFiles> files =
      pcflow::emitSystemVerilog(*graph, options);
  if (failed(files))
    return createStringError("the circuit has no hardware");
  return pcflow::writeCircuit(*files, request.out);
}

/// Writes what `emit` makes of the circuit of a module.
static Error writeText(const TranslateRequest &request, MLIRContext *context,
                       FailureOr<std::string> (*emit)(GraphOp),
                       const char *what) {
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(request.model, context);
  if (!module)
    return createStringError("the module cannot be read");
  Expected<GraphOp> graph = getCircuit(*module);
  if (!graph)
    return graph.takeError();
  FailureOr<std::string> text = emit(*graph);
  if (failed(text))
    return createStringError(Twine("the circuit has no ") + what);
  return writeFileAtomically(request.out, [&](raw_pwrite_stream &os) {
    os << *text;
    return Error::success();
  });
}

Error mlir::pc::writeCircuitModel(const TranslateRequest &request,
                                  MLIRContext *context) {
  return writeText(request, context, pcflow::emitModel, "C++ model");
}

Error mlir::pc::writeCirct(const TranslateRequest &request,
                           MLIRContext *context) {
  return writeText(request, context, pcflow::emitCirct, "text for CIRCT");
}
