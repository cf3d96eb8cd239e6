#include "capabilities/models/internal/fair_queue.h"

#include <algorithm>
#include <iterator>

namespace aiva::models {
namespace {

constexpr std::size_t idle_flows_max = 1024;

}  // namespace

void FairQueue::push(const Entry& entry, double weight) {
  forget_idle();
  auto& flow = flows_[entry.tenant];
  flow.weight = weight;
  if (flow.waiting.empty()) {
    flow.start = std::max(flow.start, now_);
    flow.order = ++count_;
    order_.insert(place_of(entry.tenant, flow));
  }
  flow.waiting.push_back(entry);
  ++size_;
}

void FairQueue::erase(TenantId tenant, Ticket ticket) {
  auto found = flows_.find(tenant);
  if (found == flows_.end()) return;
  auto& flow = found->second;
  auto entry = std::ranges::find(flow.waiting, ticket, &Entry::ticket);
  if (entry == flow.waiting.end()) return;
  flow.waiting.erase(entry);
  --size_;
  if (flow.waiting.empty()) order_.erase(place_of(tenant, flow));
}

std::optional<FairQueue::Entry> FairQueue::front() const {
  if (order_.empty()) return std::nullopt;
  return flows_.at(order_.begin()->second).waiting.front();
}

void FairQueue::pop() {
  if (order_.empty()) return;
  auto tenant = order_.begin()->second;
  order_.erase(order_.begin());
  auto& flow = flows_.at(tenant);
  now_ = flow.start;
  flow.start += flow.waiting.front().cost / flow.weight;
  flow.waiting.pop_front();
  --size_;
  if (flow.waiting.empty()) return;
  flow.order = ++count_;
  order_.insert(place_of(tenant, flow));
}

std::size_t FairQueue::size_of(TenantId tenant) const {
  auto found = flows_.find(tenant);
  return found == flows_.end() ? 0 : found->second.waiting.size();
}

// A tenant that got more than others keeps its place behind them for a while after it waited.
void FairQueue::forget_idle() {
  if (flows_.size() < order_.size() + idle_flows_max) return;
  std::erase_if(flows_, [this](const auto& entry) {
    const auto& flow = entry.second;
    return flow.waiting.empty() && (order_.empty() || flow.start <= now_);
  });
}

}  // namespace aiva::models
