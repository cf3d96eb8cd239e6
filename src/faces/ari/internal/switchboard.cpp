#include "faces/ari/internal/switchboard.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "foundation/json_writer.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::ari {
namespace {

using voice::DialEnd;

constexpr std::size_t name_bytes_max = 100;
constexpr std::chrono::seconds answering_time_max{15};
constexpr std::chrono::seconds ring_margin{5};  // Asterisk ends the ringing itself

std::string shortened(const std::string& text) {
  return std::string(utf8_prefix(text, name_bytes_max));
}

voice::NewCall describe(const Channel& channel) {
  voice::NewCall call{.caller_id = shortened(channel.caller_number),
                      .caller_name = shortened(channel.caller_name),
                      .dialled_number = shortened(channel.extension),
                      .provider = "ari"};
  call.metadata.clear();
  JsonWriter writer(call.metadata);
  writer.begin_object().field("channel", channel.name).field("channel_id", channel.id).end_object();
  return call;
}

// Why a call is not answered, as a cause of Q.850 and as the dialplan reads it.
std::pair<std::string_view, std::string_view> refusal_of(ErrorCode reason) {
  switch (reason) {
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::invalid: return {"1", "NO_AGENT"};
    case ErrorCode::quota_exceeded: return {"21", "NO_CREDITS"};
    case ErrorCode::unavailable:
    case ErrorCode::rate_limited:
    case ErrorCode::timeout: return {"42", "UNAVAILABLE"};
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::too_large:
    case ErrorCode::cancelled:
    case ErrorCode::internal: break;
  }
  return {"41", "FAILED"};
}

}  // namespace

Switchboard::Meters::Meters(Metrics& metrics)
    : answered(metrics.counter("aiva_ari_calls_answered_total",
                               "Calls of Asterisk's Stasis application that were answered")),
      refused(metrics.counter("aiva_ari_calls_refused_total",
                              "Calls of Asterisk's Stasis application that were not answered")),
      dialled(metrics.counter("aiva_ari_calls_dialled_total", "Calls that Asterisk was to make")) {}

Switchboard::Switchboard(Exchange& exchange)
    : exchange_(exchange), meters_(exchange.parts.metrics) {}

std::size_t Switchboard::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(all_, [](const auto& entry) { return !entry.first->is_connected(); }));
}

PhoneCall::Listener Switchboard::listener() {
  return {.joined =
              [this](const std::string& channel, std::shared_ptr<PhoneCall> call) {
                all_[call.get()] = call;
                calls_[channel] = std::move(call);
              },
          .left = [this](const std::string& channel) { calls_.erase(channel); },
          .gone = [this](PhoneCall* call) { all_.erase(call); }};
}

void Switchboard::take(const Event& event) {
  const auto& channel = event.channel.id;
  if (event.type == "StasisStart") return take_start(event);
  bool is_destroyed = event.type == "ChannelDestroyed";
  if (event.type != "StasisEnd" && !is_destroyed) return;
  if (is_destroyed) exchange_.arrivals.note_gone(channel, event.cause);
  if (auto found = calls_.find(channel); found != calls_.end()) {
    auto call = found->second;
    call->note_gone(channel);
  }
}

void Switchboard::take_start(const Event& event) {
  const auto& channel = event.channel.id;
  if (exchange_.is_ours(channel)) {
    // What nobody waits for any more is not wanted.
    if (!exchange_.arrivals.note_there(channel)) exchange_.running.run(hang_up(channel));
    return;
  }
  if (is_closed_) return exchange_.running.run(refuse(channel, ErrorCode::unavailable));
  answering_.insert(channel);
  exchange_.running.run(answer(event.channel, event.args));
}

// Stasis(aiva), Stasis(aiva,NUMBER) or Stasis(aiva,TENANT/AGENT).
Task<Result<voice::Call>> Switchboard::announce(const Channel& channel,
                                                const std::vector<std::string>& args) {
  CallContext context{.deadline = std::chrono::steady_clock::now() + answering_time_max,
                      .home = &exchange_.loop};
  auto call = describe(channel);
  std::string named = args.empty() ? std::string() : args.front();
  if (auto slash = named.find('/'); slash != std::string::npos) {
    auto tenant = TenantId::parse(std::string_view(named).substr(0, slash));
    auto agent = AgentId::parse(std::string_view(named).substr(slash + 1));
    if (!tenant || !agent)
      co_return fail(ErrorCode::invalid, "Stasis() names no TENANT_ID/AGENT_ID: " + named);
    context.tenant = *tenant;
    call.agent = *agent;
  } else {
    if (!named.empty()) call.dialled_number = shortened(named);
    auto finding = exchange_.parts.numbers.find(context, call.dialled_number);
    CO_TRY(auto number, co_await std::move(finding));
    context.tenant = number.tenant;
    call.agent = number.agent;
  }
  auto announced = co_await exchange_.parts.log.announce(context, std::move(call));
  co_return announced;
}

