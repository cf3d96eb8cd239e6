#include "faces/http/endpoints/openai_models.h"

#include <memory>
#include <utility>

namespace aiva::http {
namespace {

void write_model(JsonWriter& writer, const ServedModel& model) {
  writer.begin_object()
      .field("id", model.id)
      .field("object", "model")
      .field("created", model.created_at / 1000)
      .field("owned_by", model.owner)
      .end_object();
}

Task<Result<Response>> list_models(const OpenAiModels& models, CallContext context) {
  CO_TRY(auto served, co_await models.list_agents(context));
  if (!models.embedding_model.empty()) served.push_back({.id = models.embedding_model});
  Response response;
  JsonWriter writer(response.body);
  writer.begin_object().field("object", "list").key("data").begin_array();
  for (const auto& model : served) write_model(writer, model);
  writer.end_array().end_object();
  co_return response;
}

Task<Result<Response>> get_model(const OpenAiModels& models, CallContext context,
                                 Request& request) {
  ServedModel model{.id = std::string(request.parameter("model"))};
  if (model.id != models.embedding_model || model.id.empty()) {
    auto found = co_await models.find_agent(context, model.id);
    // One that is switched off cannot be used: to a client of models it is not there.
    if (!found && found.error().code == ErrorCode::conflict)
      co_return fail(ErrorCode::not_found, std::move(found.error().message));
    if (!found) co_return fail(std::move(found.error()));
    model = std::move(*found);
  }
  Response response;
  JsonWriter writer(response.body);
  write_model(writer, model);
  co_return response;
}

}  // namespace

std::vector<Route> openai_model_routes(OpenAiModels models) {
  // Shared by the handlers, which are copied.
  auto shared = std::make_shared<const OpenAiModels>(std::move(models));
  auto may_see = Right::needs(identity::Permission::chat);
  std::vector<Route> routes;
  routes.push_back({Method::get, "/v1/models", may_see, [shared](CallContext context, Request&) {
                      return list_models(*shared, std::move(context));
                    }});
  routes.push_back(
      {Method::get, "/v1/models/:model", may_see, [shared](CallContext context, Request& request) {
         return get_model(*shared, std::move(context), request);
       }});
  return routes;
}

}  // namespace aiva::http
