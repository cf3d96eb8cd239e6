#include "capabilities/webhooks/internal/table_outbox.h"

#include "capabilities/webhooks/internal/deliveries_table.h"
#include "capabilities/webhooks/internal/subscriptions_table.h"
#include "capabilities/webhooks/types.h"
#include "foundation/json_writer.h"

namespace aiva::webhooks {
namespace {

constexpr std::size_t data_bytes_max = 64 * 1024;

std::string only_size(std::size_t bytes) {
  std::string text;
  JsonWriter(text).begin_object().field("is_too_large", true).field("bytes", bytes).end_object();
  return text;
}

}  // namespace

Result<void> TableOutbox::publish(SqlSession& session, TenantId tenant, const Event& event) {
  if (!is_event_type(event.type)) return fail(internal_error("no such event: " + event.type));
  TRY(auto subscriptions, SubscriptionsTable(session).wanting(tenant, event.type));
  if (subscriptions.empty()) return {};
  auto now = clock_.unix_ms();
  DeliveriesTable table(session);
  auto fits = event.data.size() <= data_bytes_max;
  Event written{.type = event.type, .data = fits ? event.data : only_size(event.data.size())};
  TRY(auto sequence, table.insert_event(tenant, written, now));
  for (auto subscription : subscriptions)
    TRY_VOID(table.insert(tenant, subscription, sequence, false, now));
  return {};
}

}  // namespace aiva::webhooks
