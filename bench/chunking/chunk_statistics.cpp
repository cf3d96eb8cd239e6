// How documents come out as pieces under several settings, and how long cutting takes beside
// reading:
//
//   chunking_bench [--native FOLDER] FILE…
//
// A row a setting: pieces, mean and largest tokens, the share shorter than a quarter of the target,
// the share that begins or ends within a sentence, the share that stands under a heading, and the
// CPU time of cutting. "blind" cuts every so many bytes, as if there were no structure.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/onnx/sentence_piece_tokenizer.h"
#include "documents/chunker.h"
#include "documents/formats/format.h"
#include "documents/pdf/pdfium_functions.h"
#include "documents/read_document.h"
#include "documents/tokens/token_counter.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t edge_bytes = 48;  // of a block, to know its beginning and end again

using Measure = std::function<int(std::string_view)>;

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Counters {
  Measure model;    // o200k_base
  Measure encoder;  // the packaged encoder's, or the same
};

struct Setting {
  std::string name;
  ChunkerOptions options{};
  std::size_t blind_bytes = 0;
};

// The blocks of a document and how long reading took.
struct Document {
  std::string file;
  std::vector<Block> blocks;
  int pages = 0;
  std::size_t text_bytes = 0;
  double read_seconds = 0;
};

bool ends_sentence(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\n')) text.remove_suffix(1);
  for (std::string_view close : {"\"", ")", "”", "’", "」", "』", "）"})
    if (text.ends_with(close)) text.remove_suffix(close.size());
  for (std::string_view stop : {".", "!", "?", ":", ";", "。", "！", "？", "؟", "．"})
    if (text.ends_with(stop)) return true;
  return false;
}

// Knows where blocks begin and end.
class Edges {
 public:
  explicit Edges(const std::vector<Block>& blocks) {
    for (const auto& block : blocks) ends_.insert(tail(block.text));
  }
  // Whether a text is cut off within a sentence, or within a row or line.
  [[nodiscard]] bool is_cut(const Piece& piece) const {
    auto last = piece.spans.empty() ? std::string_view(piece.text)
                                    : std::string_view(piece.text).substr(piece.spans.back().begin);
    if (piece.type != "text") return false;
    return !ends_.contains(tail(last)) && !ends_sentence(last);
  }

 private:
  static std::string tail(std::string_view text) {
    return std::string(text.substr(text.size() - std::min(text.size(), edge_bytes)));
  }
  std::set<std::string> ends_;
};

std::vector<Piece> cut(const Document& document, const Setting& setting) {
  std::vector<Piece> pieces;
  if (setting.blind_bytes == 0) {
    Chunker chunker(setting.options, [&](Piece piece) -> Result<void> {
      pieces.push_back(std::move(piece));
      return {};
    });
    if (!chunker.add(document.blocks) || !chunker.finish()) return {};
    return pieces;
  }
  std::string all;
  for (const auto& block : document.blocks) all += block.text + "\n";
  for (std::string_view rest = all; !rest.empty();) {
    auto part = utf8_prefix(rest, setting.blind_bytes);
    pieces.push_back({.text = std::string(part)});
    if (part.size() == rest.size()) break;
    rest.remove_prefix(utf8_prefix(rest, setting.blind_bytes * 9 / 10).size());
  }
  return pieces;
}

