#include "capabilities/search/internal/shared_answers.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "capabilities/search/internal/highlights.h"
#include "capabilities/search/internal/shared_answer_text.h"
#include "capabilities/search/question.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::search {
namespace {

constexpr const char* cleared_topic = "answers";
constexpr std::size_t epochs_max = 4096;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t hash_bytes = 16;

std::string epoch_key(TenantId tenant, KnowledgeBaseId base) {
  return "answers/epoch/" + tenant.to_string() + "/" + base.to_string();
}

std::string answer_key(TenantId tenant, const CacheScope& scope, std::string_view sense) {
  Sha256 hash;
  hash.update(scope.form);
  hash.update(std::string_view("\0", 1));
  hash.update(sense);
  auto digest = hash.finish();
  return "answers/" + tenant.to_string() + "/" + scope.base.to_string() + "/" +
         std::to_string(scope.epoch) + "." + std::to_string(scope.version) + "/" +
         to_hex(std::span(digest).first(hash_bytes));
}

// Instants from 0 to tomorrow; anything else is 0.
std::int64_t read_epoch(std::string_view text, std::int64_t now) {
  std::int64_t value = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  bool is_number = end.ec == std::errc() && end.ptr == text.data() + text.size();
  return is_number && value >= 0 && value <= now + day_ms ? value : 0;
}

}  // namespace

SharedAnswers::SharedAnswers(SharedAnswersParts parts, SharedAnswersSettings settings)
    : parts_(parts),
      settings_(settings),
      failures_(parts.metrics.counter("aiva_search_shared_cache_failures_total",
                                      "Calls of the shared cache that failed or took too long")),
      refused_(parts.metrics.counter("aiva_search_shared_answers_refused_total",
                                     "Answers in the shared cache that could not be used")) {
  if (parts_.signals == nullptr) return;
  clearings_elsewhere_ = parts_.signals->subscribe(
      cleared_topic, [this](std::string_view payload) { hear_of_clearing(payload); });
}

SharedAnswers::~SharedAnswers() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return unwritten_ == 0; });
}

CallContext SharedAnswers::hurried(const CallContext& context) const {
  auto hurry = context;
  hurry.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + settings_.patience);
  return hurry;
}

bool SharedAnswers::is_resting() {
  auto now = parts_.clock.steady();
  std::lock_guard lock(mutex_);
  return now < rest_until_;
}

void SharedAnswers::note(bool is_sound) {
  auto now = parts_.clock.steady();
  if (!is_sound) failures_.add();
  std::lock_guard lock(mutex_);
  failures_in_row_ = is_sound ? 0 : failures_in_row_ + 1;
  if (failures_in_row_ < settings_.failures_max) return;
  failures_in_row_ = 0;
  rest_until_ = now + settings_.pause;
}

Task<std::optional<std::string>> SharedAnswers::get(CallContext context, std::string key) {
  if (is_resting()) co_return std::nullopt;
  auto begin = parts_.clock.steady();
  auto getting = parts_.cache.get(hurried(context), std::move(key));
  auto text = co_await std::move(getting);
  bool is_callers_end = !text && !context.check();
  if (!is_callers_end)
    note(text.has_value() && parts_.clock.steady() - begin <= settings_.patience);
  if (!text) co_return std::nullopt;
  co_return std::move(*text);
}

void SharedAnswers::remember_epoch(KnowledgeBaseId base, std::int64_t value) {
  auto now = parts_.clock.steady();
  std::lock_guard lock(mutex_);
  if (epochs_.size() >= epochs_max && !epochs_.contains(base)) epochs_.clear();
  epochs_[base] = {.value = value, .read_at = now};
}

// "BASE EPOCH"; anything else means that all epochs are to be looked at again.
void SharedAnswers::hear_of_clearing(std::string_view payload) {
  auto space = std::min(payload.find(' '), payload.size());
  auto base = KnowledgeBaseId::parse(payload.substr(0, space));
  auto text = payload.substr(std::min(space + 1, payload.size()));
  auto value = read_epoch(text, parts_.clock.unix_ms());
  auto now = parts_.clock.steady();
  std::lock_guard lock(mutex_);
  if (!base || value == 0) {
    for (auto& [id, known] : epochs_) known.read_at = now - settings_.epoch_time;
    return;
  }
  auto known = epochs_.find(*base);
  if (known == epochs_.end() || known->second.value >= value) return;
  known->second = {.value = value, .read_at = now};
}

Task<std::int64_t> SharedAnswers::epoch(CallContext context, KnowledgeBaseId base) {
  std::int64_t known = 0;
  {
    auto now = parts_.clock.steady();
    std::lock_guard lock(mutex_);
    auto found = epochs_.find(base);
    if (found != epochs_.end()) {
      known = found->second.value;
      if (now < found->second.read_at + settings_.epoch_time || now < rest_until_) co_return known;
    }
  }
  auto text = co_await get(context, epoch_key(context.tenant, base));
  // Nothing there may also mean that the cache failed: then what is known stays.
  if (text) known = read_epoch(*text, parts_.clock.unix_ms());
  remember_epoch(base, known);
  co_return known;
}

