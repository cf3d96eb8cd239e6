#include "app/routes.h"

#include <memory>
#include <utility>

#include "app/openapi.h"
#include "app/roles.h"
#include "app/scraped_figures.h"
#include "app/served_models.h"
#include "app/version.h"
#include "faces/http/endpoints/agent_instructions.h"
#include "faces/http/endpoints/agent_trial.h"
#include "faces/http/endpoints/agents.h"
#include "faces/http/endpoints/api_keys.h"
#include "faces/http/endpoints/audit.h"
#include "faces/http/endpoints/auth.h"
#include "faces/http/endpoints/call_flows.h"
#include "faces/http/endpoints/call_recordings.h"
#include "faces/http/endpoints/call_steering.h"
#include "faces/http/endpoints/calls.h"
#include "faces/http/endpoints/campaigns.h"
#include "faces/http/endpoints/chat.h"
#include "faces/http/endpoints/chat_notes.h"
#include "faces/http/endpoints/chat_people.h"
#include "faces/http/endpoints/chat_privacy.h"
#include "faces/http/endpoints/chunk_preview.h"
#include "faces/http/endpoints/console.h"
#include "faces/http/endpoints/crawls.h"
#include "faces/http/endpoints/credit_budgets.h"
#include "faces/http/endpoints/credit_usage.h"
#include "faces/http/endpoints/credits.h"
#include "faces/http/endpoints/docs.h"
#include "faces/http/endpoints/document_content.h"
#include "faces/http/endpoints/document_work.h"
#include "faces/http/endpoints/documents.h"
#include "faces/http/endpoints/functions.h"
#include "faces/http/endpoints/health.h"
#include "faces/http/endpoints/images.h"
#include "faces/http/endpoints/internal_segments.h"
#include "faces/http/endpoints/internal_voice.h"
#include "faces/http/endpoints/kept_answers.h"
#include "faces/http/endpoints/knowledge_bases.h"
#include "faces/http/endpoints/mcp.h"
#include "faces/http/endpoints/mcp_servers.h"
#include "faces/http/endpoints/models.h"
#include "faces/http/endpoints/numbers.h"
#include "faces/http/endpoints/openai_chat.h"
#include "faces/http/endpoints/openai_embeddings.h"
#include "faces/http/endpoints/openai_models.h"
#include "faces/http/endpoints/openai_responses.h"
#include "faces/http/endpoints/products.h"
#include "faces/http/endpoints/search.h"
#include "faces/http/endpoints/search_history.h"
#include "faces/http/endpoints/secrets.h"
#include "faces/http/endpoints/segments.h"
#include "faces/http/endpoints/status.h"
#include "faces/http/endpoints/store_events.h"
#include "faces/http/endpoints/store_syncs.h"
#include "faces/http/endpoints/stores.h"
#include "faces/http/endpoints/tenants.h"
#include "faces/http/endpoints/users.h"
#include "faces/http/endpoints/visitor_chat.h"
#include "faces/http/endpoints/webhooks.h"
#include "faces/realtime/monitor_routes.h"
#include "faces/realtime/routes.h"
#include "faces/realtime/visitor_routes.h"

