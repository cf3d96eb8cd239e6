#include <utility>

#include "capabilities/chat/extract.h"
#include "capabilities/chat/internal/goods.h"
#include "capabilities/chat/internal/turn.h"
#include "foundation/log.h"

namespace aiva::chat {
namespace {

constexpr std::size_t shortlist_max =
    24;  // sentences compared by meaning: one batch of the encoder

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

// Compares every extract with the question; leaves them uncompared when the embedder fails.
Task<void> compare_meanings(CallContext context, TextEmbedder& embedder, const std::string& query,
                            std::span<const search::TextHit> hits, std::vector<Extract>& extracts) {
  std::vector<std::string> texts;
  texts.push_back(query);
  for (const auto& extract : extracts) texts.push_back(text_to_embed(hits, extract));
  auto embedded = co_await embedder.embed(context, std::move(texts));
  if (!embedded) {
    log::failure("Answers are chosen by words alone", context, embedded.error());
    co_return;
  }
  for (std::size_t i = 0; i < extracts.size(); ++i)
    extracts[i].cosine = dot(embedded->row(0), embedded->row(i + 1));
}

// The agent's language, else that of the question.
std::string language_of(const TurnTools& turn) {
  const auto& input = turn.input;
  if (!input.manner.language.empty() || !turn.parts.detect_language) return input.manner.language;
  return turn.parts.detect_language(input.question);
}

}  // namespace

Task<Result<Reply>> reply_by_extract(CallContext context, TurnTools tools, std::string query,
                                     TurnListener listener) {
  const auto& found = tools.findings.first();
  std::span<const search::TextHit> hits = found.hits;
  auto shortlist = shortlist_extracts(query, hits, shortlist_max);
  bool can_compare = found.used_vectors && !shortlist.empty();
  if (can_compare) co_await compare_meanings(context, tools.parts.embedder, query, hits, shortlist);
  CO_TRY_VOID(context.check());
  auto chosen = choose_extracts(query, hits, std::move(shortlist));
  auto composed = compose_reply(hits, chosen);
  bool has_products = tools.products != nullptr && !tools.products->empty();
  if (chosen.empty() && has_products)
    composed.lead = name_products(*tools.products, language_of(tools));

  Reply reply{.text = composed.lead,
              .sources = std::move(composed.sources),
              .provider = "extractive",
              .is_extractive = true,
              .context_chunks = static_cast<std::int64_t>(hits.size())};
  for (const auto& part : composed.parts) reply.text += part;

  // The reply is complete whether or not somebody still listens.
  TurnEvent sources{.kind = TurnEvent::Kind::sources, .sources = reply.sources};
  auto told = co_await tell(listener, std::move(sources));
  composed.parts.insert(composed.parts.begin(), composed.lead);
  for (std::size_t i = 0; told && i < composed.parts.size(); ++i) {
    TurnEvent delta{.kind = TurnEvent::Kind::delta, .text = composed.parts[i]};
    told = co_await tell(listener, std::move(delta));
  }
  co_return reply;
}

}  // namespace aiva::chat
