#include "faces/http/endpoints/knowledge_bases.h"

#include <array>
#include <string>
#include <utility>

#include "faces/http/endpoints/knowledge_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/ready_answers.h"

namespace aiva::http {
namespace {

using identity::Permission;
using knowledge::Knowledge;
using knowledge::KnowledgeBase;
using knowledge::PageOf;

constexpr std::size_t text_bytes_max = 64 * 1024;  // what fits is for the capability to say
constexpr std::size_t bases_ready_max = 2000;
constexpr std::size_t pages_ready_max = 200;

// What the handlers of these routes share.
struct Parts {
  Parts(Knowledge& k, images::Images* i, commerce::Catalogue* p)
      : knowledge(k), images(i), products(p) {}
  Knowledge& knowledge;
  images::Images* images;         // null: none are kept
  commerce::Catalogue* products;  // the same
  ReadyAnswers<KnowledgeBase> bases{bases_ready_max};
  ReadyAnswers<PageOf<KnowledgeBase>> pages{pages_ready_max};
};
using PartsPointer = std::shared_ptr<Parts>;

Response base_response(const KnowledgeBase& base, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_base(writer, base); }, status);
}

std::optional<std::string> optional_query(const Request& request, std::string_view name) {
  auto text = request.query_text(name);
  if (!text) return std::nullopt;
  return std::string(*text);
}

// The settings of a body; some may also stand beside them, as older clients send it.
std::optional<std::string> read_settings(json::Fields& fields, const json::Value& body) {
  constexpr std::array<std::string_view, 4> loose = {"embedding_model", "chunk_size",
                                                     "chunk_overlap", "enable_image_search"};
  const auto* given = fields.object("settings");
  auto settings = given != nullptr ? *given : json::Object();
  bool is_present = given != nullptr;
  for (auto name : loose) {
    if (!fields.has(name)) continue;
    const auto& value = body.get_object().at(name);
    if (settings.contains(name) && settings.at(name) != value)
      fields.add_error(name, "stands in settings, too, and there it is another");
    settings[name] = value;
    is_present = true;
  }
  if (!is_present) return std::nullopt;
  return json::to_text(settings);
}

Task<Result<Response>> create_base(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  knowledge::NewKnowledgeBase base{.name = fields.text("name", {.length_max = text_bytes_max})};
  base.description =
      fields.optional_text("description", {.length_max = text_bytes_max}).value_or(std::string());
  if (auto type = fields.optional_text("type", {.length_max = 64})) base.type = *type;
  if (auto settings = read_settings(fields, body)) base.settings = *settings;
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto made, co_await parts->knowledge.create(context, std::move(base)));
  co_return base_response(*made, 201);
}

Task<Result<Response>> list_bases(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "knowledge_bases"));
  Knowledge::ListFilter filter{.type = optional_query(request, "type"),
                               .status = optional_query(request, "status"),
                               .page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(auto bases, co_await parts->knowledge.list(context, std::move(filter)));
  co_return parts->pages.answer(bases, [&wanted](const PageOf<KnowledgeBase>& content) {
    return list_response(content, wanted, write_base);
  });
}

Task<Result<Response>> get_base(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto base, co_await parts->knowledge.get(context, id));
  co_return parts->bases.answer(
      base, [](const KnowledgeBase& content) { return base_response(content); });
}

Task<Result<Response>> update_base(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  knowledge::KnowledgeBaseChange change{
      .name = fields.optional_text("name", {.length_max = text_bytes_max}),
      .description = fields.optional_text("description", {.length_max = text_bytes_max}),
      .type = fields.optional_text("type", {.length_max = 64}),
      .status = fields.optional_text("status", {.length_max = 64}),
      .settings = read_settings(fields, body)};
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto base, co_await parts->knowledge.update(context, id, std::move(change)));
  co_return base_response(*base);
}

Task<Result<Response>> remove_base(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY_VOID(co_await parts->knowledge.remove(context, id));
  co_return done_response();
}

Task<Result<Response>> get_statistics(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto statistics, co_await parts->knowledge.statistics(context, id));
  OtherSums others;
  if (parts->images != nullptr) {
    CO_TRY(auto pictures, co_await parts->images->statistics(context, id));
    others.images = pictures.images;
    others.image_bytes = pictures.size_bytes;
  }
  if (parts->products != nullptr) {
    commerce::Catalogue::Filter filter{.knowledge_base = id, .page = {.limit = 1}};
    auto counting = parts->products->list(context, std::move(filter));
    CO_TRY(auto found, co_await std::move(counting));
    others.products = found.total;
  }
  co_return ok_response([&](JsonWriter& writer) { write_statistics(writer, statistics, others); });
}

}  // namespace

std::vector<Route> knowledge_base_routes(Knowledge& knowledge, images::Images* images,
                                         commerce::Catalogue* products) {
  auto parts = std::make_shared<Parts>(knowledge, images, products);
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  auto may_write = Right::needs(Permission::knowledge_write);
  // Removing a large knowledge base may take its time.
  RouteOptions slow{.deadline = std::chrono::minutes(5)};

  std::vector<Route> routes;
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases", "/api/knowledge"}) {
    routes.push_back({Method::get, path, may_read, bind(list_bases)});
    routes.push_back({Method::post, path, may_write, bind(create_base)});
  }
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId", "/api/knowledge/:kbId"}) {
    routes.push_back({Method::get, path, may_read, bind(get_base)});
    routes.push_back({Method::put, path, may_write, bind(update_base)});
    routes.push_back({Method::del, path, may_write, bind(remove_base), slow});
  }
  for (auto path :
       {"/api/knowledge/:tenantId/knowledge-bases/:kbId/stats", "/api/knowledge/:kbId/stats"})
    routes.push_back({Method::get, path, may_read, bind(get_statistics)});
  return routes;
}

}  // namespace aiva::http
