#include "capabilities/idempotency/internal/keys_table.h"

#include <algorithm>

#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "ports/delete_selected.h"

namespace aiva::idempotency {
namespace {

constexpr RowsByKey keys{.table = "idempotency_keys", .key = "scope_hash"};

std::string_view to_string(KeyState state) {
  switch (state) {
    case KeyState::running: return "running";
    case KeyState::kept: return "kept";
    case KeyState::unkept: return "unkept";
  }
  return {};
}

KeyState parse_state(std::string_view text) {
  if (text == "kept") return KeyState::kept;
  return text == "unkept" ? KeyState::unkept : KeyState::running;
}

std::string headers_json(const KeptAnswer& answer) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& [name, value] : answer.headers)
    writer.begin_array().value(name).value(value).end_array();
  writer.end_array();
  return text;
}

Result<void> read_headers(std::string_view text, KeptAnswer& answer) {
  TRY(auto value, json::parse(text));
  for (const auto& pair : value.as_array())
    answer.headers.emplace_back(std::string_view(pair.at(0).as_string()),
                                std::string_view(pair.at(1).as_string()));
  return {};
}

SqlValue::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

Result<std::optional<KeyRow>> KeysTable::find(TenantId tenant, std::string_view scope) {
  std::optional<KeyRow> found;
  TRY_VOID(sql_.query(
      "SELECT request_hash, state, lease_until, expires_at, status, content_type, headers, body "
      "FROM idempotency_keys WHERE scope_hash = ? AND tenant_id = ?",
      {scope, tenant}, [&found](const SqlRow& row) -> Result<void> {
        found.emplace(KeyRow{.request_hash = std::string(row.text(0)),
                             .state = parse_state(row.text(1)),
                             .lease_until = row.integer(2),
                             .expires_at = row.integer(3)});
        auto& answer = found->answer;
        answer.status = static_cast<int>(row.integer(4));
        answer.content_type = std::string(row.text(5));
        TRY_VOID(read_headers(row.text(6), answer));
        auto body = row.bytes(7);
        answer.body.resize(body.size());
        std::ranges::transform(body, answer.body.begin(),
                               [](std::byte byte) { return static_cast<char>(byte); });
        return {};
      }));
  return found;
}

Result<void> KeysTable::insert(const KeyClaim& row) {
  TRY_VOID(sql_.execute(
      "INSERT INTO idempotency_keys (scope_hash, tenant_id, request_hash, state, owner, "
      "lease_until, created_at, expires_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?)",
      {row.claim.scope, row.claim.tenant, row.request_hash, row.claim.owner, row.lease_until,
       row.now, row.expires_at}));
  return {};
}

Result<void> KeysTable::take_over(const KeyClaim& row) {
  TRY_VOID(sql_.execute(
      "UPDATE idempotency_keys SET request_hash = ?, state = 'running', owner = ?, "
      "lease_until = ?, created_at = ?, expires_at = ?, status = 0, content_type = '', "
      "headers = '[]', body = ? WHERE scope_hash = ? AND tenant_id = ?",
      {row.request_hash, row.claim.owner, row.lease_until, row.now, row.expires_at, bytes_of(""),
       row.claim.scope, row.claim.tenant}));
  return {};
}

Result<void> KeysTable::keep(const Claim& claim, KeyState state, const KeptAnswer& answer) {
  auto headers = headers_json(answer);
  TRY_VOID(
      sql_.execute("UPDATE idempotency_keys SET state = ?, status = ?, content_type = ?, "
                   "headers = ?, body = ? WHERE scope_hash = ? AND tenant_id = ? AND owner = ?",
                   {to_string(state), answer.status, answer.content_type, headers,
                    bytes_of(answer.body), claim.scope, claim.tenant, claim.owner}));
  return {};
}

Result<void> KeysTable::free(const Claim& claim) {
  TRY_VOID(sql_.execute(
      "DELETE FROM idempotency_keys WHERE scope_hash = ? AND tenant_id = ? AND owner = ?",
      {claim.scope, claim.tenant, claim.owner}));
  return {};
}

Result<std::int64_t> KeysTable::remove_running() {
  return sql_.execute("DELETE FROM idempotency_keys WHERE state = 'running'");
}

Result<std::int64_t> KeysTable::remove_expired(UnixMs now, int count_max) {
  return delete_selected(sql_, keys,
                         "SELECT scope_hash FROM idempotency_keys WHERE expires_at <= ? LIMIT ?",
                         {now, count_max});
}

Result<std::int64_t> KeysTable::remove_surplus(std::int64_t keys_max, int count_max) {
  std::optional<TenantId> tenant;
  std::int64_t surplus = 0;
  TRY_VOID(
      sql_.query("SELECT tenant_id, COUNT(*) FROM idempotency_keys GROUP BY tenant_id "
                 "HAVING COUNT(*) > ? ORDER BY COUNT(*) DESC LIMIT 1",
                 {keys_max}, [&](const SqlRow& row) -> Result<void> {
                   tenant = row.id<TenantId>(0);
                   surplus = row.integer(1) - keys_max;
                   return {};
                 }));
  if (!tenant) return 0;
  return delete_selected(
      sql_, keys,
      "SELECT scope_hash FROM idempotency_keys WHERE tenant_id = ? ORDER BY created_at LIMIT ?",
      {*tenant, std::min<std::int64_t>(surplus, count_max)});
}

}  // namespace aiva::idempotency
