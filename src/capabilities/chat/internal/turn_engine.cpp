#include "capabilities/chat/internal/turn_engine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capabilities/chat/internal/goods.h"
#include "capabilities/chat/internal/moderated_turn.h"
#include "capabilities/chat/internal/said_beside.h"
#include "capabilities/chat/internal/turn_costs.h"
#include "capabilities/chat/personal_data.h"
#include "capabilities/chat/phrases.h"
#include "capabilities/chat/topics.h"
#include "foundation/both.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr int chunks_to_extract_from = 16;
constexpr std::size_t found_query_bytes_max = 2000;  // of what images and products are asked for

// An answer in words of ours.
Task<Result<Reply>> reply_by_rule(std::string text, Decision decision, TurnListener listener) {
  CO_TRY_VOID(co_await tell(listener, {.kind = TurnEvent::Kind::sources}));
  CO_TRY_VOID(co_await tell(listener, {.kind = TurnEvent::Kind::delta, .text = text}));
  co_return Reply{.text = std::move(text), .decision = std::move(decision), .provider = "rule"};
}

}  // namespace

TurnEngine::TurnEngine(const ChatParts& parts, const ChatSettings& settings)
    : parts_(parts),
      settings_(settings),
      removed_citations_(parts.metrics.counter("aiva_chat_removed_citations_total",
                                               "Citations of passages that were never given")),
      blocked_(parts.metrics.counter("aiva_chat_blocked_questions_total",
                                     "Questions about a topic the agent does not speak about")),
      refused_(parts.metrics.counter("aiva_chat_refused_questions_total",
                                     "Questions that a moderator kept from the model")) {}

Task<Result<agents::ActiveAgentPointer>> TurnEngine::find_agent(CallContext context,
                                                                std::string id_or_slug) {
  if (id_or_slug.empty()) co_return agents::ActiveAgentPointer();
  if (parts_.agents == nullptr) co_return fail(ErrorCode::not_found, "There is no such agent");
  auto finding = parts_.agents->find(context, std::move(id_or_slug));
  auto agent = co_await std::move(finding);
  co_return agent;
}

Manner TurnEngine::manner_of_agent(const agents::ActiveAgentPointer& agent) const {
  return agent ? manner_of(*agent, settings_) : manner_without_agent(settings_);
}

Result<void> TurnEngine::check_can_answer(const Manner& manner) const {
  bool may_search = !manner.bases.empty() && manner.search != SearchMode::never;
  if (parts_.model != nullptr || may_search) return {};
  return fail(invalid_field("kb_id",
                            "this session needs a knowledge base: no language model is "
                            "configured, so answers come from documents only"));
}

Task<Result<TurnEngine::Outcome>> TurnEngine::run(CallContext context, TurnInput input,
                                                  TurnListener listener) {
  Findings findings(parts_, settings_);
  auto begin = parts_.clock.steady();
  CO_TRY_VOID(check_can_answer(input.manner));
  Moderated moderated;
  CO_TRY(auto refusal, co_await refuse_question(context, parts_, input, listener, moderated));
  Reply replied;
  if (refusal) {
    refused_.add();
    replied = *std::move(refusal);
  } else {
    CO_TRY_VOID(co_await look_beside(context, parts_, input));
    input.history = with_said(std::move(input.history), input.said);
    HeldAnswer held(parts_, input, std::move(listener));
    CO_TRY(replied, co_await reply(context, input, findings, held.listener()));
    co_await held.release(context, replied, moderated);
  }
  replied.decision.moderation = std::move(moderated);
  removed_citations_.add(static_cast<double>(replied.removed_citations));
  auto outcome = outcome_of(input, findings, std::move(replied));
  std::chrono::duration<double, std::milli> time = parts_.clock.steady() - begin;
  outcome.answer.time_ms = time.count();
  co_return outcome;
}

Task<Result<Reply>> TurnEngine::reply(CallContext context, const TurnInput& input,
                                      Findings& findings, TurnListener listener) {
  const auto& manner = input.manner;
  if (auto topic = find_topic(input.question, manner.blocked_topics)) {
    blocked_.add();
    std::string text(phrase_in(manner.language, Phrase::blocked_topic));
    Decision decision{.blocked_topic = *std::move(topic)};
    auto saying = reply_by_rule(std::move(text), std::move(decision), std::move(listener));
    auto said = co_await std::move(saying);
    co_return said;
  }
  RewrittenQuery query;
  FoundProducts products;
  if (!manner.bases.empty() && manner.search != SearchMode::never) {
    query = co_await query_of(context, input);
    auto hits_max = parts_.model != nullptr ? settings_.context_chunks : chunks_to_extract_from;
    auto searching = findings.search(context, manner.bases, query.text, input.session, hits_max);
    auto finding = products_for(context, input, query.text);
    auto both_found = both(std::move(searching), std::move(finding));
    auto [searched, found] = co_await std::move(both_found);
    CO_TRY_VOID(std::move(searched));
    products = std::move(found);
  }
  // Beside the reply, so that nobody waits for them.
  auto looking = images_for(context, input, query.text);
  TurnTools tools{parts_, settings_, input, findings, &products.products};
  auto replying =
      parts_.model != nullptr
          ? reply_by_model(context, tools, query.usage, std::move(listener))
          : reply_by_extract(context, tools, std::move(query.text), std::move(listener));
  auto both_done = both(std::move(replying), std::move(looking));
  auto [replied, images] = co_await std::move(both_done);
  if (!replied) co_return std::move(replied);
  replied->images = std::move(images);
  replied->products.base_cost = products.base_cost;
  add_products(replied->products.products, std::move(products.products));
  co_return std::move(replied);
}

