#include "capabilities/voice/supervision.h"

#include <algorithm>
#include <utility>

namespace aiva::voice {
namespace {

constexpr int ongoing_max = 200;

std::string name_of(const identity::Caller& caller) {
  if (!caller.principal) return "somebody";
  const auto& who = *caller.principal;
  if (!who.name.empty()) return who.name;
  return who.email.empty() ? "an API key" : who.email;
}

Result<void> check_goes_on(const Call& call) {
  if (call.status == "announced") return fail(ErrorCode::conflict, "The call has not begun");
  if (call.status != "in_progress") return fail(ErrorCode::conflict, "The call is over");
  if (call.is_external) return fail(ErrorCode::conflict, "A bridge outside carries the call");
  return {};
}

class RowSupervision final : public Supervision {
 public:
  explicit RowSupervision(SupervisionParts parts) : parts_(parts) {}

  Task<Result<std::vector<OngoingCall>>> ongoing(CallContext context) override;
  Task<Result<Call>> find(CallContext context, std::string id_or_session) override;
  Task<Result<PlacedCall>> locate(CallContext context, std::string id_or_session) override;
  Task<Result<std::unique_ptr<MonitorSeat>>> follow(CallContext context, identity::Caller caller,
                                                    CallId call,
                                                    std::shared_ptr<CallMonitor> monitor) override;
  Task<Result<void>> write_down(CallContext context, identity::Caller caller, CallId call,
                                std::string_view action) override;

 private:
  [[nodiscard]] std::vector<ActiveCall> active(const CallContext& context) const {
    return parts_.calls == nullptr ? std::vector<ActiveCall>() : parts_.calls->active(context);
  }

  [[nodiscard]] bool is_here(const CallContext& context, CallId id) const {
    auto here = active(context);
    return std::ranges::find(here, id, &ActiveCall::id) != here.end();
  }
  [[nodiscard]] Error not_here() const {
    if (parts_.calls == nullptr)
      return {.code = ErrorCode::unavailable,
              .message = "No calls are answered here: the server has no voice"};
    return {.code = ErrorCode::conflict, .message = "Another process carries the call"};
  }

  SupervisionParts parts_;
};

Task<Result<std::vector<OngoingCall>>> RowSupervision::ongoing(CallContext context) {
  auto listing = parts_.log.calls(context, {.status = "in_progress", .limit = ongoing_max});
  CO_TRY(auto page, co_await std::move(listing));
  auto here = active(context);
  std::vector<OngoingCall> calls;
  for (auto& row : page.items) {
    auto found = std::ranges::find(here, row.id, &ActiveCall::id);
    OngoingCall call{.call = std::move(row)};
    if (found != here.end()) {
      call.is_here = true;
      call.seconds = found->seconds;
    }
    calls.push_back(std::move(call));
  }
  co_return calls;
}

Task<Result<Call>> RowSupervision::find(CallContext context, std::string id_or_session) {
  CO_TRY(auto call, co_await parts_.records.find(context, std::move(id_or_session)));
  CO_TRY_VOID(check_goes_on(call));
  if (!is_here(context, call.id)) co_return fail(not_here());
  co_return std::move(call);
}

Task<Result<PlacedCall>> RowSupervision::locate(CallContext context, std::string id_or_session) {
  CO_TRY(auto call, co_await parts_.records.find(context, std::move(id_or_session)));
  CO_TRY_VOID(check_goes_on(call));
  if (is_here(context, call.id)) co_return PlacedCall{.call = std::move(call)};
  if (parts_.places == nullptr) co_return fail(not_here());
  auto finding = parts_.places->find(context, call.id);
  CO_TRY(auto address, co_await std::move(finding));
  if (!address) co_return fail(not_here());
  co_return PlacedCall{.call = std::move(call), .address = *std::move(address)};
}

Task<Result<std::unique_ptr<MonitorSeat>>> RowSupervision::follow(
    CallContext context, identity::Caller caller, CallId call,
    std::shared_ptr<CallMonitor> monitor) {
  CO_TRY_VOID(co_await find(context, call.to_string()));
  CO_TRY_VOID(co_await write_down(context, caller, call, "monitored"));
  co_return parts_.calls->follow(context, call, name_of(caller), std::move(monitor));
}

Task<Result<void>> RowSupervision::write_down(CallContext context, identity::Caller caller,
                                              CallId call, std::string_view action) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    return parts_.audit_log.append(sql, caller,
                                   {.tenant = context.tenant,
                                    .action = std::string("call.").append(action),
                                    .resource_type = "call",
                                    .resource_id = call.to_string()});
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

}  // namespace

std::unique_ptr<Supervision> make_supervision(SupervisionParts parts) {
  return std::make_unique<RowSupervision>(parts);
}

}  // namespace aiva::voice