Task<void> Switchboard::answer(Channel channel, std::vector<std::string> args) {
  auto call = co_await announce(channel, args);
  answering_.erase(channel.id);
  if (!call) {
    log::failure("A call was not answered", {}, call.error());
    co_await refuse(channel.id, call.error().code);
    co_return;
  }
  auto phone = std::make_shared<PhoneCall>(exchange_,
                                           PhoneCall::Party{.tenant = call->tenant,
                                                            .session_id = call->session_id,
                                                            .channel = channel.id,
                                                            .number = channel.caller_number,
                                                            .is_answered = channel.state == "Up"},
                                           listener());
  auto begun = co_await phone->begin();
  if (begun) {
    meters_.answered.add();
    co_return;
  }
  CallContext context{.tenant = call->tenant,
                      .deadline = std::chrono::steady_clock::now() + answering_time_max,
                      .home = &exchange_.loop};
  log::failure("A call was not answered", context, begun.error());
  co_await refuse(channel.id, begun.error().code);
  auto ending = exchange_.parts.log.finish(context, call->id, {.end = voice::CallEnd::failed});
  auto ended = co_await std::move(ending);
  // Its audio may have come, and ended it.
  if (!ended && ended.error().code != ErrorCode::conflict)
    log::failure("The end of a call could not be stored", context, ended.error());
}

Task<void> Switchboard::refuse(std::string channel, ErrorCode reason) {
  meters_.refused.add();
  auto [cause, status] = refusal_of(reason);
  Request request{.method = "DELETE",
                  .path = "channels/" + channel,
                  .query = {{"reason_code", std::string(cause)}}};
  if (exchange_.options.continues_refused) {
    auto told = co_await exchange_.line.ask(
        {.method = "POST",
         .path = "channels/" + channel + "/variable",
         .query = {{"variable", "AIVA_STATUS"}, {"value", std::string(status)}}});
    if (!told && told.error().code == ErrorCode::not_found) co_return;
    request = {.method = "POST", .path = "channels/" + channel + "/continue"};
  }
  auto done = co_await exchange_.line.ask(std::move(request));
  if (!done && done.error().code != ErrorCode::not_found)
    log::failure("A refused call is still in Asterisk", {}, done.error());
}

Task<void> Switchboard::hang_up(std::string channel) {
  auto done = co_await exchange_.line.ask(
      {.method = "DELETE", .path = "channels/" + channel, .query = {{"reason_code", "16"}}});
  if (!done && done.error().code != ErrorCode::not_found)
    log::failure("A channel is left in Asterisk", {}, done.error());
}

Task<Result<DialEnd>> Switchboard::dial(CallContext context, voice::OutboundCall call) {
  if (is_closed_) co_return fail(ErrorCode::unavailable, "The server is about to stop");
  context.home = &exchange_.loop;
  auto party = PhoneCall::Party{
      .tenant = context.tenant, .session_id = call.session_id, .is_answered = true};
  auto channel = exchange_.make_id();
  exchange_.arrivals.expect(channel);
  auto end = co_await ring(context, std::move(call), channel);
  exchange_.arrivals.let_go(channel);
  if (!end || *end != DialEnd::answered) {
    // It may ring still, or have been answered just now.
    co_await hang_up(channel);
    if (!end && end.error().code == ErrorCode::cancelled) co_return DialEnd::cancelled;
    co_return end;
  }
  party.channel = channel;
  auto phone = std::make_shared<PhoneCall>(exchange_, std::move(party), listener());
  auto begun = co_await phone->begin();
  if (begun) co_return DialEnd::answered;
  log::failure("A call that was answered has no audio", context, begun.error());
  co_await hang_up(channel);
  co_return DialEnd::failed;
}

Task<Result<DialEnd>> Switchboard::ring(CallContext context, voice::OutboundCall call,
                                        std::string channel) {
  const auto& options = exchange_.options;
  CO_TRY(auto endpoint, endpoint_of(options.endpoint, call.destination));
  const auto& caller_id = call.caller_id.empty() ? options.caller_id : call.caller_id;
  Request calling{.method = "POST",
                  .path = "channels/" + channel,
                  .query = {{"endpoint", std::move(endpoint)},
                            {"app", options.app},
                            {"appArgs", "dialled"},
                            {"timeout", std::to_string(call.ring_max.count())}}};
  if (!caller_id.empty()) calling.query.emplace_back("callerId", caller_id);
  meters_.dialled.add();
  auto asked = exchange_.line.exchange(std::move(calling));
  CO_TRY(auto reply, co_await std::move(asked));
  if (!reply.is_success()) {
    log::failure("Asterisk does not make a call", context, error_of(reply));
    co_return DialEnd::unreachable;
  }
  context.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + call.ring_max + ring_margin);
  auto arrival = co_await exchange_.arrivals.wait(channel, context);
  if (!arrival && arrival.error().code == ErrorCode::timeout) co_return DialEnd::no_answer;
  if (!arrival) co_return fail(std::move(arrival.error()));
  co_return arrival->is_there ? DialEnd::answered : dial_end_of(arrival->cause);
}

}  // namespace aiva::ari
