#include "capabilities/campaigns/do_not_call.h"

#include <algorithm>
#include <utility>

#include "capabilities/campaigns/internal/checks.h"
#include "capabilities/campaigns/internal/do_not_call_table.h"
#include "capabilities/voice/numbers.h"
#include "foundation/json.h"

namespace aiva::campaigns {
namespace {

constexpr std::int64_t numbers_max = 1'000'000;
constexpr std::size_t reason_bytes_max = 200;

class RowDoNotCall final : public DoNotCall {
 public:
  explicit RowDoNotCall(DoNotCallParts parts) : parts_(parts) {}

  Task<Result<AddedContacts>> add(CallContext context, identity::Caller caller,
                                  std::vector<NewDoNotCall> numbers) override;
  Task<Result<std::string>> add_caller(CallContext context, ChatSessionId session) override;
  Task<Result<DoNotCallPage>> list(CallContext context, DoNotCallFilter filter) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller,
                            std::string number_or_id) override;

 private:
  Result<AddedContacts> insert(SqlSession& sql, TenantId tenant,
                               const std::vector<NewDoNotCall>& numbers, std::string_view source);

  DoNotCallParts parts_;
};

Result<AddedContacts> RowDoNotCall::insert(SqlSession& sql, TenantId tenant,
                                           const std::vector<NewDoNotCall>& numbers,
                                           std::string_view source) {
  DoNotCallTable table(sql);
  TRY(auto count, table.count(tenant));
  if (count + std::ssize(numbers) > numbers_max)
    return fail(ErrorCode::quota_exceeded, "A tenant may have at most a million numbers");
  AddedContacts outcome;
  for (const auto& given : numbers) {
    auto number = voice::normalise_number(given.number);
    if (!number) {
      outcome.errors.push_back({given.line, "number", "must be a number like +49 30 123456"});
      continue;
    }
    if (!is_text(given.reason, reason_bytes_max)) {
      outcome.errors.push_back({given.line, "reason", "must be text of at most 200 bytes"});
      continue;
    }
    TRY(bool is_there, table.has(tenant, *number));
    if (is_there) continue;
    TRY_VOID(table.insert(tenant, {.id = DoNotCallId::make(),
                                   .number = std::move(*number),
                                   .reason = given.reason,
                                   .source = std::string(source),
                                   .created_at = parts_.clock.unix_ms()}));
    ++outcome.added;
  }
  return outcome;
}

Task<Result<AddedContacts>> RowDoNotCall::add(CallContext context, identity::Caller caller,
                                              std::vector<NewDoNotCall> numbers) {
  if (numbers.size() > batch_max)
    co_return fail(ErrorCode::too_large, "At most 1000 numbers are added at once");
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<AddedContacts> {
    TRY(auto outcome, insert(sql, context.tenant, numbers, "api"));
    if (outcome.added == 0) return outcome;
    json::Object details{{"numbers", outcome.added}};
    TRY_VOID(parts_.audit_log.append(sql, caller,
                                     {.tenant = context.tenant,
                                      .action = "do_not_call.added",
                                      .resource_type = "do_not_call",
                                      .details = json::to_text(details)}));
    return outcome;
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<std::string>> RowDoNotCall::add_caller(CallContext context, ChatSessionId session) {
  voice::CallFilter filter{.chat_session = session, .limit = 1};
  auto finding = parts_.calls.calls(context, std::move(filter));
  CO_TRY(auto found, co_await std::move(finding));
  if (found.items.empty()) co_return fail(ErrorCode::not_found, "This is no call");
  const auto& call = found.items.front();
  auto number =
      voice::normalise_number(call.direction == "outbound" ? call.dialled_number : call.caller_id);
  if (!number) co_return fail(ErrorCode::not_found, "The number of the caller is not known");
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return insert(sql, context.tenant,
                  {{.number = *number, .reason = "Asked for in call " + call.id.to_string()}},
                  "call");
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return std::move(*number);
}

Task<Result<DoNotCallPage>> RowDoNotCall::list(CallContext context, DoNotCallFilter filter) {
  filter.limit = std::clamp(filter.limit, 1, 201);  // one more than a page, to know of the next
  filter.page = std::max(filter.page, 1);
  if (!filter.number.empty()) {
    CO_TRY(filter.number, voice::normalise_number(filter.number));
  }
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return DoNotCallTable(sql).page(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<void>> RowDoNotCall::remove(CallContext context, identity::Caller caller,
                                        std::string number_or_id) {
  auto number = voice::normalise_number(number_or_id).value_or("");
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(bool is_removed, DoNotCallTable(sql).remove(context.tenant, number, number_or_id));
    if (!is_removed) return fail(ErrorCode::not_found, "The number is not on the list");
    json::Object details{{"number", number_or_id}};
    return parts_.audit_log.append(sql, caller,
                                   {.tenant = context.tenant,
                                    .action = "do_not_call.removed",
                                    .resource_type = "do_not_call",
                                    .details = json::to_text(details)});
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

}  // namespace

std::unique_ptr<DoNotCall> make_do_not_call(DoNotCallParts parts) {
  return std::make_unique<RowDoNotCall>(parts);
}

}  // namespace aiva::campaigns
