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

// Both halves of a search: passages by one capability, images by another.
class Searching {
 public:
  explicit Searching(const SearchRouteParts& parts) : parts_(parts) {}

  Task<Result<Response>> run(CallContext context, Request& request) {
    CO_TRY(auto body, request.json());
    CO_TRY(auto query, read_search_query(body));
    SearchAnswerForm form{.type = query.wanted.type, .is_explained = query.wanted.explain};
    auto looking = find(context, std::move(query));
    CO_TRY(auto findings, co_await std::move(looking));
    co_return ok_response([&](JsonWriter& writer) { write_findings(writer, findings, form); });
  }

 private:
  Task<Result<Findings>> find(CallContext context, SearchQuery query) {
    Findings findings;
    auto type = query.wanted.type;
    if (type == SearchType::image) {
      auto looking = find_images(context, images_of(query.wanted), std::move(query.image));
      CO_TRY(findings.images, co_await std::move(looking));
    } else if (type == SearchType::text) {
      CO_TRY(findings.passages, co_await parts_.search.search(context, std::move(query.wanted)));
    } else {
      bool is_filtered = !query.wanted.filter.is_open();
      auto beside = images_beside(context, {.query = images_of(query.wanted),
                                            .image = std::move(query.image),
                                            .is_filtered = is_filtered});
      auto passages = parts_.search.search(context, std::move(query.wanted));
      auto looking = both(std::move(passages), std::move(beside));
      auto [found, images] = co_await std::move(looking);
      CO_TRY(findings.passages, std::move(found));
      findings.images = std::move(images.answer);
      findings.images_warning = std::move(images.warning);
    }
    co_return findings;
  }

  static images::ImageQuery images_of(const search::SearchRequest& wanted) {
    return {.knowledge_base = wanted.knowledge_base,
            .text = wanted.query,
            .top_k = wanted.top_k,
            .other_bases = wanted.other_bases};
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

  // Images that come with passages, whose search charges what both cost but for the picture.
  struct Wanted {
    images::ImageQuery query{};
    std::string image{};
    bool is_filtered = false;
  };
  struct Beside {
    std::optional<images::ImageAnswer> answer{};
    std::string warning{};
  };

  // Passages are answered whatever becomes of the images. Without any in the knowledge bases, that
  // is all that is looked up.
  Task<Beside> images_beside(CallContext context, Wanted wanted) {
    auto& query = wanted.query;
    query.is_part = true;
    auto bases = query.other_bases;
    bases.insert(bases.begin(), query.knowledge_base);
    auto with = co_await parts_.images.with_images(context, std::move(bases));
    if (!with) co_return failed(context, with.error());
    if (with->empty()) co_return Beside{};
    if (wanted.is_filtered)
      co_return Beside{.warning = "Filters are about documents; no images were looked for"};
    query.knowledge_base = with->front();
    query.other_bases.assign(with->begin() + 1, with->end());
    auto looking = find_images(context, std::move(query), std::move(wanted.image));
    auto answer = co_await std::move(looking);
    if (!answer) co_return failed(context, answer.error());
    co_return Beside{.answer = std::move(*answer)};
  }

  static Beside failed(const CallContext& context, const Error& error) {
    log::failure("A search was answered without images", context, error);
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