void print_row(const Document& document, const Setting& setting, const Measure& tokens_of) {
  double before = cpu_now();
  auto pieces = cut(document, setting);
  double seconds = cpu_now() - before;
  if (pieces.empty()) return;
  Edges edges(document.blocks);
  double tokens = 0;
  int most = 0;
  std::size_t small = 0;
  std::size_t cut_off = 0;
  std::size_t under_heading = 0;
  for (const auto& piece : pieces) {
    int count = tokens_of(piece.text);
    tokens += count;
    most = std::max(most, count);
    if (piece.size < setting.options.size_target / 4) ++small;
    if (edges.is_cut(piece)) ++cut_off;
    if (!piece.heading_path.empty()) ++under_heading;
  }
  auto count = static_cast<double>(pieces.size());
  auto percent = [count](std::size_t part) { return 100.0 * static_cast<double>(part) / count; };
  std::printf(
      "  %-22s %6zu pieces  %5.0f mean %5d max tokens  %4.1f%% short  %4.1f%% cut  "
      "%5.1f%% headed  %6.1f ms  %5.0f MB/s\n",
      setting.name.c_str(), pieces.size(), tokens / count, most, percent(small), percent(cut_off),
      percent(under_heading), seconds * 1000,
      static_cast<double>(document.text_bytes) / 1e6 / std::max(seconds, 1e-9));
}

std::vector<Setting> make_settings(const Counters& counters) {
  Measure cheap = [](std::string_view text) { return static_cast<int>(text.size() / 4 + 1); };
  auto structure = [](const Measure& measure, int target, int most) {
    return ChunkerOptions{.measure = measure,
                          .size_target = target,
                          .size_max = most,
                          .overlap = target * 15 / 100,
                          .size_small = target / 4};
  };
  auto apart = structure(counters.model, 384, 512);
  apart.size_small = 0;
  auto characters = structure(count_characters, 500, 500);
  characters.overlap = 50;
  return {{.name = "384/512, o200k", .options = structure(counters.model, 384, 512)},
          {.name = "the same, none joined", .options = apart},
          {.name = "92/103, encoder", .options = structure(counters.encoder, 92, 103)},
          {.name = "500 characters", .options = characters},
          {.name = "384/512, bytes/4", .options = structure(cheap, 384, 512)},
          {.name = "blind 500 bytes", .options = {.size_target = 0}, .blind_bytes = 500}};
}

int run(const std::string& native, const std::vector<std::string>& files) {
  auto pdfium = Pdfium::open(native + "/pdfium/libpdfium.so");
  auto tokens = TokenCounter::load(native + "/tokens/o200k_base.tiktoken");
  if (!pdfium || !tokens) {
    std::fprintf(stderr, "%s\n", (pdfium ? tokens.error() : pdfium.error()).message.c_str());
    return 1;
  }
  Counters counters{
      .model = [&](std::string_view text) { return static_cast<int>(tokens->count(text)); }};
  auto encoder = make_token_counter(native + "/sentence_encoder/sentence_encoder.vocab");
  counters.encoder = encoder ? *encoder : counters.model;
  auto formats = make_all_formats(pdfium->get());
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    Document document{.file = file};
    DocumentSink sink{.blocks = [&document](std::vector<Block> blocks) -> Result<void> {
      for (auto& block : blocks) document.blocks.push_back(std::move(block));
      return {};
    }};
    double before = cpu_now();
    auto summary = read_document(bytes, {.file_name = file}, formats, sink);
    document.read_seconds = cpu_now() - before;
    if (!summary) {
      std::printf("%s: %s\n", file.c_str(), summary.error().message.c_str());
      continue;
    }
    for (const auto& block : document.blocks) document.text_bytes += block.text.size();
    std::printf("%s: %d pages, %zu blocks, %.2f MB of text, read in %.1f ms\n", file.c_str(),
                summary->pages_read, document.blocks.size(),
                static_cast<double>(document.text_bytes) / 1e6, document.read_seconds * 1000);
    for (const auto& setting : make_settings(counters))
      print_row(document, setting, counters.model);
  }
  return 0;
}

}  // namespace
}  // namespace aiva::documents

int main(int argc, char** argv) {
  std::string native = "native/unpacked";
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--native" && i + 1 < argc)
      native = argv[++i];
    else
      files.emplace_back(argv[i]);
  }
  if (files.empty()) {
    std::fprintf(stderr, "usage: chunking_bench [--native FOLDER] FILE...\n");
    return 2;
  }
  return aiva::documents::run(native, files);
}
