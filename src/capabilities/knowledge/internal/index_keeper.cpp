#include "capabilities/knowledge/internal/index_keeper.h"

#include <chrono>
#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t pending_changes_max = 64;
constexpr std::size_t pending_values_max = 16UL * 1024 * 1024;  // 64 MB of floats
constexpr std::chrono::minutes load_time_max{2};
constexpr std::chrono::minutes refusal_time{1};

}  // namespace

IndexKeeper::IndexKeeper(Database& database, VectorIndex& vectors, const TextEmbedder& embedder,
                         Metrics& metrics)
    : database_(database),
      vectors_(vectors),
      embedder_(embedder),
      loads_(metrics.counter("aiva_vector_index_loads_total",
                             "Times the vectors of a knowledge base were loaded from the rows")),
      vectors_loaded_(metrics.counter("aiva_vector_index_loaded_vectors_total",
                                      "Vectors loaded from the rows")) {}

Task<Result<void>> IndexKeeper::ensure(CallContext context, KnowledgeBaseId base) {
  auto tenant = context.tenant;
  auto version_task = read(database_, context, [tenant, base](SqlSession& sql) {
    return KnowledgeBasesTable(sql).version(tenant, base);
  });
  CO_TRY(auto version, co_await std::move(version_task));
  if (embedder_.dimension() == 0) co_return Result<void>{};  // no embedder: nothing to index
  auto shown = vectors_.version(base);
  if (shown && *shown >= version) co_return Result<void>{};

  std::shared_ptr<Flight> flight;
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    shown = vectors_.version(base);
    if (shown && *shown >= version) co_return Result<void>{};
    auto refusal = refusals_.find(base);
    if (refusal != refusals_.end() && refusal->second.version == version &&
        std::chrono::steady_clock::now() < refusal->second.until)
      co_return fail(refusal->second.error);
    auto [entry, is_new] = flights_.try_emplace(base);
    if (is_new) entry->second = std::make_shared<Flight>();
    flight = entry->second;
    is_first = is_new;
  }
  if (!is_first) {
    auto outcome = co_await flight->wait(context.home);
    co_return outcome;
  }
  // Others may wait for this load, so the first caller's impatience does not end it.
  auto load_context = context;
  load_context.cancellation = {};
  load_context.deadline = std::chrono::steady_clock::now() + load_time_max;
  auto loading = load(load_context, base);
  auto outcome = co_await std::move(loading);
  {
    std::lock_guard lock(mutex_);
    flights_.erase(base);
    refusals_.erase(base);
    if (outcome)
      apply_in_turn(base);
    else
      pending_.erase(base);
    if (!outcome && outcome.error().code == ErrorCode::too_large)
      refusals_[base] = {version, std::chrono::steady_clock::now() + refusal_time, outcome.error()};
  }
  flight->land(outcome);
  co_return outcome;
}

Task<Result<void>> IndexKeeper::load(CallContext context, KnowledgeBaseId base) {
  auto started = std::chrono::steady_clock::now();
  std::int64_t of_other_models = 0;
  std::size_t count = 0;
  auto loading = read(database_, context, [&](SqlSession& sql) -> Result<void> {
    auto dimension = embedder_.dimension();
    TRY(auto stored, ChunksTable(sql).vectors(base, embedder_.model(), dimension));
    of_other_models = stored.of_other_models;
    count = stored.chunks.size();
    return vectors_.load(base, dimension, stored.version, stored.chunks, std::move(stored.values));
  });
  auto outcome = co_await std::move(loading);
  if (!outcome) {
    log::failure("The vectors of a knowledge base could not be loaded", context, outcome.error());
    co_return outcome;
  }
  loads_.add();
  vectors_loaded_.add(static_cast<double>(count));
  auto name = base.to_string();
  auto took = std::chrono::steady_clock::now() - started;
  log::info("Vectors loaded",
            {{"kb_id", name},
             {"vectors", count},
             {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  if (of_other_models > 0)
    log::warn("Chunks embedded with another model are found by words only; re-index them",
              {{"kb_id", name}, {"chunks", of_other_models}, {"model", embedder_.model()}});
  co_return outcome;
}

void IndexKeeper::apply(KnowledgeBaseId base, VectorChange change) {
  std::lock_guard lock(mutex_);
  auto shown = vectors_.version(base);
  if (!shown && !flights_.contains(base)) return;
  auto& pending = pending_[base];
  pending.values += change.values.size();
  pending.changes.insert_or_assign(change.from_version, std::move(change));
  if (shown) apply_in_turn(base);
  auto left = pending_.find(base);
  if (left == pending_.end()) return;
  if (left->second.changes.size() <= pending_changes_max &&
      left->second.values <= pending_values_max)
    return;
  pending_.erase(left);
  vectors_.drop(base);
}

void IndexKeeper::apply_in_turn(KnowledgeBaseId base) {
  auto found = pending_.find(base);
  if (found == pending_.end()) return;
  auto& pending = found->second;
  while (!pending.changes.empty()) {
    auto first = pending.changes.begin();
    auto shown = vectors_.version(base);
    if (shown && first->first > *shown) return;
    if (shown && first->first == *shown) bring(base, first->second);
    pending.values -= first->second.values.size();
    pending.changes.erase(first);
  }
  pending_.erase(found);
}

void IndexKeeper::bring(KnowledgeBaseId base, const VectorChange& change) {
  auto applied = vectors_.apply(base, change);
  if (applied) return;
  log::failure("A change could not be brought to the vector index", {}, applied.error());
  vectors_.drop(base);
}

void IndexKeeper::drop(KnowledgeBaseId base) {
  std::lock_guard lock(mutex_);
  pending_.erase(base);
  refusals_.erase(base);
  vectors_.drop(base);
}

}  // namespace aiva::knowledge