Task<std::optional<SharedAnswer>> SharedAnswers::find(CallContext context, CacheScope scope,
                                                      std::string query) {
  auto sense = sense_of_question(query);
  auto text = co_await get(context, answer_key(context.tenant, scope, sense));
  if (!text) co_return std::nullopt;
  auto shared = read_shared_answer(*text);
  if (!shared || sense_of_question(shared->query) != sense ||
      shared->answer.hits.size() > static_cast<std::size_t>(scope.top_k)) {
    refused_.add();
    co_return std::nullopt;
  }
  auto age = std::chrono::milliseconds(parts_.clock.unix_ms() - shared->made_at);
  if (age >= settings_.time_to_live) co_return std::nullopt;
  co_return shared;
}

Task<std::optional<CachedAnswer>> SharedAnswers::complete(CallContext context, KnowledgeBaseId base,
                                                          SharedAnswer shared, double similarity) {
  auto& answer = shared.answer;
  auto hits = co_await fetch(context, base, std::move(answer.hits));
  if (!hits) {
    refused_.add();
    co_return std::nullopt;
  }
  answer.hits = std::move(*hits);
  highlight(answer.hits, shared.query);
  auto age_ms = std::max<UnixMs>(parts_.clock.unix_ms() - shared.made_at, 0);
  CachedAnswer found{.answer = std::make_shared<const SearchAnswer>(std::move(answer)),
                     .original_query = std::move(shared.query),
                     .similarity = similarity,
                     .age_s = static_cast<double>(age_ms) / 1000};
  co_return found;
}

// The hits with their chunks as the tenant's rows have them.
Task<Result<std::vector<TextHit>>> SharedAnswers::fetch(CallContext context, KnowledgeBaseId base,
                                                        std::vector<TextHit> hits) {
  std::vector<ChunkId> ids;
  ids.reserve(hits.size());
  for (const auto& hit : hits) ids.push_back(hit.chunk.id);
  if (ids.empty()) co_return hits;
  CO_TRY(auto chunks, co_await parts_.knowledge.chunks(context, std::move(ids)));
  if (chunks.size() != hits.size()) co_return fail(ErrorCode::not_found, "A chunk is gone");
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (chunks[i].knowledge_base != base || chunks[i].id != hits[i].chunk.id)
      co_return fail(ErrorCode::not_found, "A chunk belongs elsewhere");
    hits[i].chunk = std::move(chunks[i]);
  }
  co_return hits;
}

void SharedAnswers::put(const CallContext& context, const CacheScope& scope,
                        const NewAnswer& answer) {
  if (is_resting()) return;
  auto text = write_shared_answer({.query = answer.query,
                                   .vector = answer.vector,
                                   .made_at = parts_.clock.unix_ms(),
                                   .answer = *answer.answer});
  if (text.size() > shared_answer_bytes_max) return;
  {
    std::lock_guard lock(mutex_);
    if (unwritten_ >= settings_.unwritten_max) return;
    ++unwritten_;
  }
  auto begin = parts_.clock.steady();
  CallContext own{.tenant = context.tenant, .trace = context.trace.ids()};
  auto putting = parts_.cache.put(
      hurried(own), answer_key(context.tenant, scope, sense_of_question(answer.query)),
      std::move(text), settings_.time_to_live);
  start(std::move(putting), [this, begin](std::exception_ptr exception, const auto& outcome) {
    bool is_put = !exception && outcome && *outcome;
    note(is_put && parts_.clock.steady() - begin <= settings_.patience);
    std::lock_guard lock(mutex_);
    --unwritten_;
    idle_.notify_all();
  });
}

Task<Result<void>> SharedAnswers::clear(CallContext context, KnowledgeBaseId base) {
  auto now = parts_.clock.unix_ms();
  auto known = co_await epoch(context, base);
  auto value = std::max(now, known + 1);
  remember_epoch(base, value);
  // The answers of before have gone by themselves when the mark goes.
  auto lifetime = settings_.time_to_live + std::chrono::minutes(1);
  auto putting = parts_.cache.put(hurried(context), epoch_key(context.tenant, base),
                                  std::to_string(value), lifetime);
  auto put = co_await std::move(putting);
  note(put.has_value());
  if (parts_.signals != nullptr)
    parts_.signals->publish(cleared_topic, base.to_string() + " " + std::to_string(value));
  if (put) co_return Result<void>();
  log::failure("Other processes could not be told to forget their answers", context, put.error());
  co_return fail(ErrorCode::unavailable,
                 "The answers of this process are forgotten, those of others are not: the shared "
                 "cache cannot be reached");
}

}  // namespace aiva::search
