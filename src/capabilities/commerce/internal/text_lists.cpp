#include "capabilities/commerce/internal/text_lists.h"

#include <utility>

#include "foundation/both.h"
#include "foundation/log.h"

namespace aiva::commerce {

TextSearch::TextSearch(PassageIndex& index, TextEmbedder& embedder, Metrics& metrics)
    : index_(index),
      embedder_(embedder),
      degraded_(metrics.counter("aiva_product_search_degraded_total",
                                "Searches of products that had to do without one of their lists")) {
}

Task<Result<std::vector<std::string>>> TextSearch::known_of(CallContext context,
                                                            std::vector<KnowledgeBaseId> bases,
                                                            std::vector<std::string> words) {
  std::vector<std::string> known;
  for (auto& word : words) {
    auto searching = index_.search_words_across(context, bases, word, PassageQuery{.count_max = 1});
    CO_TRY(auto hits, co_await std::move(searching));
    if (!hits.empty()) known.push_back(std::move(word));
  }
  co_return known;
}

Task<Result<TextVector>> TextSearch::embed(CallContext context, std::string meaning) {
  if (embedder_.dimension() == 0) co_return TextVector{};
  std::vector<std::string> texts;
  texts.push_back(std::move(meaning));
  auto embedding = embedder_.embed(context, std::move(texts));
  CO_TRY(auto embedded, co_await std::move(embedding));
  auto row = embedded.row(0);
  co_return TextVector{.values = {row.begin(), row.end()}, .tokens = embedded.tokens};
}

Task<TextSearch::Hits> TextSearch::find_words(CallContext context, TextWanted wanted) {
  PassageQuery query{.count_max = wanted.count_max,
                     .filter = {.documents = std::move(wanted.documents)},
                     .wants_reasons = wanted.wants_reasons};
  auto searching = index_.search_words_across(context, std::move(wanted.bases),
                                              std::move(wanted.words), std::move(query));
  auto hits = co_await std::move(searching);
  co_return hits;
}

Task<TextSearch::Hits> TextSearch::find_near(CallContext context, TextWanted wanted,
                                             std::vector<float> vector) {
  if (vector.empty()) co_return std::vector<PassageHit>{};
  PassageQuery query{.count_max = wanted.count_max,
                     .filter = {.documents = std::move(wanted.documents)}};
  auto searching = index_.search_vectors_across(context, std::move(wanted.bases), std::move(vector),
                                                std::move(query));
  auto hits = co_await std::move(searching);
  co_return hits;
}

Task<TextSearch::Near> TextSearch::embed_and_find(CallContext context, TextWanted wanted,
                                                  std::string meaning) {
  auto embedding = embed(context, std::move(meaning));
  auto vector = co_await std::move(embedding);
  Near near;
  if (!vector) {
    near.hits = fail(std::move(vector.error()));
    co_return near;
  }
  near.vector = std::move(*vector);
  auto finding = find_near(context, std::move(wanted), near.vector.values);
  near.hits = co_await std::move(finding);
  co_return near;
}

Task<Result<TextLists>> TextSearch::find(CallContext context, TextWanted wanted,
                                         std::string meaning) {
  auto by_words = find_words(context, wanted);
  auto by_meaning = embed_and_find(context, std::move(wanted), std::move(meaning));
  auto asking = both(std::move(by_words), std::move(by_meaning));
  auto [words, near] = co_await std::move(asking);
  CO_TRY_VOID(context.check());
  co_return join(context, std::move(words), std::move(near));
}

Task<Result<TextLists>> TextSearch::find(CallContext context, TextWanted wanted,
                                         TextVector vector) {
  auto by_words = find_words(context, wanted);
  auto by_meaning = find_near(context, std::move(wanted), vector.values);
  auto asking = both(std::move(by_words), std::move(by_meaning));
  auto [words, hits] = co_await std::move(asking);
  CO_TRY_VOID(context.check());
  Near near{.hits = std::move(hits), .vector = std::move(vector)};
  co_return join(context, std::move(words), std::move(near));
}

Result<TextLists> TextSearch::join(const CallContext& context, Hits words, Near near) {
  for (const auto* hits : {&words, &near.hits})
    if (!*hits && hits->error().code == ErrorCode::not_found) return fail(hits->error());
  if (!words && !near.hits) return fail(std::move(words.error()));
  if (!words || !near.hits) {
    degraded_.add();
    log::failure(
        words ? "Products are searched by words alone" : "Products are searched by meaning alone",
        context, words ? near.hits.error() : words.error());
  }
  TextLists lists{.vector = std::move(near.vector)};
  if (words) lists.words = std::move(*words);
  if (near.hits) lists.meaning = std::move(*near.hits);
  return lists;
}

}  // namespace aiva::commerce
