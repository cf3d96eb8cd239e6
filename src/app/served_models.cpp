#include "app/served_models.h"

#include <string>
#include <utility>
#include <vector>

namespace aiva::app {
namespace {

using http::ServedModel;

constexpr int page_limit = 200;

Task<Result<std::vector<ServedModel>>> list_agents(agents::Agents& agents, CallContext context) {
  std::vector<ServedModel> served;
  agents::Agents::ListFilter filter{.is_active = true, .page = {.limit = page_limit}};
  for (;;) {
    CO_TRY(auto page, co_await agents.list(context, filter));
    for (const auto& agent : page.items)
      if (agent.published_version > 0)
        served.push_back({.id = agent.slug, .created_at = agent.created_at});
    if (page.items.size() < page_limit) co_return served;
    const auto& last = page.items.back();
    filter.page.after = ListPosition{.key = last.created_at, .id = {last.id.uuid}};
  }
}

Task<Result<ServedModel>> find_agent(agents::Agents& agents, CallContext context,
                                     std::string name) {
  CO_TRY(auto active, co_await agents.active().find(context, std::move(name)));
  CO_TRY(auto agent, co_await agents.get(context, active->id));
  co_return ServedModel{.id = agent.slug, .created_at = agent.created_at};
}

}  // namespace

http::OpenAiModels make_served_models(Parts& parts) {
  auto& agents = *parts.agents;
  return {.list_agents =
              [&agents](CallContext context) { return list_agents(agents, std::move(context)); },
          .find_agent =
              [&agents](CallContext context, std::string name) {
                return find_agent(agents, std::move(context), std::move(name));
              },
          .embedding_model = parts.text_vectors->model().value_or(std::string())};
}

}  // namespace aiva::app
