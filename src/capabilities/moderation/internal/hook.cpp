#include "capabilities/moderation/internal/hook.h"

#include <array>
#include <utility>

#include "capabilities/webhooks/signature.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::moderation {
namespace {

constexpr std::size_t answer_bytes_max = std::size_t{64} * 1024;

std::string body_of(const CallContext& context, const Subject& subject, UnixMs now) {
  std::string body;
  JsonWriter writer(body);
  bool is_message = subject.stage == Stage::message;
  writer.begin_object()
      .field("type", is_message ? "moderation.message" : "moderation.answer")
      .field("created_at", to_iso8601(now))
      .field("tenant_id", context.tenant);
  if (subject.agent) writer.field("agent_id", *subject.agent);
  if (!subject.session.is_nil()) writer.field("session_id", subject.session);
  writer.key("texts").begin_array();
  for (const auto& text : subject.texts) writer.value(text);
  writer.end_array().end_object();
  return body;
}

}  // namespace

Task<Result<ModerationReport>> ask_hook(CallContext context, const ModerationParts& parts,
                                        bool may_be_private,
                                        const agents::ModerationSettings& settings,
                                        const Subject& subject) {
  if (!may_be_private && !settings.webhook_url.starts_with("https://"))
    co_return fail(ErrorCode::forbidden, "The moderation webhook's address is not https");
  auto now = parts.clock.unix_ms();
  HttpRequest request{.method = "POST",
                      .url = settings.webhook_url,
                      .headers = {{"Content-Type", "application/json"}},
                      .body = body_of(context, subject, now),
                      .timeout = std::chrono::milliseconds(settings.timeout_ms),
                      .response_bytes_max = answer_bytes_max,
                      .may_reach_private_addresses = may_be_private};
  if (!settings.webhook_secret.empty()) {
    if (!parts.secret_of) co_return fail(ErrorCode::not_found, "There are no secrets");
    auto opening = parts.secret_of(context, settings.webhook_secret);
    CO_TRY(auto secret, co_await std::move(opening));
    std::array<std::string, 1> secrets{std::move(secret)};
    request.headers.push_back({"AIVA-Signature", webhooks::sign(secrets, now, request.body)});
  }
  CO_TRY(auto answer, co_await parts.http.send(context, std::move(request)));
  if (answer.status != 200)
    co_return fail(ErrorCode::unavailable, "The moderation webhook answered no report",
                   "status " + std::to_string(answer.status));
  auto report = read_moderation_report(answer.body, 1);
  co_return report;
}

}  // namespace aiva::moderation
