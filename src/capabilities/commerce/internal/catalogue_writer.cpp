#include "capabilities/commerce/internal/catalogue_writer.h"

#include <algorithm>
#include <span>
#include <unordered_set>
#include <utility>

#include "capabilities/billing/prices.h"
#include "capabilities/commerce/internal/events_table.h"
#include "capabilities/commerce/internal/pictures_table.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t texts_per_call = 256;
// A token is some four characters; the embedder cuts what is still too much.
constexpr std::size_t bytes_per_token = 4;
constexpr std::size_t text_bytes_least = 512;
constexpr std::size_t text_bytes_max = 32UL * 1024;

RowsOwner owner_of(const Store& store) {
  return {.tenant = store.tenant,
          .store = store.id,
          .knowledge_base = store.knowledge_base,
          .currency = store.identity.currency};
}

}  // namespace

// A batch that was looked over. Of two products of one id the later changed is kept.
struct CatalogueWriter::Work {
  Work(Store to, ReadBatch read) : store(std::move(to)), batch(std::move(read)) {}

  Store store;
  ReadBatch batch;
  std::vector<PreparedProduct> products{};
  std::vector<std::string> wrong{};  // ids of those that make no sense
  std::int64_t failed = 0;
  std::vector<std::string> ids{};  // of all that the rows may know
  KnownProducts known{};           // before the transaction
  Embedded embedded{};
};

namespace {

void look_over(std::vector<StoreProduct> products, const PrepareSettings& settings,
               std::vector<PreparedProduct>& good, std::vector<std::string>& wrong,
               std::int64_t& failed) {
  std::unordered_map<std::string, std::size_t> places;
  for (auto& product : products) {
    auto id = product.id;
    auto prepared = prepare(std::move(product), settings);
    if (!prepared) {
      ++failed;
      bool is_named = is_store_id(id);
      log::warn("A product of a store makes no sense",
                {{"product", is_named ? std::string_view(id) : "without an id"},
                 {"reason", prepared.error().message}});
      if (is_named) wrong.push_back(std::move(id));
      continue;
    }
    auto [place, is_new] = places.try_emplace(id, good.size());
    if (is_new)
      good.push_back(std::move(*prepared));
    else if (prepared->there.updated_at >= good[place->second].there.updated_at)
      good[place->second] = std::move(*prepared);
  }
}

// Whether what was read of a product may be older than its row: see the class.
enum class Precedence { ours, theirs, unknown };

Precedence precedence(const KnownProduct& known, const ReadBatch& batch, const std::string& kind,
                      UnixMs updated_at) {
  bool can_tell = !known.is_deleted && known.shop_updated_at > 0 && updated_at > 0 &&
                  known.shop_updated_at != updated_at;
  bool is_alone = batch.is_last_word || known.seen <= batch.began.reading;
  // A shop may answer out of a copy that lags behind; only it never sets a date back. Who writes a
  // feed may.
  if (is_alone && (kind != shop_kind || !can_tell)) return Precedence::ours;
  if (!can_tell) return Precedence::unknown;
  return updated_at > known.shop_updated_at ? Precedence::ours : Precedence::theirs;
}

// One transaction's writing of products: what it needs everywhere, and what it notes.
struct Writing {
  CatalogueRows rows;
  std::int64_t reading = 0;
  UnixMs now = 0;
  std::vector<ProductId> changed{};
  std::vector<ImageId> orphans{};
};

Result<void> write_product(Writing& writing, const PreparedProduct& product,
                           const KnownProduct* known, const ProductVector* vector,
                           WriteReport& report) {
  ProductWrite write{
      .product = &product, .vector = vector, .reading = writing.reading, .now = writing.now};
  if (known == nullptr) {
    TRY(auto id, writing.rows.add(write));
    writing.changed.push_back(id);
    ++report.added;
    return {};
  }
  if (known->content_hash == product.content_hash && !known->is_deleted) {
    ++report.unchanged;
    TRY_VOID(writing.rows.touch(*known, product.there.updated_at, writing.reading, writing.now));
    if (vector == nullptr || known->embedding_model == vector->model) return {};
    TRY(auto is_set, writing.rows.set_vector(*known, product.text_hash, *vector));
    if (is_set) writing.changed.push_back(known->id);
    return {};
  }
  TRY_VOID(writing.rows.change(*known, write, writing.orphans));
  writing.changed.push_back(known->id);
  ++(known->is_deleted ? report.added : report.updated);
  return {};
}

Result<void> delete_product(Writing& writing, const std::string& id, const KnownProducts& known,
                            const ReadBatch& batch, WriteReport& report) {
  auto found = known.find(id);
  if (found == known.end() || found->second.is_deleted) return {};
  if (precedence(found->second, batch, shop_kind, 0) != Precedence::ours) {
    report.contested.push_back(id);
    return {};
  }
  TRY_VOID(writing.rows.mark_deleted(found->second, writing.reading, writing.now, writing.orphans));
  writing.changed.push_back(found->second.id);
  ++report.deleted;
  return {};
}

// New products that an event spoke of since they were read: they may be gone by now, and there is
// no row that would tell.
Result<std::unordered_set<std::string>> doubtful(SqlSession& sql, const Store& store,
                                                 const std::vector<PreparedProduct>& products,
                                                 const KnownProducts& known,
                                                 const ReadBatch& batch) {
  std::vector<std::string> fresh;
  for (const auto& product : products)
    if (!known.contains(product.there.id)) fresh.push_back(product.there.id);
  if (fresh.empty() || batch.is_last_word) return std::unordered_set<std::string>();
  EventsTable events(sql);
  TRY(auto spoken_of, events.spoken_of_since(store.id, fresh, batch.began.at + 1));
  return std::unordered_set<std::string>(spoken_of.begin(), spoken_of.end());
}

}  // namespace

