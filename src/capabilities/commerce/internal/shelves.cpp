#include "capabilities/commerce/internal/shelves.h"

#include <optional>
#include <utility>
#include <vector>

namespace aiva::commerce {
namespace {

constexpr std::int64_t products_per_read = 500;
constexpr int rounds_max = 16;
// So many changes beyond twice its products, and a shelf is made from nothing: what it remembers of
// texts and words that went is let go.
constexpr std::size_t changes_free = 10'000;

// Whether a shelf can be led on to that version of that store.
bool can_follow(const Shelf& shelf, StoreVersion to) {
  return shelf.store() == to.store && shelf.version() <= to.version &&
         shelf.version() >= to.changes_from && shelf.changes() <= 2 * shelf.size() + changes_free;
}

bool shows(const ShelfPointer& shelf, StoreVersion wanted) {
  return shelf != nullptr && shelf->store() == wanted.store && shelf->version() == wanted.version;
}

}  // namespace

Shelves::Shelves(Database& database, ThreadPool& compute, retrieval::AnalyzerPool& analyzers,
                 Metrics& metrics, std::size_t bytes_max)
    : database_(database),
      compute_(compute),
      analyzers_(analyzers),
      catch_ups_(metrics.counter("aiva_product_shelf_catch_ups_total",
                                 "Times the shelf of a store's products followed its rows")),
      bytes_gauge_(
          metrics.gauge("aiva_product_shelf_bytes", "Memory that shelves of products take, about")),
      bytes_max_(bytes_max) {}

ShelfPointer Shelves::find(KnowledgeBaseId base) {
  std::lock_guard lock(mutex_);
  auto found = places_.find(base);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->shelf;
}

void Shelves::keep(KnowledgeBaseId base, ShelfPointer shelf) {
  std::lock_guard lock(mutex_);
  if (auto found = places_.find(base); found != places_.end()) {
    bytes_ -= found->second->shelf->bytes();
    entries_.erase(found->second);
    places_.erase(found);
  }
  bytes_ += shelf->bytes();
  entries_.push_front({base, std::move(shelf)});
  places_[base] = entries_.begin();
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= entries_.back().shelf->bytes();
    places_.erase(entries_.back().base);
    entries_.pop_back();
  }
  bytes_gauge_.set(static_cast<double>(bytes_));
}

// Whoever is on its way may have read the rows before the last change: then another goes.
Task<Result<ShelfPointer>> Shelves::get(CallContext context, StoreVersion wanted) {
  auto base = wanted.knowledge_base;
  for (int round = 0; round < rounds_max; ++round) {
    auto shelf = find(base);
    if (shows(shelf, wanted)) co_return shelf;
    bool is_later =
        shelf != nullptr && shelf->store() == wanted.store && shelf->version() > wanted.version;
    if (is_later && round > 0) co_return shelf;
    Flights<KnowledgeBaseId>::Work work = [this, base](CallContext patient) {
      return catch_up(std::move(patient), base);
    };
    auto flying = flights_.fly(context, base, std::move(work));
    CO_TRY_VOID(co_await std::move(flying));
  }
  co_return fail(ErrorCode::unavailable, "The products of the store change too fast");
}

Task<Result<void>> Shelves::catch_up(CallContext context, KnowledgeBaseId base) {
  auto reading = read(database_, context, [&](SqlSession& sql) -> Result<StoreVersion> {
    TRY(auto found, ProductRows(sql).versions(context.tenant, std::span(&base, 1)));
    if (found.empty()) return fail(ErrorCode::not_found, "The knowledge base has no store");
    return found.front();
  });
  CO_TRY(auto to, co_await std::move(reading));
  auto before = find(base);
  if (shows(before, to)) co_return Result<void>{};
  if (before != nullptr && !can_follow(*before, to)) before = nullptr;
  auto from = before == nullptr ? 0 : before->version();
  auto analyzer = analyzers_.lend();
  std::optional<ShelfBuilder> builder;
  auto begin = [&]() -> Result<void> {
    builder.emplace(std::move(before), *analyzer);  // copies all texts
    return {};
  };
  auto beginning = run_on(compute_, context, begin);
  CO_TRY_VOID(co_await std::move(beginning));
  auto bringing = bring_changes(context, to, from, *builder);
  CO_TRY_VOID(co_await std::move(bringing));
  auto finish = [&]() -> Result<ShelfPointer> { return builder->finish(to.store, to.version); };
  auto finishing = run_on(compute_, context, finish);
  CO_TRY(auto shelf, co_await std::move(finishing));
  keep(base, std::move(shelf));
  catch_ups_.add();
  co_return Result<void>{};
}

// Products are read as they are now; those that change meanwhile get a later version and are read
// again before a search relies on them.
Task<Result<void>> Shelves::bring_changes(CallContext context, StoreVersion to, std::int64_t from,
                                          ShelfBuilder& builder) {
  struct Page {
    std::vector<ChangedProduct> changed{};
    std::vector<std::optional<ShelfProduct>> products{};
  };
  ChangedProduct last{.version = from};
  last.id.uuid.bytes.fill(0xFF);  // behind every product of that version
  while (true) {
    auto reading = read(database_, context, [&](SqlSession& sql) -> Result<Page> {
      ProductRows rows(sql);
      Page page;
      TRY(page.changed, rows.changed(to.store, last, products_per_read));
      for (const auto& product : page.changed) {
        TRY(auto found, rows.shelf_product(to.store, product.id));
        page.products.push_back(std::move(found));
      }
      return page;
    });
    CO_TRY(auto page, co_await std::move(reading));
    if (page.changed.empty()) co_return Result<void>{};
    auto put = [&]() -> Result<void> {
      for (std::size_t i = 0; i < page.changed.size(); ++i) {
        if (page.products[i])
          builder.put(*page.products[i]);
        else
          builder.remove(page.changed[i].id);
      }
      return {};
    };
    auto putting = run_on(compute_, context, put);
    CO_TRY_VOID(co_await std::move(putting));
    last = page.changed.back();
  }
}

}  // namespace aiva::commerce
