#include "capabilities/voice/numbers.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/numbers_table.h"
#include "capabilities/voice/internal/row_change.h"
#include "foundation/json.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t numbers_max = 1000;
constexpr std::size_t label_bytes_max = 100;
constexpr std::size_t e164_digits_min = 7;
constexpr std::size_t e164_digits_max = 15;
constexpr std::size_t own_digits_min = 2;
constexpr std::size_t own_digits_max = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error not_a_number() {
  return invalid_field("did",
                       "must be a number like +49 30 123456, or digits of the telephone system");
}

Result<void> check_label(const Number& number) {
  FieldChecks checks;
  checks.line("label", number.label, label_bytes_max);
  return checks.finish();
}

class RowNumbers final : public Numbers {
 public:
  explicit RowNumbers(NumberParts parts) : parts_(parts) {}

  Task<Result<Number>> create(CallContext context, identity::Caller caller, Number number) override;
  Task<Result<Number>> get(CallContext context, NumberId id) override;
  Task<Result<NumberPage>> list(CallContext context, NumberFilter filter) override;
  Task<Result<Number>> change(CallContext context, identity::Caller caller, NumberId id,
                              Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, NumberId id) override;
  Task<Result<Number>> find(CallContext context, std::string dialled) override;

 private:
  // An agent that is switched off or not published yet may have a number all the same.
  Task<Result<void>> check_agent(CallContext context, AgentId agent);
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                     const Number& number);

  NumberParts parts_;
};

Task<Result<void>> RowNumbers::check_agent(CallContext context, AgentId agent) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY_VOID(co_await std::move(finding));
  co_return Result<void>{};
}

Result<void> RowNumbers::audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                               const Number& number) {
  json::Object details{{"did", number.did}, {"agent_id", number.agent.to_string()}};
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = number.tenant,
                                  .action = std::move(action),
                                  .resource_type = "number",
                                  .resource_id = number.id.to_string(),
                                  .details = json::to_text(details)});
}

Task<Result<Number>> RowNumbers::create(CallContext context, identity::Caller caller,
                                        Number number) {
  CO_TRY(number.did, normalise_number(number.did));
  CO_TRY_VOID(check_label(number));
  auto checking = check_agent(context, number.agent);
  CO_TRY_VOID(co_await std::move(checking));
  number.id = NumberId::make();
  number.tenant = context.tenant;
  number.created_at = parts_.clock.unix_ms();
  number.updated_at = number.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    NumbersTable table(sql);
    TRY(auto count, table.count(context.tenant));
    if (count >= numbers_max)
      return fail(ErrorCode::quota_exceeded, "A tenant may have at most 1000 numbers");
    TRY_VOID(table.insert(number));
    return audit(sql, caller, "number.created", number);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return number;
}

Task<Result<Number>> RowNumbers::get(CallContext context, NumberId id) {
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return NumbersTable(sql).get(context.tenant, id); });
  auto number = co_await std::move(reading);
  co_return number;
}

Task<Result<NumberPage>> RowNumbers::list(CallContext context, NumberFilter filter) {
  filter.limit = std::clamp(filter.limit, 1, 201);  // one more than a page, to know of the next
  filter.page = std::max(filter.page, 1);
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return NumbersTable(sql).page(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<Number>> RowNumbers::change(CallContext context, identity::Caller caller, NumberId id,
                                        Change change) {
  auto getting = get(context, id);
  CO_TRY(auto wanted, co_await std::move(getting));
  CO_TRY_VOID(change(wanted));
  auto checking = check_agent(context, wanted.agent);
  CO_TRY_VOID(co_await std::move(checking));
  RowChange<Number> steps{
      .get = [&](SqlSession& sql) { return NumbersTable(sql).get(context.tenant, id); },
      .change = change,
      .check = [](Number& number) -> Result<void> {
        TRY(number.did, normalise_number(number.did));
        return check_label(number);
      },
      .put = [&](SqlSession& sql, const Number& number) -> Result<void> {
        TRY_VOID(NumbersTable(sql).update(number));
        return audit(sql, caller, "number.updated", number);
      }};
  auto changing = change_row(parts_.database, parts_.clock, context, std::move(steps));
  auto number = co_await std::move(changing);
  co_return number;
}

Task<Result<void>> RowNumbers::remove(CallContext context, identity::Caller caller, NumberId id) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    NumbersTable table(sql);
    TRY(auto number, table.get(context.tenant, id));
    TRY_VOID(table.remove(context.tenant, id));
    return audit(sql, caller, "number.deleted", number);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<Number>> RowNumbers::find(CallContext context, std::string dialled) {
  auto did = normalise_number(dialled);
  if (!did) co_return fail(ErrorCode::not_found, "No such number");
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return NumbersTable(sql).answering_anywhere(*did); });
  auto number = co_await std::move(reading);
  co_return number;
}

}  // namespace

Result<std::string> normalise_number(std::string_view text) {
  constexpr std::string_view scheme = "tel:";
  constexpr std::string_view ignored = " \t.-()/";
  if (text.size() > 100) return fail(not_a_number());
  if (text.starts_with(scheme)) {
    text.remove_prefix(scheme.size());
    text = text.substr(0, text.find(';'));  // its parameters (RFC 3966)
  }
  std::string number;
  for (char c : text) {
    if (ignored.contains(c)) continue;
    if (!is_digit(c) && !(c == '+' && number.empty())) return fail(not_a_number());
    number += c;
  }
  if (number.starts_with("00")) number.replace(0, 2, "+");
  bool is_e164 = number.starts_with('+');
  auto digits = number.size() - (is_e164 ? 1 : 0);
  auto min = is_e164 ? e164_digits_min : own_digits_min;
  auto max = is_e164 ? e164_digits_max : own_digits_max;
  if (digits < min || digits > max || (is_e164 && number[1] == '0')) return fail(not_a_number());
  return number;
}

std::unique_ptr<Numbers> make_numbers(NumberParts parts) {
  return std::make_unique<RowNumbers>(parts);
}

Result<void> remove_numbers_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  return NumbersTable(sql).remove_all(tenant, agent);
}

}  // namespace aiva::voice
