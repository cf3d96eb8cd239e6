#include "faces/cli/credit_commands.h"

#include <cmath>
#include <cstdio>

#include "capabilities/billing/reconciliation.h"
#include "faces/cli/account_commands.h"
#include "faces/cli/output.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::cli {
namespace {

using billing::MicroUsd;

constexpr std::size_t note_length_max = 500;

double in_dollars(MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

void print_balance(const billing::Balance& balance, bool is_json) {
  if (!is_json) {
    std::printf("%.6f USD, of which %.6f are held%s\n", in_dollars(balance.balance),
                in_dollars(balance.held), balance.is_unlimited ? "; credits are not enforced" : "");
    return;
  }
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("tenant_id", balance.tenant);
  writer.field("balance", in_dollars(balance.balance)).field("held", in_dollars(balance.held));
  writer.field("available", in_dollars(balance.available)).end_object();
  std::printf("%s\n", text.c_str());
}

int show_balance(CreditParts parts, TenantId tenant, bool is_json) {
  auto balance = sync_wait(parts.billing.balance({}, tenant));
  if (!balance) return report(balance.error());
  print_balance(*balance, is_json);
  return 0;
}

int add_credits(CreditParts parts, TenantId tenant, const Arguments& arguments) {
  const auto& wanted = arguments.credits;
  if (!std::isfinite(wanted.dollars)) return report(invalid_field("amount", "must be a number"));
  if (wanted.note.size() > note_length_max)
    return report(invalid_field("note", "must have at most 500 bytes"));
  auto amount = static_cast<MicroUsd>(std::llround(wanted.dollars * 1e6));
  auto source =
      wanted.is_promotion ? billing::CreditSource::promotion : billing::CreditSource::added;
  auto balance = sync_wait(parts.billing.add({}, tenant, amount, wanted.note, source));
  if (!balance) return report(balance.error());
  print_balance(*balance, arguments.is_json);
  return 0;
}

int show_history(CreditParts parts, TenantId tenant, const Arguments& arguments) {
  auto entries =
      sync_wait(parts.billing.history_before({}, tenant, arguments.credits.limit, INT64_MAX));
  if (!entries) return report(entries.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& entry : *entries) {
    auto sign = entry.to_account == "credit" ? 1 : -1;
    auto change = in_dollars(sign * entry.amount);
    if (!arguments.is_json)
      std::printf("%s  %12.6f  %12.6f  %-16s %s\n", to_iso8601(entry.created_at).c_str(), change,
                  in_dollars(entry.balance_after), entry.operation.c_str(),
                  (entry.note.empty() ? entry.reference : entry.note).c_str());
    writer.begin_object().field("id", entry.id).field("type", entry.type);
    writer.field("change", change).field("balance_after", in_dollars(entry.balance_after));
    writer.field("operation_type", entry.operation).field("reference", entry.reference);
    writer.field("note", entry.note).field("created_at", to_iso8601(entry.created_at)).end_object();
  }
  writer.end_array();
  if (arguments.is_json) std::printf("%s\n", text.c_str());
  return 0;
}

void print_findings(const billing::Reconciliation& found) {
  std::printf("%lld tenants, %lld entries, %lld open holds\n",
              static_cast<long long>(found.tenants), static_cast<long long>(found.entries),
              static_cast<long long>(found.open_holds));
  MicroUsd sum = 0;
  for (const auto& [account, amount] : found.accounts) {
    std::printf("  %-12s %18.6f USD\n", account.c_str(), in_dollars(amount));
    sum += amount;
  }
  std::printf("  %-12s %18.6f USD\n", "sum", in_dollars(sum));
  for (const auto& difference : found.differences)
    std::printf("WRONG  tenant %s: %s is %.6f USD, its rows add up to %.6f USD\n",
                difference.tenant.to_string().c_str(), difference.what.c_str(),
                in_dollars(difference.recorded), in_dollars(difference.computed));
  for (const auto& id : found.broken_entries)
    std::printf("WRONG  entry %s does not follow from the one before\n", id.c_str());
  std::printf("%s\n", found.is_right() ? "The ledger adds up." : "The ledger does NOT add up.");
}

void print_findings_json(const billing::Reconciliation& found) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("is_right", found.is_right()).field("tenants", found.tenants);
  writer.field("entries", found.entries).field("open_holds", found.open_holds);
  writer.key("accounts").begin_object();
  for (const auto& [account, amount] : found.accounts) writer.field(account, in_dollars(amount));
  writer.end_object().key("differences").begin_array();
  for (const auto& difference : found.differences) {
    writer.begin_object().field("tenant_id", difference.tenant).field("what", difference.what);
    writer.field("recorded", in_dollars(difference.recorded));
    writer.field("computed", in_dollars(difference.computed)).end_object();
  }
  writer.end_array().key("broken_entries").begin_array();
  for (const auto& id : found.broken_entries) writer.value(id);
  writer.end_array().end_object();
  std::printf("%s\n", text.c_str());
}

int reconcile(CreditParts parts, bool is_json) {
  auto found = sync_wait(billing::reconcile(parts.database, {}));
  if (!found) return report(found.error());
  if (is_json)
    print_findings_json(*found);
  else
    print_findings(*found);
  return found->is_right() ? 0 : 1;
}

}  // namespace

std::optional<int> run_credit_command(CreditParts parts, const Arguments& arguments) {
  using enum CommandName;
  if (arguments.command == credits_reconcile) return reconcile(parts, arguments.is_json);
  bool is_ours = arguments.command == credits_balance || arguments.command == credits_add ||
                 arguments.command == credits_history;
  if (!is_ours) return std::nullopt;
  auto tenant = find_tenant(parts.directory, arguments.tenant);
  if (!tenant) return report(tenant.error());
  if (arguments.command == credits_balance)
    return show_balance(parts, tenant->id, arguments.is_json);
  if (arguments.command == credits_add) return add_credits(parts, tenant->id, arguments);
  return show_history(parts, tenant->id, arguments);
}

}  // namespace aiva::cli
