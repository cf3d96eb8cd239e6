#include "capabilities/commerce/internal/product_finder.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/billing/prices.h"
#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/internal/hit_rows.h"
#include "capabilities/commerce/internal/looking.h"
#include "capabilities/commerce/internal/product_index.h"
#include "capabilities/commerce/internal/product_rows.h"
#include "capabilities/commerce/internal/query_check.h"
#include "capabilities/commerce/internal/shelves.h"
#include "capabilities/commerce/internal/spelling.h"
#include "capabilities/commerce/internal/text_lists.h"
#include "foundation/both.h"
#include "foundation/log.h"
#include "retrieval/collections/analyzer_pool.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t candidates_least = 200;    // of each list
constexpr std::size_t candidates_of_all = 1000;  // where they are counted or sorted
constexpr std::size_t candidates_spare = 50;
constexpr int picture_finds = 50;
constexpr int tries_max = 2;
constexpr std::size_t named_max = 100;  // products that names stand for

std::shared_ptr<const DocumentSet> documents_of(const std::vector<ShelfView>& views) {
  auto documents = std::make_shared<DocumentSet>();
  std::size_t products = 0;
  for (const auto& view : views) products += view.shelf->size();
  documents->reserve(products);
  for (const auto& view : views)
    for (Place place = 0; place < view.fitting.size(); ++place)
      if (view.fits(place)) documents->insert(DocumentId{view.shelf->id_at(place).uuid});
  return documents;
}

class ProductFinder final : public ProductSearch {
 public:
  ProductFinder(const FinderParts& parts, std::size_t shelf_bytes_max)
      : parts_(parts),
        index_(parts.database, parts.index, parts.embedder, parts.compute, parts.detect_language,
               parts.metrics),
        shelves_(parts.database, parts.compute, analyzers_, parts.metrics, shelf_bytes_max),
        texts_(parts.index, parts.embedder, parts.metrics),
        seconds_(parts.metrics.histogram("aiva_product_search_seconds",
                                         "Time of searches of products", duration_buckets_s())) {}

  Task<Result<ProductAnswer>> search(CallContext context, ProductQuery query) override {
    auto begin = std::chrono::steady_clock::now();
    CO_TRY_VOID(check(query));
    auto opening = open(context, std::move(query));
    CO_TRY(auto looking, co_await std::move(opening));
    if (!looking.bases.empty()) {
      auto looking_for = look(context, looking);
      CO_TRY_VOID(co_await std::move(looking_for));
    }
    auto& answer = looking.answer;
    answer.embedding_model = parts_.embedder.model();
    answer.corrected = std::move(looking.understood.corrected);
    answer.base_cost += price_of(looking);
    std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    answer.search_time_ms = time.count();
    seconds_.observe(answer.search_time_ms / 1000);
    if (looking.query.is_billed) {
      auto charging = charge(context, answer);
      CO_TRY_VOID(co_await std::move(charging));
    }
    co_return std::move(answer);
  }

