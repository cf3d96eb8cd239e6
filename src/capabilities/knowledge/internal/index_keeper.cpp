#include "capabilities/knowledge/internal/index_keeper.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "foundation/log.h"
#include "ports/read_reached.h"

namespace aiva::knowledge {
namespace {

constexpr std::int64_t documents_per_read = 500;
constexpr std::int64_t passages_per_read = 500;
constexpr std::size_t compared_at_once_max = 500;  // indexes with their rows

// Whether the rows that are read have come so far; a replica may not.
Result<bool> has_version(SqlSession& sql, TenantId tenant, KnowledgeBaseId base,
                         std::int64_t least) {
  TRY(auto versions, KnowledgeBasesTable(sql).versions(tenant, std::span(&base, 1)));
  return versions.front() >= least;
}

}  // namespace

IndexKeeper::IndexKeeper(Database& database, PassageIndex& index, const TextEmbedder& embedder,
                         Metrics& metrics)
    : database_(database),
      index_(index),
      embedder_(embedder),
      catch_ups_(metrics.counter("aiva_index_catch_ups_total",
                                 "Times the index of a knowledge base followed its rows")),
      passages_(metrics.counter("aiva_index_passages_total",
                                "Passages brought from the rows to an index")) {}

IndexKeeper::~IndexKeeper() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return working_ == 0; });
}

void IndexKeeper::begin_work() {
  std::lock_guard lock(mutex_);
  ++working_;
}

void IndexKeeper::end_work() {
  std::lock_guard lock(mutex_);
  if (--working_ == 0) idle_.notify_all();
}

void IndexKeeper::follow(TenantId tenant, KnowledgeBaseId base) {
  if (!index_.version(base)) return;
  begin_work();
  CallContext context{.tenant = tenant};
  start(ensure(context, {base}), [this, context](std::exception_ptr exception, auto outcome) {
    // A search that needs it tries again and tells its caller.
    if (exception == nullptr && !*outcome && outcome->error().code != ErrorCode::not_found)
      log::failure("An index could not follow its rows", context, outcome->error());
    end_work();
  });
}

// Round and round, where there are more than are compared at once.
std::vector<std::pair<KnowledgeBaseId, TenantId>> IndexKeeper::next_open() {
  std::lock_guard lock(mutex_);
  std::erase_if(opened_, [this](const auto& entry) { return !index_.version(entry.first); });
  std::vector<std::pair<KnowledgeBaseId, TenantId>> next;
  auto entry = opened_.upper_bound(looked_at_);
  while (next.size() < std::min(compared_at_once_max, opened_.size())) {
    if (entry == opened_.end()) entry = opened_.begin();
    next.emplace_back(*entry);
    ++entry;
  }
  if (!next.empty()) looked_at_ = next.back().first;
  return next;
}

bool IndexKeeper::is_catching_up(KnowledgeBaseId base) { return flights_.has(base); }

Task<Result<std::int64_t>> IndexKeeper::follow_others(CallContext context) {
  auto open = next_open();
  std::vector<KnowledgeBaseId> bases;
  for (const auto& [base, tenant] : open) bases.push_back(base);
  if (bases.empty()) co_return 0;
  auto reading = read(database_, context, [&bases](SqlSession& sql) {
    return KnowledgeBasesTable(sql).versions_of_all(bases);
  });
  CO_TRY(auto versions, co_await std::move(reading));
  std::int64_t count = 0;
  for (const auto& [base, tenant] : open) {
    auto shown = index_.version(base);
    auto written = versions.find(base);
    if (!shown || written == versions.end() || *shown >= written->second) continue;
    if (is_catching_up(base)) continue;
    follow(tenant, base);
    ++count;
  }
  co_return count;
}

Task<Result<std::vector<std::int64_t>>> IndexKeeper::read_versions(
    CallContext context, std::vector<KnowledgeBaseId> bases) {
  auto reading = read(database_, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).versions(context.tenant, bases);
  });
  auto versions = co_await std::move(reading);
  co_return versions;
}

// Indexes that are behind follow one after the other: each of them is busy with one thread's work.
Task<Result<void>> IndexKeeper::ensure(CallContext context, std::vector<KnowledgeBaseId> bases) {
  CO_TRY(auto versions, co_await read_versions(context, bases));
  for (std::size_t i = 0; i < bases.size(); ++i) {
    auto shown = index_.version(bases[i]);
    if (shown && *shown >= versions[i]) continue;
    auto ensuring = ensure_version(context, bases[i], versions[i]);
    CO_TRY_VOID(co_await std::move(ensuring));
  }
  co_return Result<void>{};
}

