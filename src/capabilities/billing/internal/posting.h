#pragma once

#include <optional>
#include <string_view>

#include "capabilities/billing/types.h"

namespace aiva::billing {

// The two sides of the ledger's movements. `credit` is the tenant's, the others the platform's.
enum class Account { credit, revenue, added, promotion, adjustment };

std::string_view to_string(Account account);

// One movement between two accounts; `amount` is positive, so each posting sums to zero. What it
// points at is borrowed.
struct Posting {
  std::string_view type;  // add | deduct | refund
  Account from = Account::credit;
  Account to = Account::revenue;
  MicroUsd amount = 0;
  MicroUsd base = 0;  // of a charge: before the margin
  std::string_view operation;
  std::string_view reference;
  std::string_view note{};
  std::string_view details = "{}";
  std::string_view model{};
  std::optional<AgentId> agent{};
  std::optional<ApiKeyId> key{};

  // What it does to the tenant's balance.
  [[nodiscard]] MicroUsd change() const { return to == Account::credit ? amount : -amount; }
};

}  // namespace aiva::billing