  Task<Result<std::vector<KnowledgeBaseId>>> with_products(
      CallContext context, std::vector<KnowledgeBaseId> bases) override {
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return ProductRows(sql).with_products(context.tenant, bases);
    });
    auto found = co_await std::move(reading);
    co_return found;
  }

  Task<Result<std::vector<Product>>> named(CallContext context, std::vector<KnowledgeBaseId> bases,
                                           std::vector<std::string> names) override {
    CO_TRY_VOID(check_names(bases, names));
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return ProductRows(sql).versions(context.tenant, bases);
    });
    CO_TRY(auto versions, co_await std::move(reading));
    std::vector<ProductId> ids;
    for (const auto& version : versions) {
      auto getting = shelves_.get(context, version);
      CO_TRY(auto shelf, co_await std::move(getting));
      auto look = [&]() -> Result<void> {
        for (const auto& name : names) add_named(*shelf, name, ids);
        return {};
      };
      auto looking = run_on(parts_.compute, context, look);
      CO_TRY_VOID(co_await std::move(looking));
    }
    auto fetching = read(parts_.database, context, [&](SqlSession& sql) {
      return ProductRows(sql).listed(context.tenant, ids);
    });
    auto products = co_await std::move(fetching);
    co_return products;
  }

 private:
  static void add_named(const Shelf& shelf, const std::string& name, std::vector<ProductId>& ids) {
    auto add = [&ids](ProductId id) {
      if (ids.size() < named_max && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    };
    auto id = ProductId::parse(name);
    if (id && shelf.place_of(*id)) add(*id);
    auto key = code_key(name);
    for (std::size_t b = 0; key != 0 && b < shelf.blocks(); ++b)
      for (auto row : shelf.block(b).with_code(key)) add(shelf.block(b).id(row));
  }

  // The stores of the knowledge bases a query names.
  Task<Result<Looking>> open(CallContext context, ProductQuery query) {
    Looking looking{.query = std::move(query)};
    auto bases = bases_of(looking.query);
    for (auto base : bases) CO_TRY_VOID(co_await parts_.knowledge.get(context, base));
    if (looking.query.is_billed)
      CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, billing::gates::search));
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return ProductRows(sql).versions(context.tenant, bases);
    });
    CO_TRY(looking.versions, co_await std::move(reading));
    for (const auto& version : looking.versions) looking.bases.push_back(version.knowledge_base);
    co_return looking;
  }

  Task<Result<void>> look(CallContext context, Looking& looking) {
    auto shelving = take_shelves(context, looking);
    CO_TRY_VOID(co_await std::move(shelving));
    if (looking.has_text()) {
      auto texts = find_texts(context, looking);
      auto pictures = find_by_text_in_pictures(context, looking);
      auto finding = both(std::move(texts), std::move(pictures));
      auto [found, seen] = co_await std::move(finding);
      CO_TRY_VOID(std::move(found));
      CO_TRY_VOID(std::move(seen));
    }
    if (looking.has_picture()) {
      auto finding = find_pictures(context, looking);
      CO_TRY_VOID(co_await std::move(finding));
    }
    auto arrange_all = [&]() -> Result<void> {
      arrange(looking);
      return {};
    };
    auto arranging = run_on(parts_.compute, context, arrange_all);
    CO_TRY_VOID(co_await std::move(arranging));
    auto fetching = fetch(context, looking);
    CO_TRY_VOID(co_await std::move(fetching));
    co_return Result<void>{};
  }

  // Brings the shelves up and looks at them through the filter.
  Task<Result<void>> take_shelves(CallContext context, Looking& looking) {
    std::vector<ShelfPointer> shelves;
    for (const auto& version : looking.versions) {
      auto getting = shelves_.get(context, version);
      CO_TRY(auto shelf, co_await std::move(getting));
      looking.answer.products_searched += static_cast<std::int64_t>(shelf->size());
      shelves.push_back(std::move(shelf));
    }
    auto prepare = [&]() -> Result<void> {
      std::vector<const Vocabulary*> vocabularies;
      for (auto& shelf : shelves) {
        vocabularies.push_back(&shelf->vocabulary());
        looking.views.emplace_back(std::move(shelf), looking.query.filter);
      }
      auto analyzer = analyzers_.lend();
      looking.strange = strange_words(looking.query.text, vocabularies, *analyzer);
      return {};
    };
    auto preparing = run_on(parts_.compute, context, prepare);
    auto prepared = co_await std::move(preparing);
    co_return prepared;
  }

  Task<Result<void>> ensure_index(CallContext context, const Looking& looking) {
    for (std::size_t i = 0; i < looking.versions.size(); ++i) {
      auto ensuring = index_.ensure(context, looking.versions[i]);
      CO_TRY_VOID(co_await std::move(ensuring));
      const auto& shelf = *looking.views[i].shelf;
      StoreVersion shown{.knowledge_base = looking.versions[i].knowledge_base,
                         .store = shelf.store(),
                         .version = shelf.version()};
      auto checking = index_.check(context, shown, shelf.size());
      CO_TRY_VOID(co_await std::move(checking));
    }
    co_return Result<void>{};
  }

  // An index may be closed for want of memory before it is asked: then it is opened again.
  Task<Result<void>> find_texts(CallContext context, Looking& looking) {
    for (int i = 1;; ++i) {
      auto ensuring = ensure_index(context, looking);
      CO_TRY_VOID(co_await std::move(ensuring));
      auto asking = ask_index(context, looking);
      auto asked = co_await std::move(asking);
      bool is_closed = !asked && asked.error().code == ErrorCode::not_found;
      if (!is_closed) co_return asked;
      if (i == tries_max)
        co_return fail(ErrorCode::unavailable, "The index of products cannot be kept open");
    }
  }

  // A word that stands in a description is right, though no shelf has it.
  Task<Result<void>> understand_text(CallContext context, Looking& looking) {
    auto asking = texts_.known_of(context, looking.bases, looking.strange);
    auto known = co_await std::move(asking);
    if (!known && known.error().code == ErrorCode::not_found)
      co_return fail(std::move(known.error()));
    auto understand_all = [&]() -> Result<void> {
      std::vector<const Vocabulary*> vocabularies;
      // Without the index nobody can tell which words are wrong.
      for (const auto& view : looking.views)
        if (known) vocabularies.push_back(&view.shelf->vocabulary());
      auto analyzer = analyzers_.lend();
      looking.understood = understand(looking.query.text, vocabularies,
                                      known.value_or(std::vector<std::string>{}), *analyzer);
      return {};
    };
    auto understanding = run_on(parts_.compute, context, understand_all);
    auto understood = co_await std::move(understanding);
    co_return understood;
  }

  Task<Result<void>> ask_index(CallContext context, Looking& looking) {
    auto understanding = understand_text(context, looking);
    CO_TRY_VOID(co_await std::move(understanding));
    TextWanted wanted{.bases = looking.bases,
                      .words = looking.understood.words,
                      .count_max = candidates_of(looking),
                      .wants_reasons = looking.keeps_near_only()};
    auto all = wanted;
    if (looking.is_filtered()) {
      auto collect = [&]() -> Result<std::shared_ptr<const DocumentSet>> {
        return documents_of(looking.views);
      };
      auto collecting = run_on(parts_.compute, context, collect);
      CO_TRY(wanted.documents, co_await std::move(collecting));
    }
    auto finding = texts_.find(context, std::move(wanted), looking.understood.meaning);
    CO_TRY(looking.texts, co_await std::move(finding));
    if (!looking.query.wants_facets || !looking.is_filtered()) co_return Result<void>{};
    auto finding_all = texts_.find(context, std::move(all), looking.texts.vector);
    CO_TRY(looking.all_texts, co_await std::move(finding_all));
    co_return Result<void>{};
  }

  [[nodiscard]] static std::size_t candidates_of(const Looking& looking) {
    bool counts = looking.query.wants_facets || looking.query.sort != ProductSort::relevance;
    return std::max(counts ? candidates_of_all : candidates_least,
                    looking.page_end() + candidates_spare);
  }

  // What a text alone describes, where the model of images reads texts. It adds to what is found;
  // where it fails, words and meaning have to do.
  Task<Result<void>> find_by_text_in_pictures(CallContext context, Looking& looking) {
    bool can_see = !looking.has_picture() && parts_.images.compares_texts_with_pictures();
    if (!can_see) co_return Result<void>{};
    auto asking = parts_.images.with_images(context, looking.bases);
    auto with = co_await std::move(asking);
    Result<void> found;
    if (!with) found = fail(std::move(with.error()));
    if (with && !with->empty()) {
      images::ImageQuery query{.knowledge_base = with->front(),
                               .text = looking.query.text,
                               .top_k = picture_finds,
                               .is_billed = false,
                               .other_bases = {with->begin() + 1, with->end()},
                               .only_near = true,
                               .is_logged = false,
                               .is_part = true,
                               .only_pictures = true};
      auto finding = find_pictured(context, looking, std::move(query));
      found = co_await std::move(finding);
    }
    CO_TRY_VOID(context.check());
    if (!found) log::failure("Pictures of products were left out", context, found.error());
    co_return Result<void>{};
  }

  Task<Result<void>> find_pictures(CallContext context, Looking& looking) {
    // An image that products shall be like may be of a knowledge base without a store.
    auto bases = bases_of(looking.query);
    images::ImageQuery query{.knowledge_base = bases.front(),
                             .text = looking.query.text,
                             .picture = looking.query.picture,
                             .like = looking.query.like,
                             .top_k = picture_finds,
                             .is_billed = false,
                             .other_bases = {bases.begin() + 1, bases.end()},
                             .only_near = looking.query.only_near,
                             .is_logged = false,
                             .is_part = true};
    auto finding = find_pictured(context, looking, std::move(query));
    auto found = co_await std::move(finding);
    co_return found;
  }

  // The products that show the images which fit best.
  Task<Result<void>> find_pictured(CallContext context, Looking& looking,
                                   images::ImageQuery query) {
    auto searching = parts_.images.search(context, std::move(query));
    CO_TRY(auto found, co_await std::move(searching));
    looking.answer.base_cost += found.base_cost;
    std::vector<ImageId> ids;
    for (const auto& hit : found.hits) ids.push_back(hit.image.id);
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return ProductRows(sql).of_images(context.tenant, looking.bases, ids);
    });
    CO_TRY(auto products, co_await std::move(reading));
    for (const auto& [image, product] : products) {
      auto hit = std::ranges::find(ids, image) - ids.begin();
      const auto& seen = found.hits[static_cast<std::size_t>(hit)];
      looking.pictures.push_back(
          {product, image, seen.picture_cosine.value_or(seen.text_cosine.value_or(0))});
    }
    co_return Result<void>{};
  }

  Task<Result<void>> fetch(CallContext context, Looking& looking) {
    auto fetching = fetch_hits(context, parts_.database, looking.page);
    CO_TRY(looking.answer.hits, co_await std::move(fetching));
    auto choose = [&]() -> Result<void> {
      auto analyzer = analyzers_.lend();
      choose_of_variants(looking.answer.hits, looking.query.filter, looking.understood.names,
                         *analyzer);
      return {};
    };
    auto choosing = run_on(parts_.compute, context, choose);
    CO_TRY_VOID(co_await std::move(choosing));
    auto adding = add_images(context, parts_.database, looking.page, looking.answer.hits);
    auto added = co_await std::move(adding);
    co_return added;
  }

  [[nodiscard]] static billing::MicroUsd price_of(const Looking& looking) {
    constexpr std::int64_t million = 1'000'000;
    return billing::prices::search +
           looking.texts.vector.tokens * billing::prices::million_embedded_tokens / million;
  }

  Task<Result<void>> charge(CallContext context, const ProductAnswer& answer) {
    billing::Charge charge{.operation = "product_search",
                           .reference = Uuid::make().to_string(),
                           .base = answer.base_cost,
                           .model = answer.embedding_model,
                           .key = context.api_key};
    auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(parts_.billing.charge(sql, context.tenant, charge));
      return {};
    });
    auto written = co_await std::move(writing);
    co_return written;
  }

  FinderParts parts_;
  retrieval::AnalyzerPool analyzers_;
  ProductIndex index_;
  Shelves shelves_;
  TextSearch texts_;
  Histogram& seconds_;
};

}  // namespace

std::unique_ptr<ProductSearch> make_product_finder(FinderParts parts, std::size_t shelf_bytes_max) {
  return std::make_unique<ProductFinder>(parts, shelf_bytes_max);
}

std::unique_ptr<ProductSearch> make_product_finder(const CommerceParts& parts,
                                                   const CommerceSettings& settings) {
  return make_product_finder(FinderParts{.database = parts.database,
                                         .knowledge = parts.knowledge,
                                         .images = parts.images,
                                         .embedder = parts.embedder,
                                         .index = parts.index,
                                         .billing = parts.billing,
                                         .metrics = parts.metrics,
                                         .compute = parts.compute,
                                         .detect_language = parts.detect_language},
                             settings.shelf_bytes_max);
}

}  // namespace aiva::commerce
