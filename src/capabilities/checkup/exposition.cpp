#include "capabilities/checkup/exposition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace aiva::checkup {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

bool is_name_sign(char sign) {
  return (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') ||
         (sign >= '0' && sign <= '9') || sign == '_' || sign == ':';
}

std::optional<double> number_of(std::string_view text) {
  if (text == "+Inf" || text == "Inf") return infinite;
  if (text == "-Inf") return -infinite;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// One line: NAME{LABEL="VALUE",…} NUMBER [TIME], and an exemplar behind " # ", which is passed
// over.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  struct Parts {
    std::string name{};
    Sample sample{};
  };
  std::optional<Parts> read() {
    Parts parts;
    parts.name = word();
    if (parts.name.empty()) return std::nullopt;
    if (take('{') && !read_labels(parts.sample)) return std::nullopt;
    while (take(' ')) {
    }
    auto value = number_of(rest_.substr(0, rest_.find(' ')));
    if (!value) return std::nullopt;
    parts.sample.value = *value;
    return parts;
  }

 private:
  std::string word() {
    std::size_t size = 0;
    while (size < rest_.size() && is_name_sign(rest_[size])) ++size;
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  bool take(char sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool read_labels(Sample& sample) {
    while (!take('}')) {
      auto name = word();
      std::string value;
      if (name.empty() || !take('=') || !take('"') || !read_text(value)) return false;
      sample.labels.emplace_back(std::move(name), std::move(value));
      take(',');
    }
    return true;
  }
  bool read_text(std::string& value) {
    while (!rest_.empty()) {
      char sign = rest_.front();
      rest_.remove_prefix(1);
      if (sign == '"') return true;
      if (sign != '\\') {
        value += sign;
        continue;
      }
      if (rest_.empty()) return false;
      value += rest_.front() == 'n' ? '\n' : rest_.front();
      rest_.remove_prefix(1);
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

std::string_view Sample::label(std::string_view name) const {
  auto found = std::ranges::find(labels, name,
                                 [](const auto& pair) -> std::string_view { return pair.first; });
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

Distribution Distribution::since(const Distribution& earlier) const {
  if (earlier.buckets.size() != buckets.size()) return *this;
  Distribution grown = *this;
  for (std::size_t at = 0; at < buckets.size(); ++at) {
    if (earlier.buckets[at].first != buckets[at].first) return *this;
    grown.buckets[at].second -= earlier.buckets[at].second;
    if (grown.buckets[at].second < 0) return *this;
  }
  return grown;
}

std::optional<double> Distribution::quantile(double share) const {
  if (count() <= 0) return std::nullopt;
  double wanted = share * count();
  double bound = 0;
  double below = 0;
  for (const auto& [to, cumulative] : buckets) {
    if (cumulative >= wanted) {
      if (std::isinf(to)) return bound;
      double within = cumulative - below;
      return within <= 0 ? to : bound + (to - bound) * (wanted - below) / within;
    }
    bound = std::isinf(to) ? bound : to;
    below = cumulative;
  }
  return bound;
}

Result<Exposition> Exposition::parse(std::string_view text) {
  Exposition exposition;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    auto parts = Line(line).read();
    if (!parts)
      return fail(ErrorCode::invalid,
                  "Line " + std::to_string(number) + " is none of Prometheus' text format");
    exposition.samples_[parts->name].push_back(std::move(parts->sample));
  }
  return exposition;
}

const std::vector<Sample>* Exposition::samples(std::string_view name) const {
  auto found = samples_.find(name);
  return found == samples_.end() ? nullptr : &found->second;
}

bool Exposition::has(std::string_view name) const { return samples(name) != nullptr; }

std::optional<double> Exposition::sum(std::string_view name, const SampleFilter& filter) const {
  const auto* all = samples(name);
  if (all == nullptr) return std::nullopt;
  double total = 0;
  bool is_any = false;
  for (const auto& sample : *all) {
    if (filter && !filter(sample)) continue;
    total += sample.value;
    is_any = true;
  }
  return is_any ? std::optional(total) : std::nullopt;
}

std::optional<double> Exposition::largest(std::string_view name, const SampleFilter& filter) const {
  const auto* all = samples(name);
  if (all == nullptr) return std::nullopt;
  std::optional<double> most;
  for (const auto& sample : *all)
    if (!filter || filter(sample)) most = std::max(most.value_or(-infinite), sample.value);
  return most;
}

Distribution Exposition::distribution(const std::string& name, const SampleFilter& filter) const {
  std::map<double, double> counts;
  if (const auto* all = samples(name + "_bucket"))
    for (const auto& sample : *all)
      if (auto bound = number_of(sample.label("le")); bound && (!filter || filter(sample)))
        counts[*bound] += sample.value;
  return {.buckets = {counts.begin(), counts.end()}};
}

std::optional<double> LiveReadings::growth(std::string_view name,
                                           const SampleFilter& filter) const {
  auto now = second.sum(name, filter);
  if (!now) return std::nullopt;
  auto before = first.sum(name, filter).value_or(0);
  return *now >= before ? *now - before : *now;
}

Distribution LiveReadings::recent(const std::string& name, double count_min,
                                  const SampleFilter& filter) const {
  auto now = second.distribution(name, filter);
  auto grown = now.since(first.distribution(name, filter));
  return grown.count() >= count_min ? grown : now;
}

}  // namespace aiva::checkup
