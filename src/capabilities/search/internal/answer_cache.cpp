#include "capabilities/search/internal/answer_cache.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "capabilities/search/question.h"
#include "foundation/json_writer.h"
#include "retrieval/kernels.h"

namespace aiva::search {
namespace {

void write_number(JsonWriter& writer, std::string_view name, std::optional<std::int64_t> number) {
  if (number) writer.field(name, *number);
}

std::size_t hash_of(std::string_view form) { return std::hash<std::string_view>()(form); }

}  // namespace

std::string form_of(const SearchRequest& request) {
  const auto& filter = request.filter;
  std::string form;
  JsonWriter writer(form);
  writer.begin_object()
      .field("top_k", request.top_k)
      .field("type", to_string(request.type))
      .field("metadata", json::to_text(filter.metadata));
  writer.key("documents").begin_array();
  for (const auto& document : filter.documents) writer.value(document);
  writer.end_array().key("tags").begin_array();
  for (const auto& tag : filter.tags) writer.value(tag);
  writer.end_array().key("kinds").begin_array();
  for (auto kind : filter.kinds) writer.value(static_cast<int>(kind));
  writer.end_array();
  write_number(writer, "from", filter.created_from);
  write_number(writer, "until", filter.created_until);
  write_number(writer, "page_min", filter.page_min);
  write_number(writer, "page_max", filter.page_max);
  writer.field("explain", request.explain).field("section", request.section_tokens_max);
  writer.key("ranking");
  write_options(writer, request.ranking);
  writer.end_object();
  return form;
}

// The answers of the scope's knowledge base, if it is at that version; expired ones are taken out.
std::deque<AnswerCache::Entry>* AnswerCache::entries_of(const CacheScope& scope,
                                                        Clock::time_point now) {
  auto place = places_.find(scope.base);
  if (place == places_.end()) return nullptr;
  bases_.splice(bases_.begin(), bases_, place->second);
  auto& base = bases_.front();
  if (base.version != scope.version || base.epoch != scope.epoch) return nullptr;
  while (!base.entries.empty() && is_over(base.entries.front(), now)) base.entries.pop_front();
  return &base.entries;
}

CachedAnswer AnswerCache::told(const Entry& entry, double similarity, Clock::time_point now) {
  return {.answer = entry.answer,
          .original_query = entry.query,
          .similarity = similarity,
          .age_s = std::chrono::duration<double>(now - entry.made).count()};
}

std::optional<CachedAnswer> AnswerCache::find(const CacheScope& scope, const std::string& query,
                                              Clock::time_point now) {
  auto question = normal_question(query);
  std::lock_guard lock(mutex_);
  const auto* entries = entries_of(scope, now);
  if (entries == nullptr) return std::nullopt;
  auto found = std::find_if(entries->rbegin(), entries->rend(), [&](const Entry& entry) {
    return entry.question == question && entry.form == scope.form && !is_over(entry, now);
  });
  if (found == entries->rend()) return std::nullopt;
  return told(*found, 1, now);
}

std::optional<CachedAnswer> AnswerCache::find_near(const CacheScope& scope,
                                                   const std::string& query,
                                                   std::span<const float> vector,
                                                   Clock::time_point now) {
  auto sense = sense_of_question(query);
  auto form_hash = hash_of(scope.form);
  std::lock_guard lock(mutex_);
  const auto* entries = entries_of(scope, now);
  if (entries == nullptr) return std::nullopt;
  const Entry* best = nullptr;
  auto similarity = settings_.similarity_min;
  for (const auto& entry : *entries) {
    if (entry.form_hash != form_hash || entry.vector.size() != vector.size()) continue;
    if (entry.sense != sense || is_over(entry, now)) continue;
    double cosine =
        retrieval::kernels().dot(entry.vector.data(), vector.data(), entry.vector.size());
    if (cosine < similarity || entry.form != scope.form) continue;
    best = &entry;
    similarity = cosine;
  }
  if (best == nullptr) return std::nullopt;
  return told(*best, std::min(similarity, 1.0), now);
}

void AnswerCache::put(const CacheScope& scope, NewAnswer answer) {
  if (settings_.time_to_live <= std::chrono::seconds(0)) return;
  auto question = normal_question(answer.query);
  auto sense = sense_of_question(answer.query);
  Entry entry{.form = scope.form,
              .form_hash = hash_of(scope.form),
              .question = std::move(question),
              .sense = std::move(sense),
              .query = std::move(answer.query),
              .vector = std::move(answer.vector),
              .answer = std::move(answer.answer),
              .made = answer.made};
  std::lock_guard lock(mutex_);
  auto place = places_.find(scope.base);
  if (place == places_.end()) {
    bases_.push_front(
        {.id = scope.base, .version = scope.version, .epoch = scope.epoch, .entries = {}});
    places_[scope.base] = bases_.begin();
  } else {
    bases_.splice(bases_.begin(), bases_, place->second);
  }
  auto& base = bases_.front();
  if (base.version > scope.version) return;
  if (base.version < scope.version || base.epoch != scope.epoch) base.entries.clear();
  base.version = scope.version;
  base.epoch = scope.epoch;
  base.entries.push_back(std::move(entry));
  if (base.entries.size() > settings_.answers_per_base_max) base.entries.pop_front();
  if (bases_.size() <= settings_.bases_max) return;
  places_.erase(bases_.back().id);
  bases_.pop_back();
}

std::int64_t AnswerCache::clear(KnowledgeBaseId base) {
  auto name = base.to_string();
  std::int64_t count = 0;
  std::lock_guard lock(mutex_);
  for (auto& other : bases_)
    count += static_cast<std::int64_t>(std::erase_if(other.entries, [&](const Entry& entry) {
      return other.id == base || entry.form.contains(name);
    }));
  auto place = places_.find(base);
  if (place == places_.end()) return count;
  bases_.erase(place->second);
  places_.erase(place);
  return count;
}

}  // namespace aiva::search
