#include "adapters/redis/internal/vectors/search.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "adapters/redis/internal/protocol.h"
#include "foundation/crypto.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;

constexpr std::size_t documents_per_filter = 256;
constexpr std::size_t documents_filtered_there_max = 4096;
constexpr int changes_max = 8;
constexpr int rounds_max = 32;

std::string number(std::size_t value) { return std::to_string(value); }

// Redis answers (1 + cosine) / 2.
float read_cosine(const std::string& text) {
  double similarity = 0;
  std::from_chars(text.data(), text.data() + text.size(), similarity);
  return static_cast<float>(std::clamp(2 * similarity - 1, -1.0, 1.0));
}

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

}  // namespace

VectorSearch::VectorSearch(Redis& redis, const VectorKeys& keys,
                           const RedisPassageIndexOptions& options,
                           const std::vector<float>& vector, const PassageQuery& query)
    : redis_(redis),
      keys_(keys),
      options_(options),
      query_(query),
      vector_bytes_(reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)) {
  const auto& documents = query.filter.documents;
  filters_documents_here_ =
      documents != nullptr && documents->size() > documents_filtered_there_max;
}

Task<Result<std::vector<PassageHit>>> VectorSearch::run(CallContext context, VectorState& state) {
  bool can_match = query_.filter.documents == nullptr || !query_.filter.documents->empty();
  if (query_.count_max == 0 || !can_match) co_return std::vector<PassageHit>{};
  effort_ = {.count = query_.count_max};
  int changes = 0;
  for (int rounds = 0; rounds < rounds_max; ++rounds) {
    CO_TRY(auto round, co_await ask(context, state));
    // Before the first change there is none.
    if (!round.seen && state == VectorState{}) co_return std::vector<PassageHit>{};
    if (!round.seen) co_return fail(ErrorCode::not_found, "Redis has lost the index");
    if (!round.seen->shows_the_same_as(state)) {
      state = std::move(*round.seen);
      if (++changes > changes_max) break;
      effort_ = {.count = query_.count_max};
      continue;
    }
    state.is_writing = round.seen->is_writing;
    if (round.has_lost_rows) co_return fail(ErrorCode::not_found, "Redis has lost vectors");
    if (round.may_miss)
      effort_.is_exact = true;
    else if (wants_more(round))
      effort_.count *= 4;
    else
      co_return best(round);
  }
  co_return fail(ErrorCode::unavailable, "The index changes all the time; try again");
}

Task<Result<VectorSearch::Round>> VectorSearch::ask(CallContext context, const VectorState& state) {
  Round round;
  auto batches = questions(state);
  // Commands of a connection run in order: one batch sees the state after its search.
  bool is_one_batch = batches.size() == 1 && state.sets.front().tag.empty();
  if (batches.empty())
    batches.push_back(
        {.key = keys_.state(), .may_repeat = true, .silence_max = options_.silence_max});
  if (is_one_batch || state.sets.empty()) batches.front().commands.push_back(ask_for_state(keys_));
  CO_TRY(auto answers, co_await redis_.run(context, std::move(batches)));
  for (const auto& replies : answers)
    for (const auto& reply : replies)
      if (reply.kind == Kind::error) co_return fail(to_error(reply));
  auto groups = filters(state).size();
  for (std::size_t i = 0; i < state.sets.size() * groups; ++i) {
    const auto& set = state.sets[i / groups];
    round.has_lost_rows = round.has_lost_rows || answers[i][1].integer < set.rows;
    take(answers[i][0], state, set, round);
  }
  if (state.is_cleaning) {
    CO_TRY_VOID(co_await check_replaced(std::move(context), state, round));
    co_return round;
  }
  if (is_one_batch || state.sets.empty()) {
    round.seen = read_state(answers.front().back());
    co_return round;
  }
  RedisBatch asking{.key = keys_.state(), .may_repeat = true, .silence_max = options_.silence_max};
  asking.commands.push_back(ask_for_state(keys_));
  CO_TRY(auto reply, co_await redis_.call(std::move(context), std::move(asking)));
  round.seen = read_state(reply);
  co_return round;
}

// Leaves out rows of documents that the change which is shown has replaced and which are about to
// be hidden. Reads the state behind that, or the list may have gone meanwhile.
Task<Result<void>> VectorSearch::check_replaced(CallContext context, const VectorState& state,
                                                Round& round) {
  RedisBatch asking{.key = keys_.state(), .may_repeat = true, .silence_max = options_.silence_max};
  RedisCommand membership{"SMISMEMBER", keys_.changed(state.epoch)};
  for (const auto& found : round.found) membership.push_back(write_uuid(found.name.document.uuid));
  bool has_found = !round.found.empty();
  if (has_found) asking.commands.push_back(std::move(membership));
  asking.commands.push_back(ask_for_state(keys_));
  CO_TRY(auto replies, co_await redis_.run_one(std::move(context), std::move(asking)));
  round.seen = read_state(replies.back());
  if (!has_found || replies.front().list.size() != round.found.size()) co_return Result<void>{};
  std::vector<Found> shown;
  for (std::size_t i = 0; i < round.found.size(); ++i) {
    bool is_changed = replies.front().list[i].integer == 1;
    if (!is_changed || round.found[i].name.epoch == state.epoch) shown.push_back(round.found[i]);
  }
  round.found = std::move(shown);
  co_return Result<void>{};
}

