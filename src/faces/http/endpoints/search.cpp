#include "faces/http/endpoints/search.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "faces/http/endpoints/search_json.h"
#include "faces/http/endpoints/search_request.h"
#include "faces/http/endpoints/staged_picture.h"
#include "foundation/both.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using identity::Permission;
using search::SearchType;

constexpr std::size_t other_fields_bytes = 1024 * 1024;
constexpr std::chrono::seconds processing_time_max{75};

// The parts of a search, each by a capability: passages, images, products.
class Searching {
 public:
  explicit Searching(const SearchRouteParts& parts) : parts_(parts) {}

  Task<Result<Response>> run(CallContext context, Request& request) {
    CO_TRY(auto body, request.json());
    CO_TRY(auto query, read_search_query(body));
    SearchAnswerForm form{.type = query.wanted.type,
                          .is_for_products = query.is_for_products,
                          .is_explained = query.wanted.explain};
    auto looking = find(context, std::move(query));
    CO_TRY(auto findings, co_await std::move(looking));
    co_return ok_response([&](JsonWriter& writer) { write_findings(writer, findings, form); });
  }

 private:
  Task<Result<Findings>> find(CallContext context, SearchQuery query) {
    Findings findings;
    auto type = query.wanted.type;
    if (query.is_for_products) {
      auto looking = find_products(context, products_of(query.wanted), std::move(query.image));
      CO_TRY(findings.products, co_await std::move(looking));
    } else if (type == SearchType::image) {
      auto looking = find_images(context, images_of(query.wanted), std::move(query.image));
      CO_TRY(findings.images, co_await std::move(looking));
    } else if (type == SearchType::text) {
      CO_TRY(findings.passages, co_await parts_.search.search(context, std::move(query.wanted)));
    } else {
      auto beside = all_beside(context, query);
      auto passages = parts_.search.search(context, std::move(query.wanted));
      auto looking = both(std::move(passages), std::move(beside));
      auto [found, others] = co_await std::move(looking);
      CO_TRY(findings.passages, std::move(found));
      findings.images = std::move(others.images.answer);
      findings.images_warning = std::move(others.images.warning);
      findings.products = std::move(others.products.answer);
      findings.products_warning = std::move(others.products.warning);
    }
    co_return findings;
  }

  static images::ImageQuery images_of(const search::SearchRequest& wanted) {
    return {.knowledge_base = wanted.knowledge_base,
            .text = wanted.query,
            .top_k = wanted.top_k,
            .other_bases = wanted.other_bases};
  }

  static commerce::ProductQuery products_of(const search::SearchRequest& wanted) {
    return {.knowledge_base = wanted.knowledge_base,
            .other_bases = wanted.other_bases,
            .text = wanted.query,
            .limit = wanted.top_k};
  }

  Task<Result<commerce::ProductAnswer>> find_products(CallContext context,
                                                      commerce::ProductQuery query,
                                                      std::string image) {
    StagedPicture picture(parts_.staging_folder);
    if (!image.empty()) {
      auto writing = [&] { return picture.write(image); };
      auto written = run_on(parts_.files, context, writing);
      CO_TRY_VOID(co_await std::move(written));
      query.picture = picture.path();
    }
    auto searching = parts_.products.search(context, std::move(query));
    auto answer = co_await std::move(searching);
    co_return answer;
  }

  Task<Result<images::ImageAnswer>> find_images(CallContext context, images::ImageQuery query,
                                                std::string image) {
    StagedPicture picture(parts_.staging_folder);
    if (!image.empty()) {
      auto writing = [&] { return picture.write(image); };
      CO_TRY_VOID(co_await run_on(parts_.files, context, writing));
      query.picture = picture.path();
    }
    auto answer = co_await parts_.images.search(context, std::move(query));
    co_return answer;
  }