CatalogueWriter::CatalogueWriter(Core& core)
    : core_(core),
      written_(core.parts.metrics.counter("aiva_products_written_total",
                                          "Products of stores added, changed or deleted")),
      embedded_(core.parts.metrics.counter("aiva_products_embedded_total",
                                           "Texts of products that became vectors")) {}

PrepareSettings CatalogueWriter::prepare_settings(const Store& store) const {
  return {.currency = store.identity.currency,
          .images_max = core_.settings.images_per_product_max,
          .text_bytes_max = std::clamp(core_.parts.embedder.tokens_max() * bytes_per_token,
                                       text_bytes_least, text_bytes_max)};
}

Task<Result<ReadingMark>> CatalogueWriter::mark(CallContext context, StoreId store) {
  auto now = core_.parts.clock.unix_ms();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<ReadingMark> {
    TRY(auto last, StoresTable(sql).last_reading(context.tenant, store));
    return ReadingMark{.reading = last, .at = now};
  });
  auto mark = co_await std::move(reading);
  co_return mark;
}

Task<Result<CatalogueWriter::Prepared>> CatalogueWriter::prepare(CallContext context, Store store,
                                                                 ReadBatch batch) {
  auto prepared = std::make_shared<Work>(std::move(store), std::move(batch));
  auto& work = *prepared;
  // Hashes of much text: not on a thread that serves others.
  auto look_over_all = [&]() -> Result<void> {
    look_over(std::move(work.batch.products), prepare_settings(work.store), work.products,
              work.wrong, work.failed);
    return {};
  };
  auto looking = run_on(core_.parts.compute, context, look_over_all);
  CO_TRY_VOID(co_await std::move(looking));
  for (const auto& product : work.products) work.ids.push_back(product.there.id);
  work.ids.insert(work.ids.end(), work.wrong.begin(), work.wrong.end());
  work.ids.insert(work.ids.end(), work.batch.gone.begin(), work.batch.gone.end());
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(work.known, CatalogueRows(sql, owner_of(work.store)).known(work.ids));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  auto embedding = try_embed(context, work);
  work.embedded = co_await std::move(embedding);
  CO_TRY_VOID(context.check());
  co_return prepared;
}

Task<Result<WriteReport>> CatalogueWriter::commit(CallContext context, Prepared prepared,
                                                  Beside beside) {
  const auto& work = *prepared;
  WriteReport report;
  auto writing = aiva::write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    report = WriteReport{.failed = work.failed};
    TRY_VOID(write_all(sql, work, report));
    if (!beside) return {};
    return beside(sql, report);
  });
  CO_TRY_VOID(co_await std::move(writing));
  core_.parts.jobs.wake();
  written_.add(static_cast<double>(report.added + report.updated + report.deleted));
  co_return report;
}

Task<Result<WriteReport>> CatalogueWriter::write(CallContext context, const Store& store,
                                                 ReadBatch batch, Beside beside) {
  auto preparing = prepare(context, store, std::move(batch));
  CO_TRY(auto prepared, co_await std::move(preparing));
  auto committing = commit(context, std::move(prepared), std::move(beside));
  auto report = co_await std::move(committing);
  co_return report;
}

// Only the texts that no row has a vector of.
Task<CatalogueWriter::Embedded> CatalogueWriter::try_embed(CallContext context, const Work& work) {
  std::unordered_map<std::string, std::string> texts;
  const auto& model = core_.parts.embedder.model();
  for (const auto& product : work.products) {
    auto found = work.known.find(product.there.id);
    bool has_vector = found != work.known.end() && found->second.text_hash == product.text_hash &&
                      found->second.embedding_model == model;
    if (!has_vector) texts.emplace(product.text_hash, product.text);
  }
  auto embedding = embed(context, std::move(texts));
  auto embedded = co_await std::move(embedding);
  if (embedded) co_return std::move(*embedded);
  if (embedded.error().code != ErrorCode::cancelled)
    log::failure("Products stay without vectors for now", context, embedded.error());
  co_return Embedded{};
}

