#include "app/chat_parts.h"

#include <chrono>
#include <string>
#include <utility>

#include "app/chat_images.h"
#include "app/chat_products.h"
#include "app/outgoing_events.h"
#include "app/uncounted.h"
#include "capabilities/functions/session_calls.h"
#include "capabilities/search/session_searches.h"
#include "capabilities/voice/call_records.h"
#include "documents/language.h"

namespace aiva::app {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Result<void> forget_searches(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  TRY_VOID(search::forget_session_searches(sql, tenant, session));
  return {};
}

Result<void> forget_calls(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  TRY_VOID(functions::forget_session_calls(sql, tenant, session));
  return {};
}

Result<void> forget_phone_calls(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  TRY_VOID(voice::forget_calls_of_session(sql, tenant, session));
  return {};
}

}  // namespace

void build_chat(Parts& parts, Cache* shared_cache,
                std::function<std::size_t(std::string_view)> count_tokens) {
  chat::ChatParts needs{.database = *parts.database,
                        .knowledge = *parts.knowledge,
                        .search = *parts.search,
                        .embedder = *parts.embedder.embedder,
                        .model = parts.chat_model.get(),
                        .billing = *parts.billing,
                        .clock = parts.clock,
                        .metrics = parts.metrics,
                        .sections = parts.sections.get(),
                        .agents = &parts.agents->active(),
                        .functions = parts.agent_tools.get(),
                        .pause = parts.pause,
                        .listener = tell_of_chat(parts.webhooks->outbox()),
                        .jobs = parts.jobs.get(),
                        .detect_language = documents::detect_language,
                        .shared_cache = shared_cache,
                        .find_images = find_images_of(parts),
                        .moderation = parts.moderation.get(),
                        .background = &parts.turns,
                        .refuse_calls = [&parts](CallContext context, ChatSessionId session) {
                          return parts.do_not_call->add_caller(std::move(context), session);
                        }};
  needs.find_products =
      find_products_by(parts.commerce->search(), parts.objects->staging_folder(), parts.files);
  chat::ChatSettings settings{.count_tokens = std::move(count_tokens),
                              .price_of = models::price_function(*parts.prices)};
  parts.chat = chat::make_chat(needs, settings);
  parts.call_tools = chat::make_call_tools(needs, settings);
  parts.chat_upkeep = chat::make_upkeep(needs, std::move(settings));
  parts.chat_people = chat::make_people(*parts.database, parts.clock, needs.listener);
  parts.conversation_search = chat::make_conversation_search(*parts.database, parts.clock);
  parts.chat_notes =
      chat::make_notes(*parts.database, parts.clock, parts.identity->audit_log(), {});
  parts.chat_privacy = chat::make_privacy(*parts.database, parts.clock,
                                          {forget_searches, forget_calls, forget_phone_calls});
}

std::vector<worker::Chore> chat_chores(const Config& config, Parts& parts) {
  std::vector<worker::Chore> chores;
  chores.push_back({"end dead chat turns", seconds(10), [&chat = *parts.chat](CallContext context) {
                      return without_count(chat.recover_turns(context, false));
                    }});
  auto& search = *parts.conversation_search;
  chores.push_back({"keep conversations searchable", seconds(15), [&search](CallContext context) {
                      return without_count(search.keep_up(context));
                    }});
  chores.push_back(
      {"forget words of erased conversations", hours(1),
       [&search](CallContext context) { return without_count(search.forget_erased(context)); }});
  auto& privacy = *parts.chat_privacy;
  chores.push_back({"forget old chat turns", hours(1), [&privacy](CallContext context) {
                      return without_count(privacy.forget_old_turns(context));
                    }});
  if (config.chat.retention_days == 0) return chores;
  std::chrono::days age(config.chat.retention_days);
  chores.push_back({"erase old conversations", hours(1), [&privacy, age](CallContext context) {
                      return without_count(privacy.remove_older(context, age));
                    }});
  return chores;
}

}  // namespace aiva::app
