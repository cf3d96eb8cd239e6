#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::billing {

// Money in millionths of a US dollar.
using MicroUsd = std::int64_t;

// One thing that costs: `operation` is "search", "document", "chat", …; `base` is the cost before
// the margin. `reference` makes it idempotent: the same (operation, reference) is charged once.
struct Charge {
  std::string operation;
  std::string reference;
  MicroUsd base = 0;
  std::string details{};           // JSON, for the report
  std::string model{};             // whose use it was, for the report
  std::optional<AgentId> agent{};  // its budgets count the charge
  std::optional<ApiKeyId> key{};   // likewise
};

// Credits set aside for work that has begun; one per reference.
struct Hold {
  std::string operation;
  std::string reference;
  MicroUsd amount = 0;
  std::optional<ApiKeyId> key{};
  std::optional<AgentId> agent{};
};

struct Balance {
  TenantId tenant{};
  MicroUsd balance = 0;
  MicroUsd held = 0;
  MicroUsd available = 0;     // balance - held
  bool is_unlimited = false;  // metering only: the embedded default until credits are switched on
};

// Where added credits come from.
enum class CreditSource { added, promotion, adjustment };

struct LedgerEntry {
  std::int64_t sequence = 0;  // ascending with time
  std::string id;
  std::string type;  // add | deduct | refund
  MicroUsd amount = 0;
  MicroUsd base = 0;
  MicroUsd balance_before = 0;
  MicroUsd balance_after = 0;
  std::string operation;
  std::string reference;
  std::string from_account;
  std::string to_account;
  std::string model;
  std::optional<AgentId> agent{};
  std::optional<ApiKeyId> key{};
  std::string note;
  UnixMs created_at = 0;
};

struct LedgerPage {
  std::vector<LedgerEntry> entries;
  std::int64_t total = 0;
};

struct BillingSettings {
  int margin_percent = 20;   // final = base * (1 + margin/100), rounded up to a micro-dollar
  bool is_enforced = false;  // false: charges are recorded, gates never close
};

}  // namespace aiva::billing
