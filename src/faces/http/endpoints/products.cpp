#include "faces/http/endpoints/products.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "capabilities/images/types.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/product_json.h"
#include "faces/http/endpoints/product_request.h"
#include "faces/http/endpoints/query_fields.h"
#include "faces/http/endpoints/staged_picture.h"
#include "faces/http/endpoints/store_json.h"

namespace aiva::http {
namespace {

using commerce::Product;
using commerce::ProductId;
using commerce::StoreId;
using identity::Permission;

constexpr std::uint64_t picture_bytes_max = images::image_bytes_max;
constexpr std::uint64_t other_fields_bytes = 1024 * 1024;
constexpr std::chrono::seconds processing_time_max{75};
constexpr std::size_t text_bytes_max = 200;

using PartsPointer = std::shared_ptr<const ProductRouteParts>;

Result<void> read_status(const Request& request, commerce::Catalogue::Filter& filter) {
  auto status = request.query_text("status");
  if (!status) return {};
  if (*status == "deleted")
    return fail(invalid_field("status", "deleted products come with with_deleted=true"));
  filter.state = parse_product_state(*status);
  if (!filter.state) return fail(invalid_field("status", "must be active, draft or archived"));
  return {};
}

Task<Result<Response>> list_products(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "products"));
  commerce::Catalogue::Filter filter{.page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(filter.store, query_id<StoreId>(request, "store_id"));
  CO_TRY(filter.knowledge_base, query_id<KnowledgeBaseId>(request, "kb_id"));
  CO_TRY_VOID(read_status(request, filter));
  filter.text = request.query_text("search").value_or(std::string_view());
  if (filter.text.size() > text_bytes_max)
    co_return fail(invalid_field("search", "may have at most 200 bytes"));
  CO_TRY(auto with_deleted, request.query_flag("with_deleted"));
  filter.with_deleted = with_deleted.value_or(false);
  auto listing = parts->catalogue.list(std::move(context), std::move(filter));
  CO_TRY(auto products, co_await std::move(listing));
  co_return list_response(products, wanted, write_product, [](const Product& product) {
    return ListPosition{.key = product.synced_at, .id = {product.id.uuid}};
  });
}

Task<Result<Response>> get_product(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ProductId>("productId"));
  auto getting = parts->catalogue.get(std::move(context), id);
  CO_TRY(auto product, co_await std::move(getting));
  co_return ok_response([&](JsonWriter& writer) { write_product(writer, product); });
}

Task<Result<Response>> show_statistics(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto store, query_id<StoreId>(request, "store_id"));
  auto counting = parts->catalogue.statistics(std::move(context), store);
  CO_TRY(auto statistics, co_await std::move(counting));
  co_return ok_response(
      [&](JsonWriter& writer) { write_catalogue_statistics(writer, statistics); });
}

Task<Result<Response>> answer(PartsPointer parts, CallContext context,
                              commerce::ProductQuery query) {
  auto searching = parts->search.search(std::move(context), std::move(query));
  CO_TRY(auto found, co_await std::move(searching));
  co_return ok_response([&](JsonWriter& writer) { write_product_answer(writer, found); });
}

Task<Result<Response>> search_by_form(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto body, product_form(*request.form));
  CO_TRY(auto wish, read_product_wish(body));
  auto* file = request.form->file("file");
  if (file == nullptr) file = request.form->file("image");
  if (file != nullptr) wish.query.picture = file->path();
  auto answering = answer(parts, std::move(context), std::move(wish.query));
  auto response = co_await std::move(answering);
  co_return response;
}

Task<Result<Response>> search_products(PartsPointer parts, CallContext context, Request& request) {
  if (request.form) {
    auto searching = search_by_form(parts, std::move(context), request);
    auto response = co_await std::move(searching);
    co_return response;
  }
  CO_TRY(auto body, request.json());
  CO_TRY(auto wish, read_product_wish(body));
  StagedPicture picture(parts->staging_folder);
  if (!wish.image.empty()) {
    auto writing = [&] { return picture.write(wish.image); };
    auto written = run_on(parts->files, context, writing);
    CO_TRY_VOID(co_await std::move(written));
    wish.query.picture = picture.path();
  }
  auto answering = answer(parts, std::move(context), std::move(wish.query));
  auto response = co_await std::move(answering);
  co_return response;
}

}  // namespace

std::vector<Route> product_routes(const ProductRouteParts& borrowed) {
  // Shared by the copies of the handlers.
  auto parts = std::make_shared<const ProductRouteParts>(borrowed);
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto may_search = Right::needs(Permission::search);
  RouteOptions queries{.body = BodyKind::json_or_multipart,
                       .body_bytes_max = image_text_bytes_max + other_fields_bytes,
                       .file_bytes_max = picture_bytes_max,
                       .deadline = processing_time_max};

  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/shopify/:tenantId/products", may_search, bind(list_products)});
  routes.push_back(
      {Method::get, "/api/shopify/:tenantId/products/:productId", may_search, bind(get_product)});
  routes.push_back(
      {Method::get, "/api/shopify/:tenantId/stats", may_search, bind(show_statistics)});
  routes.push_back(
      {Method::post, "/api/v1/products/search", may_search, bind(search_products), queries});
  return routes;
}

}  // namespace aiva::http