// None where something goes wrong: the answer does without.
Task<FoundProducts> TurnEngine::products_for(CallContext context, const TurnInput& input,
                                             std::string query) {
  if (!input.wants_products || !parts_.find_products) co_return FoundProducts{};
  ProductWish wish{.bases = input.manner.bases,
                   .text = std::string(utf8_prefix(query, found_query_bytes_max))};
  if (!input.images.empty()) wish.picture = input.images.front().bytes;
  auto finding = parts_.find_products(context, std::move(wish));
  auto found = co_await std::move(finding);
  if (found) co_return *std::move(found);
  log::failure("A chat turn is answered without products", context, found.error());
  co_return FoundProducts{};
}

// None where something goes wrong: the answer does without.
Task<FoundImages> TurnEngine::images_for(CallContext context, const TurnInput& input,
                                         std::string query) {
  const auto& manner = input.manner;
  bool may_look = input.wants_images && parts_.find_images && !manner.bases.empty();
  if (!may_look || manner.search == SearchMode::never) co_return FoundImages{};
  ImageWish wish{.bases = manner.bases,
                 .text = std::string(utf8_prefix(query, found_query_bytes_max))};
  if (!input.images.empty()) wish.picture = input.images.front().bytes;
  auto finding = parts_.find_images(context, std::move(wish));
  auto found = co_await std::move(finding);
  if (found) co_return *std::move(found);
  log::failure("A chat turn is answered without images", context, found.error());
  co_return FoundImages{};
}

Task<RewrittenQuery> TurnEngine::query_of(CallContext context, const TurnInput& input) {
  RewrittenQuery query{.text = make_search_query(input.question, input.history)};
  bool is_follow_up = std::ranges::any_of(  // a greeting alone is nothing to follow
      input.history, [](const auto& message) { return message.role == ChatRole::user; });
  if (!input.manner.rewrites_by_model || parts_.model == nullptr || !is_follow_up) co_return query;
  PersonalMask mask;
  auto question = input.question;
  auto history = input.history;
  if (input.manner.masks_personal) {
    question = mask.mask(question);
    for (auto& message : history) message.content = mask.mask(message.content);
  }
  auto rewriting = rewrite_query(context, *parts_.model, settings_, input.manner.model,
                                 std::move(question), std::move(history));
  auto rewritten = co_await std::move(rewriting);
  query.usage = rewritten.usage;
  if (!rewritten.text.empty()) query.text = mask.unmask(rewritten.text);
  co_return query;
}

TurnEngine::Outcome TurnEngine::outcome_of(const TurnInput& input, const Findings& findings,
                                           Reply reply) const {
  Outcome outcome{.answer = {.session = input.session,
                             .message = input.answer,
                             .text = std::move(reply.text),
                             .sources = std::move(reply.sources),
                             .images = std::move(reply.images.images),
                             .products = std::move(reply.products.products),
                             .function_calls = std::move(reply.function_calls),
                             .decision = std::move(reply.decision),
                             .provider = std::move(reply.provider),
                             .model = std::move(reply.model),
                             .temperature = input.manner.temperature,
                             .finish_reason = std::move(reply.finish_reason),
                             .is_extractive = reply.is_extractive,
                             .is_interrupted = reply.is_interrupted,
                             .removed_citations = reply.removed_citations,
                             .context_chunks = reply.context_chunks,
                             .input_tokens = reply.usage.input_tokens,
                             .cached_tokens = reply.usage.cached_tokens,
                             .output_tokens = reply.usage.output_tokens},
                  .caller_calls = std::move(reply.caller_calls)};
  auto& answer = outcome.answer;
  for (const auto& one : input.said) answer.said_moderation.push_back(one.moderation);
  if (input.agent) {
    answer.agent = input.agent->id;
    answer.agent_name = input.agent->name;
    answer.agent_version = input.agent->version;
  }
  if (findings.has_searched()) answer.operations.push_back({"search", findings.cost()});
  if (reply.images.base_cost > 0)
    answer.operations.push_back({"image_search", reply.images.base_cost});
  if (reply.products.base_cost > 0)
    answer.operations.push_back({"product_search", reply.products.base_cost});
  if (!answer.model.empty()) {
    auto price = price_of_work(settings_, answer.provider, answer.model, reply.usage);
    answer.operations.push_back({"chat", price});
  }
  for (const auto& operation : answer.operations) answer.base_cost += operation.base_cost;
  return outcome;
}

}  // namespace aiva::chat