  // What comes with passages, whose search charges what all cost but for the picture.
  template <class Query>
  struct Wanted {
    Query query{};
    std::string image{};
    bool is_filtered = false;
  };
  template <class Answer>
  struct Beside {
    std::optional<Answer> answer{};
    std::string warning{};
  };
  using BesideImages = Beside<images::ImageAnswer>;
  using BesideProducts = Beside<commerce::ProductAnswer>;
  struct Others {
    BesideImages images{};
    BesideProducts products{};
  };

  Task<Others> all_beside(CallContext context, const SearchQuery& query) {
    bool is_filtered = !query.wanted.filter.is_open();
    auto images = images_beside(
        context,
        {.query = images_of(query.wanted), .image = query.image, .is_filtered = is_filtered});
    auto products = products_beside(
        context,
        {.query = products_of(query.wanted), .image = query.image, .is_filtered = is_filtered});
    return join(std::move(images), std::move(products));
  }

  static Task<Others> join(Task<BesideImages> images, Task<BesideProducts> products) {
    auto looking = both(std::move(images), std::move(products));
    auto [found_images, found_products] = co_await std::move(looking);
    Others others;
    others.images = std::move(found_images);
    others.products = std::move(found_products);
    co_return others;
  }

  // Passages are answered whatever becomes of the rest. Without any image in the knowledge bases,
  // that is all that is looked up.
  Task<BesideImages> images_beside(CallContext context, Wanted<images::ImageQuery> wanted) {
    auto& query = wanted.query;
    query.is_part = true;
    auto bases = query.other_bases;
    bases.insert(bases.begin(), query.knowledge_base);
    auto with = co_await parts_.images.with_images(context, std::move(bases));
    if (!with) co_return failed<BesideImages>(context, with.error(), "images");
    if (with->empty()) co_return BesideImages{};
    if (wanted.is_filtered)
      co_return BesideImages{.warning = "Filters are about documents; no images were looked for"};
    query.knowledge_base = with->front();
    query.other_bases.assign(with->begin() + 1, with->end());
    auto looking = find_images(context, std::move(query), std::move(wanted.image));
    auto answer = co_await std::move(looking);
    if (!answer) co_return failed<BesideImages>(context, answer.error(), "images");
    co_return BesideImages{.answer = std::move(*answer)};
  }

  // The same of products.
  Task<BesideProducts> products_beside(CallContext context, Wanted<commerce::ProductQuery> wanted) {
    auto& query = wanted.query;
    query.is_billed = false;
    auto bases = query.other_bases;
    bases.insert(bases.begin(), query.knowledge_base);
    auto asking = parts_.products.with_products(context, std::move(bases));
    auto with = co_await std::move(asking);
    if (!with) co_return failed<BesideProducts>(context, with.error(), "products");
    if (with->empty()) co_return BesideProducts{};
    if (wanted.is_filtered)
      co_return BesideProducts{.warning =
                                   "Filters are about documents; no products were looked for"};
    query.knowledge_base = with->front();
    query.other_bases.assign(with->begin() + 1, with->end());
    auto looking = find_products(context, std::move(query), std::move(wanted.image));
    auto answer = co_await std::move(looking);
    if (!answer) co_return failed<BesideProducts>(context, answer.error(), "products");
    co_return BesideProducts{.answer = std::move(*answer)};
  }

  template <class Missing>
  static Missing failed(const CallContext& context, const Error& error, const char* what) {
    log::failure(std::string("A search was answered without ") + what, context, error);
    return {.warning = error.message};
  }

  SearchRouteParts parts_;
};

}  // namespace

std::vector<Route> search_routes(const SearchRouteParts& parts) {
  // Shared by the copies of the handler.
  auto searching = std::make_shared<Searching>(parts);
  Handler handler = [searching](CallContext context, Request& request) {
    return searching->run(std::move(context), request);
  };
  auto may_search = Right::needs(Permission::search);
  RouteOptions options{.body_bytes_max = image_text_bytes_max + other_fields_bytes,
                       .deadline = processing_time_max};
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/v1/search", may_search, handler, options});
  routes.push_back({Method::post, "/api/knowledge/search", may_search, handler, options});
  return routes;
}

}  // namespace aiva::http