std::vector<RedisBatch> VectorSearch::questions(const VectorState& state) const {
  std::vector<RedisBatch> batches;
  auto expressions = filters(state);
  for (const auto& set : state.sets)
    for (const auto& expression : expressions) {
      RedisBatch batch{
          .key = keys_.vectors(set), .may_repeat = true, .silence_max = options_.silence_max};
      batch.commands.push_back(question(set, expression));
      batch.commands.push_back({"VCARD", keys_.vectors(set)});
      batches.push_back(std::move(batch));
    }
  return batches;
}

RedisCommand VectorSearch::question(const VectorSet& set, const std::string& filter) const {
  auto exploration = std::max(options_.exploration, 2 * effort_.count);
  RedisCommand command{"VSIM",
                       keys_.vectors(set),
                       "FP32",
                       vector_bytes_,
                       "WITHSCORES",
                       "COUNT",
                       number(effort_.count),
                       "EF",
                       number(std::min(exploration, 1'000'000UL))};
  if (!filter.empty()) {
    command.emplace_back("FILTER");
    command.push_back(filter);
  }
  if (effort_.is_exact) command.emplace_back("TRUTH");
  return command;
}

// Expressions whose answers together are the answer; an empty one lets everything through.
std::vector<std::string> VectorSearch::filters(const VectorState& state) const {
  const auto& filter = query_.filter;
  std::vector<std::string> parts;
  if (state.has_hidden_rows()) parts.push_back(".e <= " + std::to_string(state.epoch));
  if (filter.page_min) parts.push_back(".q >= " + std::to_string(*filter.page_min));
  if (filter.page_max) parts.push_back(".p <= " + std::to_string(*filter.page_max));
  std::vector<std::string> kinds;
  for (auto kind : filter.kinds) kinds.push_back(std::to_string(static_cast<int>(kind)));
  if (!kinds.empty()) parts.push_back(".k in [" + join(kinds, ",") + "]");
  if (filter.documents == nullptr || filters_documents_here_) return {join(parts, " and ")};
  std::vector<std::string> names;
  for (auto document : *filter.documents) names.push_back('"' + to_hex(document.uuid.bytes) + '"');
  std::ranges::sort(names);
  std::vector<std::string> expressions;
  for (std::size_t first = 0; first < names.size(); first += documents_per_filter) {
    auto last = std::min(names.size(), first + documents_per_filter);
    std::vector<std::string> some(names.begin() + static_cast<std::ptrdiff_t>(first),
                                  names.begin() + static_cast<std::ptrdiff_t>(last));
    auto all = parts;
    all.push_back(".d in [" + join(some, ",") + "]");
    expressions.push_back(join(all, " and "));
  }
  return expressions;
}

bool VectorSearch::is_wanted(const RowName& name) const {
  return !filters_documents_here_ || query_.filter.documents->contains(name.document);
}

// Names and scores in turn.
void VectorSearch::take(const RedisReply& reply, const VectorState& state, const VectorSet& set,
                        Round& round) {
  auto count = reply.list.size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    auto name = read_row_name(reply.list[2 * i].text);
    if (!name || name->epoch > state.epoch || !is_wanted(*name)) continue;
    round.found.push_back({.name = *name,
                           .score = read_cosine(reply.list[2 * i + 1].text),
                           .answer = round.returned.size()});
  }
  round.returned.push_back(count);
  bool is_filtered = state.has_hidden_rows() || !query_.filter.is_open();
  bool is_all = !is_filtered && count >= static_cast<std::size_t>(set.rows);
  if (count < effort_.count && !is_all && !effort_.is_exact) round.may_miss = true;
}

// Whether an answer was as long as it could be, and not all of it is shown: the next hits of that
// set may be better than those of the others.
bool VectorSearch::wants_more(const Round& round) const {
  std::vector<std::size_t> shown(round.returned.size());
  for (const auto& found : round.found) ++shown[found.answer];
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (round.returned[i] >= effort_.count && shown[i] < query_.count_max) return true;
  return false;
}

std::vector<PassageHit> VectorSearch::best(const Round& round) const {
  std::vector<PassageHit> hits;
  for (const auto& found : round.found)
    hits.push_back({found.name.chunk, found.name.document, found.score});
  std::ranges::sort(hits, [](const PassageHit& a, const PassageHit& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  hits.resize(std::min(hits.size(), query_.count_max));
  return hits;
}

}  // namespace aiva::redis
