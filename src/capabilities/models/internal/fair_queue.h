#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "foundation/ids.h"

namespace aiva::models {

// Who goes next when tenants wait for the same thing: start-time fair queueing (Goyal, Vin, Cheng,
// 1996). Each tenant's calls go in order; tenants share by their weights however many calls they
// have waiting, and one that waited for nothing lately goes before one that floods. Not
// thread-safe.
class FairQueue {
 public:
  using Ticket = std::uint64_t;
  struct Entry {
    TenantId tenant{};
    Ticket ticket = 0;
    double cost = 1;  // what it takes of the shared thing
  };

  void push(const Entry& entry, double weight);
  // Takes one out wherever it stands.
  void erase(TenantId tenant, Ticket ticket);
  // The one that goes next.
  [[nodiscard]] std::optional<Entry> front() const;
  // Lets it go.
  void pop();
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t size_of(TenantId tenant) const;

 private:
  // Virtual times: what a share of weight one would have been given.
  struct Flow {
    std::deque<Entry> waiting{};
    double start = 0;
    double weight = 1;
    std::uint64_t order = 0;  // among equal starts: who came first
  };
  using Place = std::pair<std::pair<double, std::uint64_t>, TenantId>;
  static Place place_of(TenantId tenant, const Flow& flow) {
    return {{flow.start, flow.order}, tenant};
  }
  void forget_idle();

  std::unordered_map<TenantId, Flow> flows_;
  std::set<Place> order_;  // of tenants that wait
  double now_ = 0;
  std::size_t size_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace aiva::models
