#include "faces/load/tally.h"

#include <algorithm>

namespace aiva::load {
namespace {

constexpr std::array<std::string_view, outcome_count> names{
    "ok",      "unreachable", "timed_out",     "cut_off",   "rate_limited",
    "refused", "failed",      "broken_stream", "malformed", "not_sent"};

std::uint64_t in_micros(Micros span) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
}

double percent(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

std::string_view name_of(Outcome outcome) { return names[static_cast<std::size_t>(outcome)]; }

void Figures::record(const Sample& sample) {
  ++requests;
  ++outcomes[static_cast<std::size_t>(sample.outcome)];
  bytes += sample.bytes;
  latency.record(in_micros(sample.latency));
  if (sample.outcome != Outcome::not_sent) service.record(in_micros(sample.service));
  if (sample.first_words.count() > 0) first_words.record(in_micros(sample.first_words));
}

void Figures::add(const Figures& other) {
  requests += other.requests;
  for (std::size_t i = 0; i < outcome_count; ++i) outcomes[i] += other.outcomes[i];
  bytes += other.bytes;
  latency.add(other.latency);
  service.add(other.service);
  first_words.add(other.first_words);
}

std::uint64_t Figures::errors() const { return requests - outcomes[0]; }

double Figures::error_percent() const { return percent(errors(), requests); }

double Figures::failed_percent() const {
  return percent(outcomes[static_cast<std::size_t>(Outcome::failed)] +
                     outcomes[static_cast<std::size_t>(Outcome::broken_stream)],
                 requests);
}

Tally::Tally(const Scenario& scenario) {
  for (const auto& phase : scenario.phases) {
    is_warm_up_.push_back(phase.is_warm_up);
    by_phase_.push_back(std::make_unique<Figures>());
  }
  for (std::size_t i = 0; i < operation_count; ++i)
    by_operation_.push_back(std::make_unique<Figures>());
}

void Tally::record(const Sample& sample) {
  ++present_.requests;
  if (sample.outcome != Outcome::ok) ++present_.errors;
  ++present_.by_operation[static_cast<std::size_t>(sample.operation)];
  present_latency_.record(in_micros(sample.latency));
  by_phase_[sample.phase]->record(sample);
  if (!is_warm_up_[sample.phase])
    by_operation_[static_cast<std::size_t>(sample.operation)]->record(sample);
}

const SecondLine& Tally::end_second(std::size_t phase, double users) {
  present_.second = static_cast<std::uint32_t>(seconds_.size() + 1);
  present_.phase = phase;
  present_.users = users;
  present_.p50_us = present_latency_.percentile(0.5);
  present_.p95_us = present_latency_.percentile(0.95);
  present_.p99_us = present_latency_.percentile(0.99);
  present_.max_us = present_latency_.max();
  seconds_.push_back(present_);
  present_ = {};
  present_latency_.clear();
  return seconds_.back();
}

Figures Tally::total() const {
  Figures sum;
  for (const auto& figures : by_operation_) sum.add(*figures);
  return sum;
}

const Figures& Tally::of(Operation operation) const {
  return *by_operation_[static_cast<std::size_t>(operation)];
}

}  // namespace aiva::load
