#include "capabilities/knowledge/internal/chunk_collector.h"

#include <algorithm>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::knowledge {
namespace {

constexpr int tokens_target = 384;
constexpr int tokens_max = 512;
// What the place in the document takes of the embedder's limit: a fifth of a short one.
constexpr int heading_tokens_max = 48;
constexpr int heading_share = 5;
constexpr std::size_t heading_bytes_per_token = 4;
constexpr int small_share = 4;  // a chunk of less than this part of the target is a short one
constexpr std::string_view path_separator = " > ";

int embedder_tokens(const CollectorOptions& options) {
  return static_cast<int>(std::min<std::size_t>(options.embedder_tokens_max, 8192));
}

int heading_tokens(const CollectorOptions& options) {
  return std::min(heading_tokens_max, embedder_tokens(options) / heading_share);
}

// How many tokens a text counts for: an encoder that does not know a script takes a whole run of it
// for one token, but chunks of it must not grow without end.
int tokens_of(const CollectorOptions& options, std::string_view text) {
  constexpr std::ptrdiff_t characters_per_token = 3;
  auto is_foreign = [](char c) { return static_cast<unsigned char>(c) >= 0xC0; };
  auto foreign = std::ranges::count_if(text, is_foreign);
  return std::max(options.count_tokens(text), static_cast<int>(foreign / characters_per_token));
}

documents::ChunkerOptions options_of(const CollectorOptions& options) {
  if (options.cut.chunk_size > 0)
    return {.measure = documents::count_characters,
            .size_target = options.cut.chunk_size,
            .size_max = options.cut.chunk_size,
            .overlap = options.cut.chunk_overlap,
            .size_small = options.cut.chunk_size / small_share};
  auto size_max = std::clamp(embedder_tokens(options) - heading_tokens(options), 32, tokens_max);
  // An embedder that reads little is filled nearly to its limit: its passages are short anyhow.
  auto target = std::min(tokens_target, size_max * 9 / 10);
  return {.measure = [&options](std::string_view text) { return tokens_of(options, text); },
          .size_target = target,
          .size_max = size_max,
          .overlap = target * 15 / 100,
          .size_small = target / small_share};
}

// The end of a heading path that fits, from whole headings: the nearest one says most.
std::string_view nearest_headings(std::string_view path, std::size_t bytes_max) {
  while (path.size() > bytes_max) {
    auto end = path.find(path_separator);
    if (end == std::string_view::npos) return utf8_prefix(path, bytes_max);
    path.remove_prefix(end + path_separator.size());
  }
  return path;
}

}  // namespace

ChunkCollector::ChunkCollector(CollectorOptions options)
    : options_(std::move(options)), chunker_(options_of(options_), [this](documents::Piece piece) {
        return take(std::move(piece));
      }) {}

Result<void> ChunkCollector::add(const std::vector<Block>& blocks) {
  tables_ += std::ranges::count(blocks, BlockKind::table, &Block::kind);
  return chunker_.add(blocks);
}

Result<void> ChunkCollector::finish() { return chunker_.finish(); }

Result<void> ChunkCollector::take(documents::Piece piece) {
  text_bytes_ += piece.text.size() + piece.heading_path.size();
  if (text_bytes_ > options_.text_bytes_max)
    return fail(ErrorCode::too_large, "The document has more than " +
                                          std::to_string(options_.text_bytes_max >> 20U) +
                                          " MB of text");
  if (chunks_.size() == options_.chunks_max)
    return fail(ErrorCode::too_large,
                "The document has more than " + std::to_string(options_.chunks_max) + " passages");
  Chunk chunk{.id = ChunkId::make(),
              .document = options_.document,
              .knowledge_base = options_.knowledge_base,
              .index = static_cast<std::int64_t>(chunks_.size()),
              .type = std::move(piece.type),
              .text = std::move(piece.text),
              .heading_path = std::move(piece.heading_path),
              .page_first = piece.page_first,
              .page_last = piece.page_last};
  chunk.token_count = options_.cut.chunk_size > 0 ? tokens_of(options_, chunk.text) : piece.size;
  tokens_ += chunk.token_count;
  chunk.spans.reserve(piece.spans.size());
  for (const auto& span : piece.spans)
    chunk.spans.push_back(
        {.page = span.page, .begin = span.begin, .end = span.end, .box = span.box});
  chunks_.push_back(std::move(chunk));
  return {};
}

std::map<std::string, std::int64_t> ChunkCollector::chunks_by_type() const {
  std::map<std::string, std::int64_t> counts;
  for (const auto& chunk : chunks_) ++counts[chunk.type];
  return counts;
}

std::string ChunkCollector::text_to_embed(std::size_t index, std::string_view title) const {
  const auto& chunk = chunks_[index];
  auto heading_bytes_max =
      static_cast<std::size_t>(heading_tokens(options_)) * heading_bytes_per_token;
  auto title_bytes_max = heading_bytes_max * 2 / 5;
  std::string place;
  if (!title.empty() && !chunk.heading_path.starts_with(title))
    place = utf8_prefix(title, title_bytes_max);
  if (!chunk.heading_path.empty()) {
    if (!place.empty()) place += path_separator;
    place += nearest_headings(chunk.heading_path, heading_bytes_max - place.size());
  }
  if (place.empty()) return chunk.text;
  return place.append("\n").append(chunk.text);
}

}  // namespace aiva::knowledge
