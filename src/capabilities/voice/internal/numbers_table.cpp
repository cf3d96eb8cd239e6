#include "capabilities/voice/internal/numbers_table.h"

#include <string>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::string_view select_numbers =
    "SELECT id, tenant_id, agent_id, did, label, is_active, created_at, updated_at "
    "FROM did_mappings WHERE ";

Number read_number(const SqlRow& row) {
  return {.id = row.id<NumberId>(0),
          .tenant = row.id<TenantId>(1),
          .agent = row.id<AgentId>(2),
          .did = std::string(row.text(3)),
          .label = std::string(row.text(4)),
          .is_active = row.integer(5) != 0,
          .created_at = row.integer(6),
          .updated_at = row.integer(7)};
}

std::string_view digits_of(std::string_view did) {
  return did.starts_with('+') ? did.substr(1) : did;
}

Result<void> number_taken(Result<std::int64_t> outcome) {
  if (outcome) return {};
  if (outcome.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "The number is taken");
  return fail(std::move(outcome.error()));
}

Result<Number> one(SqlSession& sql, std::string_view condition, SqlSession::Parameters parameters) {
  std::optional<Number> found;
  TRY_VOID(sql.query(std::string(select_numbers).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       found = read_number(row);
                       return {};
                     }));
  if (!found) return fail(ErrorCode::not_found, "No such number");
  return std::move(*found);
}

}  // namespace

Result<void> NumbersTable::insert(const Number& number) {
  return number_taken(
      sql_.execute("INSERT INTO did_mappings (id, tenant_id, agent_id, did, digits, label, "
                   "is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {number.id, number.tenant, number.agent, number.did, digits_of(number.did),
                    number.label, number.is_active, number.created_at, number.updated_at}));
}

Result<Number> NumbersTable::get(TenantId tenant, NumberId id) {
  return one(sql_, "tenant_id = ? AND id = ?", {tenant, id});
}

Result<NumberPage> NumbersTable::page(TenantId tenant, const NumberFilter& filter) {
  auto agent = filter.agent ? filter.agent->to_string() : std::string();
  NumberPage page;
  TRY_VOID(sql_.query(
      "SELECT COUNT(*) FROM did_mappings WHERE tenant_id = ? AND (? = '' OR agent_id = ?)",
      {tenant, agent, agent}, [&page](const SqlRow& row) -> Result<void> {
        page.total = row.integer(0);
        return {};
      }));
  auto after = filter.after.value_or(before_newest);
  auto offset = filter.after ? 0 : std::int64_t{filter.page - 1} * filter.limit;
  TRY_VOID(sql_.query(
      std::string(select_numbers)
          .append("tenant_id = ? AND (? = '' OR agent_id = ?) AND (created_at, id) < (?, ?) "
                  "ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"),
      {tenant, agent, agent, after.key, after.id, filter.limit, offset},
      [&page](const SqlRow& row) -> Result<void> {
        page.items.push_back(read_number(row));
        return {};
      }));
  return page;
}

Result<std::int64_t> NumbersTable::count(TenantId tenant) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM did_mappings WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<void> NumbersTable::update(const Number& number) {
  return number_taken(sql_.execute(
      "UPDATE did_mappings SET agent_id = ?, did = ?, digits = ?, label = ?, is_active = ?, "
      "updated_at = ? WHERE tenant_id = ? AND id = ?",
      {number.agent, number.did, digits_of(number.did), number.label, number.is_active,
       number.updated_at, number.tenant, number.id}));
}

Result<void> NumbersTable::remove(TenantId tenant, NumberId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM did_mappings WHERE tenant_id = ? AND id = ?", {tenant, id}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such number");
  return {};
}

Result<void> NumbersTable::remove_all(TenantId tenant, AgentId agent) {
  TRY_VOID(sql_.execute("DELETE FROM did_mappings WHERE tenant_id = ? AND agent_id = ?",
                        {tenant, agent}));
  return {};
}

Result<Number> NumbersTable::answering(TenantId tenant, std::string_view did) {
  return one(sql_, "tenant_id = ? AND digits = ? AND is_active = 1", {tenant, digits_of(did)});
}

Result<Number> NumbersTable::answering_anywhere(std::string_view did) {
  return one(sql_, "digits = ? AND is_active = 1", {digits_of(did)});
}

}  // namespace aiva::voice
