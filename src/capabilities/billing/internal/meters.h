#pragma once

#include <map>
#include <span>
#include <string>

#include "capabilities/billing/types.h"
#include "foundation/metrics.h"

namespace aiva::billing {

// What is counted of all tenants together, in US dollars. Amounts count when they are written: what
// a transaction takes that fails afterwards, or runs twice, is counted all the same. The ledger is
// what is exact. Any thread.
class Meters {
 public:
  // Borrowed; null counts nothing.
  explicit Meters(Metrics* metrics);

  // `taken` for all of the charges together; each gets the share that its base is of all.
  void count_taken(std::span<const Charge> charges, MicroUsd taken);
  void count_added(MicroUsd amount);
  void count_refunded(MicroUsd amount);
  // Work that was not begun for want of credits.
  void count_refusal();

 private:
  Counter& taken_for(const std::string& operation);

  std::map<std::string, Counter*, std::less<>> taken_;  // by operation; empty: nothing is counted
  Counter* added_ = nullptr;
  Counter* refunded_ = nullptr;
  Counter* refusals_ = nullptr;
};

}  // namespace aiva::billing