namespace aiva::app {
namespace {

Task<Result<void>> ping_database(Database& database, CallContext context) {
  auto body = [](SqlSession& sql) {
    return sql.query("SELECT 1", {}, [](const SqlRow&) { return Result<void>(); });
  };
  auto outcome = co_await read(database, context, body);
  co_return outcome;
}

std::vector<http::HealthProbe> make_probes(Parts& parts) {
  auto& database = *parts.database;
  auto& objects = *parts.objects;
  return {
      {"database", [&database](CallContext context) { return ping_database(database, context); }},
      {"files", [&objects](CallContext context) { return objects.check(context); }}};
}

realtime::RealtimeParts realtime_parts(Parts& parts) {
  return {.calls = parts.calls.get(),
          .log = *parts.call_log,
          .agents = parts.agents->active(),
          .cache = *parts.cache,
          .clock = parts.clock,
          .pause = parts.pause};
}

http::HealthParts health_parts(const Config& config, Parts& parts,
                               const http::Lifecycle& lifecycle) {
  ProcessMetrics::Places places{.data_folder = parts.folder};
  ProcessMetrics::Identity identity{.version = version, .role = config.server.role};
  // Shared by the copies of the function below.
  auto figures = std::make_shared<ScrapedFigures>(parts.metrics, *parts.queue_metrics,
                                                  std::move(places), identity, make_probes(parts));
  return {
      .version = version,
      .probes = make_probes(parts),
      .lifecycle = lifecycle,
      .clock = parts.clock,
      .metrics = parts.metrics,
      .role = config.server.role,
      .refresh = [figures](CallContext context) { return figures->refresh(std::move(context)); }};
}

// What whoever has calls answers: the calls themselves, and what bridges outside ask.
std::vector<http::Route> call_routes(const Config& config, Parts& parts) {
  std::vector<http::Route> routes;
  auto add = [&routes](std::vector<http::Route> more) {
    for (auto& route : more) routes.push_back(std::move(route));
  };
  add(http::credit_routes(*parts.billing));
  add(http::call_recording_routes(*parts.supervision, *parts.call_records, *parts.recordings));
  add(http::call_routes({.log = *parts.call_log,
                         .records = *parts.call_records,
                         .search = *parts.call_search,
                         .ports = parts.media_ports}));
  add(http::call_steering_routes({.records = *parts.call_records,
                                  .calls = parts.calls.get(),
                                  .outbound = parts.outbound_calls.get()}));
  add(http::call_flow_routes(*parts.flows));
  add(http::internal_voice_routes(parts.agents->active(), *parts.spoken_cache));
  add(http::internal_segment_routes({*parts.segments, parts.speaker.get()}));
  add(realtime::make_key_routes(realtime_parts(parts)));
  add(realtime::make_visitor_routes({.realtime = realtime_parts(parts),
                                     .visitors = *parts.visitors,
                                     .calls = *parts.visitor_calls,
                                     .public_url = config.server.public_url}));
  return routes;
}

// Everything else.
std::vector<http::Route> api_routes(const Config& config, const Paths& paths, Parts& parts) {
  auto& identity = *parts.identity;
  std::vector<http::Route> routes;
  auto add = [&routes](std::vector<http::Route> more) {
    for (auto& route : more) routes.push_back(std::move(route));
  };
  add(http::docs_routes({.openapi_json = openapi_json,
                         .swagger_folder = paths.native / "swagger_ui",
                         .guides_folder = paths.console / "docs"}));
  add(http::console_routes(paths.console));
  add(http::auth_routes(identity));
  add(http::tenant_routes(identity));
  add(http::user_routes(identity));
  add(http::api_key_routes(identity));
  add(http::audit_routes(identity));
  add(http::credit_budget_routes(parts.billing->budgets()));
  add(http::credit_usage_routes(parts.billing->usage(), parts.clock));
  add(http::webhook_routes(*parts.webhooks));
  add(http::knowledge_base_routes(*parts.knowledge, parts.images.get(),
                                  &parts.commerce->catalogue()));
  http::DocumentRouteOptions documents{
      .file_bytes_max = static_cast<std::uint64_t>(config.limits.document_bytes_max)};
  add(http::document_routes(*parts.knowledge, parts.document_events, documents));
  add(http::document_work_routes(*parts.knowledge));
  add(http::document_content_routes(
      {.knowledge = *parts.knowledge, .database = *parts.database, .objects = *parts.objects}));
  add(http::chunk_preview_routes(*parts.previews));
  add(http::crawl_routes(*parts.crawler));
  add(http::image_routes({.images = *parts.images,
                          .staging_folder = parts.objects->staging_folder(),
                          .files = parts.files}));
  add(http::search_routes({.search = *parts.search,
                           .images = *parts.images,
                           .products = parts.commerce->search(),
                           .staging_folder = parts.objects->staging_folder(),
                           .files = parts.files}));
  add(http::store_routes(parts.commerce->stores()));
  add(http::store_sync_routes({parts.commerce->stores(), parts.commerce->syncs()}));
  add(http::store_event_routes(parts.commerce->events()));
  add(http::product_routes({.catalogue = parts.commerce->catalogue(),
                            .search = parts.commerce->search(),
                            .staging_folder = parts.objects->staging_folder(),
                            .files = parts.files}));
  add(http::search_history_routes(*parts.history));
  add(http::kept_answer_routes(*parts.search));
  add(http::agent_routes(*parts.agents, {.public_url = config.server.public_url}));
  add(http::agent_instruction_routes(*parts.instruction_writer));
  add(http::function_routes(*parts.functions));
  add(http::mcp_server_routes(parts.functions->mcp_servers()));
  add(http::secret_routes(*parts.secrets));
  add(http::mcp_routes({.search = *parts.search,
                        .knowledge = *parts.knowledge,
                        .completions = &parts.chat->completions()},
                       {.version = version, .origins = config.server.cors_origins}));
  add(http::agent_trial_routes(*parts.agents, parts.chat->completions()));
  add(http::visitor_chat_routes({.agents = parts.agents->active(),
                                 .visitors = *parts.visitors,
                                 .chat = *parts.chat,
                                 .people = parts.chat_people.get(),
                                 .images = parts.images.get(),
                                 .public_url = config.server.public_url}));
  add(http::chat_routes(*parts.chat, *parts.conversation_search));
  add(http::model_routes(*parts.models, *parts.prices));
  add(http::chat_people_routes(*parts.chat_people));
  add(http::chat_note_routes(*parts.chat_notes));
  add(http::chat_privacy_routes(*parts.chat_privacy));
  add(http::number_routes(*parts.numbers));
  add(http::campaign_routes({*parts.campaigns, *parts.do_not_call, parts.files}));
  add(http::segment_routes(*parts.segments));
  add(http::openai_chat_routes(parts.chat->completions(), parts.clock));
  add(http::openai_response_routes(parts.chat->completions(), parts.clock));
  add(http::openai_model_routes(make_served_models(parts)));
  add(http::openai_embedding_routes(*parts.text_vectors));
  return routes;
}

}  // namespace

std::vector<http::Route> make_routes(const Config& config, const Paths& paths, Parts& parts,
                                     const http::Lifecycle& lifecycle) {
  std::vector<http::Route> routes;
  auto add = [&routes](std::vector<http::Route> more) {
    for (auto& route : more) routes.push_back(std::move(route));
  };
  auto health = health_parts(config, parts, lifecycle);
  parts.status_board->refresh_by(health.refresh);
  add(http::status_routes({.board = *parts.status_board,
                           .version = health.version,
                           .role = health.role,
                           .lifecycle = lifecycle}));
  add(http::health_routes(std::move(health)));
  auto duties = duties_of(config);
  if (duties.has_api) add(api_routes(config, paths, parts));
  if (duties.has_api || duties.has_calls) add(call_routes(config, parts));
  return routes;
}

std::vector<http::WebSocketRoute> make_websocket_routes(Parts& parts) {
  auto routes = realtime::make_websocket_routes(realtime_parts(parts));
  auto monitored = realtime::make_monitor_routes({.supervision = *parts.supervision,
                                                  .cache = *parts.cache,
                                                  .pause = parts.pause,
                                                  .sockets = parts.sockets.get()});
  for (auto& route : monitored) routes.push_back(std::move(route));
  if (parts.ari)
    for (auto& route : parts.ari->routes()) routes.push_back(std::move(route));
  return routes;
}

}  // namespace aiva::app