Task<Result<CatalogueWriter::Embedded>> CatalogueWriter::embed(
    CallContext context, std::unordered_map<std::string, std::string> texts) {
  Embedded made;
  auto& embedder = core_.parts.embedder;
  if (embedder.dimension() == 0) co_return made;  // no embedder: words must do
  std::vector<std::string> hashes;
  for (const auto& [hash, text] : texts) hashes.push_back(hash);
  std::span<const std::string> left(hashes);
  while (!left.empty()) {
    auto part = left.first(std::min(left.size(), texts_per_call));
    left = left.subspan(part.size());
    std::vector<std::string> words;
    for (const auto& hash : part) words.push_back(texts.at(hash));
    auto embedding = embedder.embed(context, std::move(words));
    CO_TRY(auto vectors, co_await std::move(embedding));
    if (vectors.values.size() != part.size() * embedder.dimension() ||
        vectors.dimension != embedder.dimension())
      co_return fail(internal_error("The embedder answered vectors of another shape"));
    for (std::size_t i = 0; i < part.size(); ++i) {
      auto row = vectors.row(i);
      made.vectors.emplace(
          part[i], ProductVector{.model = vectors.model, .values = {row.begin(), row.end()}});
    }
    made.tokens += vectors.tokens;
    embedded_.add(static_cast<double>(part.size()));
  }
  co_return made;
}

Result<void> CatalogueWriter::write_all(SqlSession& sql, const Work& work, WriteReport& report) {
  const auto& store = work.store;
  const auto& embedded = work.embedded;
  StoresTable stores(sql);
  TRY(auto reading, stores.next_reading(store.tenant, store.id));
  Writing writing{.rows = CatalogueRows(sql, owner_of(store)),
                  .reading = reading,
                  .now = core_.parts.clock.unix_ms()};
  TRY(auto known, writing.rows.known(work.ids));
  TRY(auto in_doubt, doubtful(sql, store, work.products, known, work.batch));
  PicturesTable pictures(sql, store.tenant, store.id);
  TRY(auto had_pictures, pictures.has_waiting());
  for (const auto& product : work.products) {
    report.newest = std::max(report.newest, product.there.updated_at);
    auto found = known.find(product.there.id);
    const auto* row = found == known.end() ? nullptr : &found->second;
    auto which = in_doubt.contains(product.there.id) ? Precedence::unknown : Precedence::ours;
    if (row != nullptr) which = precedence(*row, work.batch, store.kind, product.there.updated_at);
    switch (which) {
      case Precedence::unknown: report.contested.push_back(product.there.id); break;
      case Precedence::theirs:
        ++report.unchanged;
        TRY_VOID(writing.rows.touch(*row, row->shop_updated_at, reading, writing.now));
        break;
      case Precedence::ours:
        auto vector = embedded.vectors.find(product.text_hash);
        bool has_vector = vector != embedded.vectors.end();
        TRY_VOID(
            write_product(writing, product, row, has_vector ? &vector->second : nullptr, report));
        break;
    }
  }
  for (const auto& id : work.batch.gone)
    TRY_VOID(delete_product(writing, id, known, work.batch, report));
  for (const auto& id : work.wrong)
    if (auto found = known.find(id); found != known.end())
      TRY_VOID(writing.rows.mark_wrong(found->second, writing.reading, writing.now));
  TRY_VOID(writing.rows.touch_all(work.batch.unchanged, writing.reading, writing.now));
  report.unchanged += static_cast<std::int64_t>(work.batch.unchanged.size());
  if (!writing.changed.empty()) {
    TRY(auto version, stores.next_version(store.tenant, store.id));
    for (const auto& id : writing.changed) TRY_VOID(writing.rows.note_change(id, version));
  }
  TRY_VOID(enqueue_orphans(sql, core_.parts.jobs, store.tenant, store.id, writing.orphans));
  TRY(auto has_pictures, pictures.has_waiting());
  if (has_pictures && !writing.changed.empty())
    TRY_VOID(
        enqueue_once(sql, core_.parts.jobs, make_images_job(store.tenant, store.id), had_pictures));
  return charge(sql, store, reading, embedded);
}

Result<void> CatalogueWriter::charge(SqlSession& sql, const Store& store, std::int64_t reading,
                                     const Embedded& embedded) {
  if (embedded.tokens == 0) return {};
  constexpr std::int64_t million = 1'000'000;
  billing::Charge charge{
      .operation = "product_embedding",
      .reference = store.id.to_string() + ":" + std::to_string(reading),
      .base = (embedded.tokens * billing::prices::million_embedded_tokens + million - 1) / million,
      .model = core_.parts.embedder.model()};
  JsonWriter json(charge.details);
  json.begin_object().field("store_id", store.id).field("kb_id", store.knowledge_base);
  json.field("products", embedded.vectors.size());
  json.field("embedding_tokens", embedded.tokens).end_object();
  TRY_VOID(core_.parts.billing.charge(sql, store.tenant, charge));
  return {};
}

}  // namespace aiva::commerce
