#include "capabilities/commerce/internal/product_index.h"

#include <chrono>
#include <span>
#include <unordered_set>
#include <utility>

#include "foundation/log.h"
#include "ports/read_reached.h"

namespace aiva::commerce {
namespace {

constexpr std::int64_t products_per_read = 250;
constexpr int rounds_max = 16;

// Whether the rows that are read have come so far; a replica may not.
Result<bool> has_version(SqlSession& sql, TenantId tenant, const StoreVersion& least) {
  TRY(auto found, ProductRows(sql).versions(tenant, std::span(&least.knowledge_base, 1)));
  return !found.empty() && found.front().store == least.store &&
         found.front().version >= least.version;
}

}  // namespace

ProductIndex::ProductIndex(Database& database, PassageIndex& index, const TextEmbedder& embedder,
                           ThreadPool& compute, DetectLanguage detect_language, Metrics& metrics)
    : database_(database),
      index_(index),
      embedder_(embedder),
      compute_(compute),
      detect_language_(std::move(detect_language)),
      catch_ups_(metrics.counter("aiva_product_index_catch_ups_total",
                                 "Times the index of a store's products followed its rows")),
      products_(metrics.counter("aiva_product_index_products_total",
                                "Products brought from the rows to the index")) {}

bool ProductIndex::belongs_to_another(StoreVersion wanted) {
  std::lock_guard lock(mutex_);
  auto& known = known_[wanted.knowledge_base];
  bool is_other = !known.store.is_nil() && known.store != wanted.store;
  known.store = wanted.store;
  return is_other;
}

Task<Result<StoreVersion>> ProductIndex::read_version(CallContext context, KnowledgeBaseId base) {
  auto reading = read(database_, context, [&](SqlSession& sql) -> Result<StoreVersion> {
    TRY(auto found, ProductRows(sql).versions(context.tenant, std::span(&base, 1)));
    if (found.empty()) return fail(ErrorCode::not_found, "The knowledge base has no store");
    return found.front();
  });
  auto version = co_await std::move(reading);
  co_return version;
}

// Whoever is on its way may have read the rows before the last change: then another goes.
Task<Result<void>> ProductIndex::ensure(CallContext context, StoreVersion wanted) {
  if (belongs_to_another(wanted)) index_.erase(wanted.knowledge_base);
  for (int round = 0; round < rounds_max; ++round) {
    auto shown = index_.version(wanted.knowledge_base);
    if (shown && *shown == wanted.version) co_return Result<void>{};
    // Later than wanted: the rows went on meanwhile, unless they are others than those it followed.
    bool is_later = shown && *shown > wanted.version;
    if (is_later && round > 0) co_return Result<void>{};
    auto base = wanted.knowledge_base;
    Flights<KnowledgeBaseId>::Work work = [this, base](CallContext patient) {
      return catch_up(std::move(patient), base);
    };
    auto flying = flights_.fly(context, base, std::move(work));
    CO_TRY_VOID(co_await std::move(flying));
  }
  co_return fail(ErrorCode::unavailable, "The index does not keep up with its store");
}

Task<Result<void>> ProductIndex::check(CallContext context, StoreVersion shown,
                                       std::size_t listed) {
  auto base = shown.knowledge_base;
  bool is_whole = index_.version(base) != shown.version || index_.size(base) == listed;
  if (is_whole) co_return Result<void>{};
  // Products that changed since may be in one and not yet in the other.
  auto reading = read_version(context, base);
  CO_TRY(auto now, co_await std::move(reading));
  if (now.version != shown.version || now.store != shown.store) co_return Result<void>{};
  {
    std::lock_guard lock(mutex_);
    auto& known = known_[base];
    if (known.renewed_at == shown.version) co_return Result<void>{};
    known.renewed_at = shown.version;
  }
  log::warn("The index of a store has other products than its rows; it is made anew",
            {{"kb_id", base.to_string()},
             {"products", static_cast<std::int64_t>(listed)},
             {"indexed", static_cast<std::int64_t>(index_.size(base))}});
  index_.erase(base);
  auto ensuring = ensure(context, shown);
  auto ensured = co_await std::move(ensuring);
  co_return ensured;
}

// The version that the index shows. One beyond the rows is of rows that are no more, and one before
// what is left of their changes cannot be led on.
Task<Result<std::int64_t>> ProductIndex::open(CallContext context, StoreVersion to) {
  PassageVectors vectors{embedder_.model(), embedder_.dimension()};
  CO_TRY(auto from, co_await index_.open(context, to.knowledge_base, vectors));
  bool is_too_old = from > 0 && from < to.changes_from;
  if (from <= to.version && !is_too_old) co_return from;
  auto reading = read_version(context, to.knowledge_base);
  CO_TRY(auto now, co_await std::move(reading));
  if (from <= now.version && !is_too_old) co_return from;
  index_.erase(to.knowledge_base);
  auto opening = index_.open(context, to.knowledge_base, vectors);
  auto opened = co_await std::move(opening);
  co_return opened;
}

Task<Result<void>> ProductIndex::catch_up(CallContext context, KnowledgeBaseId base) {
  auto started = std::chrono::steady_clock::now();
  CatchUp done;
  auto reading = read_version(context, base);
  CO_TRY(done.to, co_await std::move(reading));
  auto opening = open(context, done.to);
  CO_TRY(done.from, co_await std::move(opening));
  if (done.from >= done.to.version) co_return Result<void>{};
  // An index may be closed for want of memory, or made anew, under our hands: then the caller sees
  // that it does not show the version, and goes round again.
  auto change = index_.begin(base);
  if (!change) co_return Result<void>{};
  auto bringing = bring_changes(context, **change, done);
  CO_TRY_VOID(co_await std::move(bringing));
  auto committing = (*change)->commit(context, done.from, done.to.version);
  auto committed = co_await std::move(committing);
  if (!committed && committed.error().code == ErrorCode::conflict) co_return Result<void>{};
  CO_TRY_VOID(std::move(committed));
  catch_ups_.add();
  products_.add(static_cast<double>(done.products));
  auto name = base.to_string();
  auto took = std::chrono::steady_clock::now() - started;
  log::debug("Index of products brought to its rows",
             {{"kb_id", name},
              {"version", done.to.version},
              {"products", done.products},
              {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  if (done.of_other_models > 0)
    log::warn("Products embedded with another model are found by words only; read the store anew",
              {{"kb_id", name}, {"products", done.of_other_models}, {"model", embedder_.model()}});
  co_return Result<void>{};
}

// Products are read as they are now. One that changes again meanwhile has a later version than the
// one reached here, so it is read again before a search relies on it; here it is brought once.
Task<Result<void>> ProductIndex::bring_changes(CallContext context, PassageIndex::Change& change,
                                               CatchUp& done) {
  struct Page {
    std::vector<ChangedProduct> changed{};
    std::vector<IndexedPassage> passages{};
    std::int64_t of_other_models = 0;
  };
  std::unordered_set<ProductId> brought;
  ChangedProduct last{.version = done.from};
  last.id.uuid.bytes.fill(0xFF);  // behind every product of the version that is shown
  while (true) {
    auto has_reached = [&](SqlSession& sql) { return has_version(sql, context.tenant, done.to); };
    auto reading =
        read_reached(database_, context, has_reached, [&](SqlSession& sql) -> Result<Page> {
          ProductRows rows(sql);
          Page page;
          TRY(page.changed, rows.changed(done.to.store, last, products_per_read));
          for (const auto& product : page.changed) {
            if (brought.contains(product.id)) continue;
            TRY(auto found,
                rows.passage(done.to.store, product.id, embedder_.model(), embedder_.dimension()));
            if (!found) continue;
            page.of_other_models += found->is_of_another_model ? 1 : 0;
            page.passages.push_back(std::move(found->passage));
          }
          return page;
        });
    CO_TRY(auto page, co_await std::move(reading));
    if (page.changed.empty()) co_return Result<void>{};
    for (const auto& product : page.changed)
      if (brought.insert(product.id).second) change.remove(DocumentId{product.id.uuid});
    done.products += static_cast<std::int64_t>(page.passages.size());
    done.of_other_models += page.of_other_models;
    auto tell_languages = [&]() -> Result<void> {
      for (auto& passage : page.passages)
        passage.language = detect_language_(passage.title + ". " + passage.text);
      return {};
    };
    if (detect_language_) {
      auto telling = run_on(compute_, context, tell_languages);
      CO_TRY_VOID(co_await std::move(telling));
    }
    auto adding = change.add(context, std::move(page.passages));
    CO_TRY_VOID(co_await std::move(adding));
    last = page.changed.back();
  }
}

}  // namespace aiva::commerce
