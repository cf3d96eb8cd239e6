#include "capabilities/knowledge/internal/chunk_embedding.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "foundation/crypto.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t texts_per_read = 256;

// Chunks with their vectors, and those that have none yet.
struct Work {
  ChunkVectors vectors{};
  std::vector<std::size_t> open{};                           // chunks to embed
  std::vector<std::pair<std::size_t, std::size_t>> alike{};  // chunk, an earlier one of equal text

  [[nodiscard]] std::span<float> row(std::size_t chunk) {
    return std::span(vectors.values).subspan(chunk * vectors.dimension, vectors.dimension);
  }
};

// Every chunk with its text's hash; those of a text that came before follow that one.
Work begin_work(const EmbedRequest& request, std::size_t dimension) {
  auto count = request.collector->chunks().size();
  Work work;
  work.vectors.dimension = dimension;
  work.vectors.values.resize(count * dimension);
  work.vectors.text_sha256.reserve(count);
  std::unordered_map<std::string_view, std::size_t> firsts;
  for (std::size_t i = 0; i < count; ++i) {
    auto text = request.collector->text_to_embed(i, request.title);
    work.vectors.text_sha256.push_back(to_hex(sha256(text)));
    auto [first, is_new] = firsts.try_emplace(work.vectors.text_sha256.back(), i);
    if (is_new)
      work.open.push_back(i);
    else
      work.alike.emplace_back(i, first->second);
  }
  return work;
}

// Takes from the rows what is there.
Task<Result<void>> find_known(CallContext context, Core& core, Work& work) {
  std::vector<std::size_t> unknown;
  std::span<const std::size_t> left(work.open);
  while (!left.empty()) {
    auto group = left.first(std::min(left.size(), texts_per_read));
    left = left.subspan(group.size());
    auto reading =
        read(core.parts.database, context, [&](SqlSession& sql) -> Result<std::vector<bool>> {
          ChunksTable table(sql);
          std::vector<bool> found;
          for (auto chunk : group) {
            TRY(auto is_known, table.find_vector(context.tenant, work.vectors.text_sha256[chunk],
                                                 core.parts.embedder.model(), work.row(chunk)));
            found.push_back(is_known);
          }
          return found;
        });
    CO_TRY(auto found, co_await std::move(reading));
    for (std::size_t i = 0; i < group.size(); ++i)
      if (!found[i]) unknown.push_back(group[i]);
  }
  work.vectors.reused += static_cast<std::int64_t>(work.open.size() - unknown.size());
  work.open = std::move(unknown);
  co_return Result<void>{};
}

// Embeds `chunks` in one call. `work` and `chunks` outlive the task.
Task<Result<void>> embed_batch(CallContext context, TextEmbedder& embedder,
                               const EmbedRequest& request, std::span<const std::size_t> chunks,
                               Work& work) {
  std::vector<std::string> texts;
  texts.reserve(chunks.size());
  for (auto chunk : chunks) texts.push_back(request.collector->text_to_embed(chunk, request.title));
  auto embedding = embedder.embed(context, std::move(texts));
  CO_TRY(auto embedded, co_await std::move(embedding));
  if (embedded.dimension != work.vectors.dimension || embedded.model != embedder.model() ||
      embedded.values.size() != chunks.size() * work.vectors.dimension)
    co_return fail(internal_error("The embedder answered vectors of another shape"));
  for (std::size_t i = 0; i < chunks.size(); ++i)
    std::ranges::copy(embedded.row(i), work.row(chunks[i]).begin());
  work.vectors.tokens += embedded.tokens;
  co_return Result<void>{};
}

}  // namespace

Task<Result<ChunkVectors>> embed_chunks(CallContext context, Core& core, EmbedRequest request) {
  auto& embedder = core.parts.embedder;
  if (embedder.dimension() == 0) co_return ChunkVectors{};  // no embedder: keywords must do
  auto work = begin_work(request, embedder.dimension());
  auto finding = find_known(context, core, work);
  CO_TRY_VOID(co_await std::move(finding));

  auto done = work.vectors.reused;
  std::span<const std::size_t> left(work.open);
  while (!left.empty()) {
    CO_TRY_VOID(context.check());
    auto batch = left.first(std::min(left.size(), std::max<std::size_t>(request.batch, 1)));
    left = left.subspan(batch.size());
    auto embedding = embed_batch(context, embedder, request, batch, work);
    CO_TRY_VOID(co_await std::move(embedding));
    done += static_cast<std::int64_t>(batch.size());
    if (!request.on_progress) continue;
    auto telling = request.on_progress(done);
    CO_TRY_VOID(co_await std::move(telling));
  }
  for (auto [chunk, first] : work.alike)
    std::ranges::copy(work.row(first), work.row(chunk).begin());
  work.vectors.reused += static_cast<std::int64_t>(work.alike.size());
  core.embeddings_reused.add(static_cast<double>(work.vectors.reused));
  co_return std::move(work.vectors);
}

}  // namespace aiva::knowledge
