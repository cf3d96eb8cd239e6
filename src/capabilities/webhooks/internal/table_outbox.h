#pragma once

#include "capabilities/webhooks/outbox.h"
#include "ports/clock.h"

namespace aiva::webhooks {

// Writes events and their deliveries into the tables.
class TableOutbox final : public Outbox {
 public:
  explicit TableOutbox(const Clock& clock) : clock_(clock) {}
  Result<void> publish(SqlSession& session, TenantId tenant, const Event& event) override;

 private:
  const Clock& clock_;
};

}  // namespace aiva::webhooks
