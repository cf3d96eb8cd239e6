#include "capabilities/knowledge/internal/chunk_embedding.h"

#include <algorithm>
#include <utility>

namespace aiva::knowledge {

Task<Result<ChunkVectors>> embed_chunks(CallContext context, TextEmbedder& embedder,
                                        EmbedRequest request) {
  auto count = request.collector->chunks().size();
  ChunkVectors vectors{.dimension = embedder.dimension()};
  if (vectors.dimension == 0) co_return vectors;  // no embedder: keywords must do
  vectors.values.reserve(count * vectors.dimension);
  auto batch = std::max<std::size_t>(request.batch, 1);
  for (std::size_t first = 0; first < count; first += batch) {
    CO_TRY_VOID(context.check());
    auto last = std::min(first + batch, count);
    std::vector<std::string> texts;
    texts.reserve(last - first);
    for (auto i = first; i < last; ++i)
      texts.push_back(request.collector->text_to_embed(i, request.title));
    auto embedding = embedder.embed(context, std::move(texts));
    CO_TRY(auto embedded, co_await std::move(embedding));
    if (embedded.dimension != vectors.dimension || embedded.model != embedder.model() ||
        embedded.values.size() != (last - first) * vectors.dimension)
      co_return fail(internal_error("The embedder answered vectors of another shape"));
    vectors.values.insert(vectors.values.end(), embedded.values.begin(), embedded.values.end());
    vectors.tokens += embedded.tokens;
    if (!request.on_progress) continue;
    auto telling = request.on_progress(static_cast<std::int64_t>(last));
    CO_TRY_VOID(co_await std::move(telling));
  }
  co_return vectors;
}

}  // namespace aiva::knowledge