// Whoever is on its way may have read the rows before the last change: then another goes.
Task<Result<void>> IndexKeeper::ensure_version(CallContext context, KnowledgeBaseId base,
                                               std::int64_t version) {
  constexpr int rounds_max = 16;
  for (int round = 0; round < rounds_max; ++round) {
    auto shown = index_.version(base);
    if (shown && *shown >= version) co_return Result<void>{};
    Flights<KnowledgeBaseId>::Work work = [this, base](CallContext patient) {
      return catch_up(std::move(patient), base);
    };
    auto flying = flights_.fly(context, base, std::move(work));
    CO_TRY_VOID(co_await std::move(flying));
    std::lock_guard lock(mutex_);
    opened_[base] = context.tenant;
  }
  co_return fail(ErrorCode::unavailable, "The index does not keep up with its knowledge base");
}

Task<Result<void>> IndexKeeper::catch_up(CallContext context, KnowledgeBaseId base) {
  auto started = std::chrono::steady_clock::now();
  CatchUp done;
  CO_TRY(auto versions, co_await read_versions(context, {base}));
  done.to = versions.front();
  CO_TRY(done.from, co_await index_.open(context, base, vectors()));
  if (done.from >= done.to) co_return Result<void>{};
  // An index may be closed for want of memory, or made anew, under our hands: then the caller sees
  // that it does not show the version, and goes round again.
  auto change = index_.begin(base);
  if (!change) co_return Result<void>{};
  auto bringing = bring_changes(context, base, **change, done);
  CO_TRY_VOID(co_await std::move(bringing));
  auto committed = co_await (*change)->commit(context, done.from, done.to);
  if (!committed && committed.error().code == ErrorCode::conflict) co_return Result<void>{};
  CO_TRY_VOID(std::move(committed));
  catch_ups_.add();
  passages_.add(static_cast<double>(done.passages));
  auto name = base.to_string();
  auto took = std::chrono::steady_clock::now() - started;
  log::debug("Index brought to its rows",
             {{"kb_id", name},
              {"version", done.to},
              {"documents", done.documents},
              {"passages", done.passages},
              {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  if (done.of_other_models > 0)
    log::warn("Chunks embedded with another model are found by words only; re-index them",
              {{"kb_id", name}, {"chunks", done.of_other_models}, {"model", embedder_.model()}});
  co_return Result<void>{};
}

// Documents are read one by one as they are now. One that changes meanwhile has a later version
// than the one reached here, so it is read again before a search relies on it.
Task<Result<void>> IndexKeeper::bring_changes(CallContext context, KnowledgeBaseId base,
                                              PassageIndex::Change& change, CatchUp& done) {
  ChangedDocument last{.version = done.from};
  last.id.uuid.bytes.fill(0xFF);  // behind every document of the version that is shown
  while (true) {
    auto has_reached = [&](SqlSession& sql) {
      return has_version(sql, context.tenant, base, done.to);
    };
    auto reading = read_reached(database_, context, has_reached, [base, last](SqlSession& sql) {
      return ChunksTable(sql).changed_documents(base, last, documents_per_read);
    });
    CO_TRY(auto changed, co_await std::move(reading));
    if (changed.empty()) co_return Result<void>{};
    for (const auto& document : changed) {
      auto bringing = bring_document(context, base, document, change, done);
      CO_TRY_VOID(co_await std::move(bringing));
    }
    last = changed.back();
  }
}

Task<Result<void>> IndexKeeper::bring_document(CallContext context, KnowledgeBaseId base,
                                               ChangedDocument document,
                                               PassageIndex::Change& change, CatchUp& done) {
  change.remove(document.id);
  ++done.documents;
  std::int64_t row_last = 0;
  while (true) {
    ChunksTable::PassagePage page{.document = document.id,
                                  .row_last = row_last,
                                  .count_max = passages_per_read,
                                  .model = embedder_.model(),
                                  .dimension = embedder_.dimension()};
    auto has_reached = [&](SqlSession& sql) {
      return has_version(sql, context.tenant, base, done.to);
    };
    auto reading = read_reached(database_, context, has_reached, [base, &page](SqlSession& sql) {
      return ChunksTable(sql).passages(base, page);
    });
    CO_TRY(auto stored, co_await std::move(reading));
    auto count = static_cast<std::int64_t>(stored.passages.size());
    if (count == 0) co_return Result<void>{};
    done.passages += count;
    done.of_other_models += stored.of_other_models;
    row_last = stored.row_last;
    CO_TRY_VOID(co_await change.add(context, std::move(stored.passages)));
    if (count < passages_per_read) co_return Result<void>{};
  }
}

}  // namespace aiva::knowledge
