#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.h"

namespace aiva::checkup {

// A time series in one moment.
struct Sample {
  std::vector<std::pair<std::string, std::string>> labels{};
  double value = 0;

  // Empty where there is no such label.
  [[nodiscard]] std::string_view label(std::string_view name) const;
};

using SampleFilter = std::function<bool(const Sample&)>;

// How often values up to a bound came, cumulative, by ascending bounds; the last is infinite.
struct Distribution {
  std::vector<std::pair<double, double>> buckets{};

  [[nodiscard]] double count() const { return buckets.empty() ? 0 : buckets.back().second; }
  // What came since an earlier one of the same bounds; itself where the bounds differ or a count
  // fell, since the server started anew.
  [[nodiscard]] Distribution since(const Distribution& earlier) const;
  // 0…1; in proportion within a bucket, the last finite bound above it. Nothing while empty.
  [[nodiscard]] std::optional<double> quantile(double share) const;
};

// What a server told in Prometheus' text format.
class Exposition {
 public:
  // Fails with `invalid` and the number of the first line that is none of the format.
  static Result<Exposition> parse(std::string_view text);

  [[nodiscard]] bool has(std::string_view name) const;
  // Over all samples of that name that pass; nothing where none is there.
  [[nodiscard]] std::optional<double> sum(std::string_view name,
                                          const SampleFilter& filter = {}) const;
  [[nodiscard]] std::optional<double> largest(std::string_view name,
                                              const SampleFilter& filter = {}) const;
  // `name` without _bucket; buckets of all series that pass are added.
  [[nodiscard]] Distribution distribution(const std::string& name,
                                          const SampleFilter& filter = {}) const;
  // Null where there are none.
  [[nodiscard]] const std::vector<Sample>* samples(std::string_view name) const;

 private:
  std::map<std::string, std::vector<Sample>, std::less<>> samples_;
};

// Two readings of one server, and what came in between.
struct LiveReadings {
  Exposition first{};
  Exposition second{};
  double seconds = 0;  // between them

  // What counters grew by in between; all of it where they fell. Nothing where they are not there.
  [[nodiscard]] std::optional<double> growth(std::string_view name,
                                             const SampleFilter& filter = {}) const;
  // What came in between where that is `count_min` values at least, else since the server started.
  [[nodiscard]] Distribution recent(const std::string& name, double count_min,
                                    const SampleFilter& filter = {}) const;
};

}  // namespace aiva::checkup
