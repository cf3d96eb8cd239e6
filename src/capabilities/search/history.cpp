#include "capabilities/search/history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "capabilities/search/internal/searches_table.h"
#include "foundation/log.h"

namespace aiva::search {
namespace {

constexpr UnixMs hour_ms = 3'600'000;
constexpr UnixMs day_ms = 24 * hour_ms;
constexpr int days_max = 365;
constexpr int page_limit_max = 200;
constexpr int page_max = 1'000'000;
constexpr std::int64_t factors_of_a_day = 2 * 3 * 5;

Result<void> validate(const HistoryFilter& filter) {
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  if (filter.page.page < 1 || filter.page.page > page_max)
    error.details.push_back({"page", "must be between 1 and 1000000"});
  if (filter.page.limit < 1 || filter.page.limit > page_limit_max)
    error.details.push_back({"limit", "must be between 1 and 200"});
  if (filter.from && filter.until && *filter.from >= *filter.until)
    error.details.push_back({"until", "must be after from"});
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

// The nearest rank; moves the elements about.
double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  auto rank = std::ceil(share * static_cast<double>(values.size()));
  auto at = std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(rank) - 1, 0);
  std::ranges::nth_element(values, values.begin() + at);
  return values[static_cast<std::size_t>(at)];
}

Latency latency_of(std::vector<double> values) {
  auto sum = std::accumulate(values.begin(), values.end(), 0.0);
  auto count = static_cast<std::int64_t>(values.size());
  return {.measured = count,
          .mean_ms = count == 0 ? 0 : sum / static_cast<double>(count),
          .p50_ms = percentile(values, 0.50),
          .p95_ms = percentile(values, 0.95),
          .p99_ms = percentile(values, 0.99)};
}

class RowHistory final : public History {
 public:
  RowHistory(HistoryParts parts, const HistorySettings& settings)
      : parts_(parts), settings_(settings) {}

  Task<Result<knowledge::PageOf<PastSearch>>> searches(CallContext context, KnowledgeBaseId base,
                                                       HistoryFilter filter) override {
    CO_TRY_VOID(validate(filter));
    CO_TRY([[maybe_unused]] auto known, co_await parts_.knowledge.get(context, base));
    SearchRange range{.tenant = context.tenant,
                      .base = base,
                      .from = filter.from.value_or(0),
                      .until = filter.until.value_or(std::numeric_limits<UnixMs>::max())};
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return SearchesTable(sql).page(range, filter, settings_.counted_max);
    });
    auto page = co_await std::move(reading);
    co_return page;
  }

  Task<Result<SearchAnalytics>> analytics(CallContext context, KnowledgeBaseId base,
                                          int days) override {
    if (days < 1 || days > days_max)
      co_return fail(invalid_field("days", "must be between 1 and 365"));
    CO_TRY([[maybe_unused]] auto known, co_await parts_.knowledge.get(context, base));
    auto now = parts_.clock.unix_ms();
    SearchRange range{.tenant = context.tenant,
                      .base = base,
                      .from = now - now % day_ms - (days - 1) * day_ms,
                      .until = now + 1};
    auto reading = read(parts_.database, context,
                        [&](SqlSession& sql) { return analyse(SearchesTable(sql), range); });
    auto analytics = co_await std::move(reading);
    co_return analytics;
  }

  Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) override {
    auto than = parts_.clock.unix_ms() - std::int64_t{age.count()} * day_ms;
    std::int64_t count = 0;
    for (;;) {
      CO_TRY_VOID(context.check());
      auto removing = write(parts_.database, context, [&](SqlSession& sql) {
        return SearchesTable(sql).remove_older(than, settings_.removed_per_transaction);
      });
      CO_TRY(auto removed, co_await std::move(removing));
      count += removed;
      if (removed < settings_.removed_per_transaction) break;
    }
    if (count > 0) log::info("Old searches were removed", {{"searches", count}});
    co_return count;
  }

 private:
  Result<SearchAnalytics> analyse(SearchesTable table, SearchRange range) const {
    SearchAnalytics analytics{.from = range.from, .until = range.until - 1};
    TRY(auto beyond, table.beyond_newest(range, settings_.count_max));
    if (beyond) {
      analytics.is_complete = false;
      analytics.from = range.from = *beyond + 1;
    }
    TRY_VOID(add_figures(table, range, analytics));
    TRY_VOID(add_latency(table, range, analytics));
    TRY_VOID(add_questions(table, range, analytics));
    return analytics;
  }

  static Result<void> add_figures(SearchesTable& table, const SearchRange& range,
                                  SearchAnalytics& analytics) {
    for (auto day = range.from - range.from % day_ms; day < range.until; day += day_ms)
      analytics.days.push_back({.begin = day});
    std::map<std::string, SearchFigures, std::less<>> types;
    auto add = [&](UnixMs hour, std::string_view type, const SearchFigures& figures) {
      auto since = hour - analytics.days.front().begin;
      analytics.all += figures;
      analytics.days[static_cast<std::size_t>(since / day_ms)].figures += figures;
      analytics.hours[static_cast<std::size_t>(since % day_ms / hour_ms)] += figures;
      types[std::string(type)] += figures;
    };
    TRY_VOID(table.hours(range, add));
    for (auto& [type, figures] : types)
      analytics.types.push_back({.type = type, .figures = figures});
    return {};
  }

  // A sample is what was asked in one of `step` milliseconds. That number shares no factor with the
  // lengths of a second or a day, so that nothing that recurs with them is preferred.
  Result<void> add_latency(SearchesTable& table, const SearchRange& range,
                           SearchAnalytics& analytics) const {
    std::int64_t step = 1;
    if (analytics.all.count > settings_.latency_count_max) {
      step = analytics.all.count / settings_.latency_count_max + 1;
      while (std::gcd(step, factors_of_a_day) != 1) ++step;
    }
    analytics.is_latency_exact = step == 1;
    TRY(auto times, table.times(range, step));
    auto all = times.cached;
    all.insert(all.end(), times.uncached.begin(), times.uncached.end());
    analytics.latency = latency_of(std::move(all));
    analytics.latency_cached = latency_of(std::move(times.cached));
    analytics.latency_uncached = latency_of(std::move(times.uncached));
    return {};
  }

  Result<void> add_questions(SearchesTable& table, SearchRange range,
                             SearchAnalytics& analytics) const {
    TRY(auto beyond, table.beyond_newest(range, settings_.questions_count_max));
    if (beyond) {
      analytics.are_questions_complete = false;
      range.from = *beyond + 1;
    }
    TRY(analytics.top_questions, table.questions(range, false, settings_.top_questions));
    TRY(analytics.questions_without_results, table.questions(range, true, settings_.top_questions));
    return {};
  }

  HistoryParts parts_;
  HistorySettings settings_;
};

}  // namespace

SearchFigures& SearchFigures::operator+=(const SearchFigures& more) {
  count += more.count;
  cached += more.cached;
  without_results += more.without_results;
  time_ms += more.time_ms;
  base_cost += more.base_cost;
  return *this;
}

double SearchFigures::share(std::int64_t part) const {
  return count == 0 ? 0 : static_cast<double>(part) / static_cast<double>(count);
}

double SearchFigures::mean_ms() const {
  return count == 0 ? 0 : time_ms / static_cast<double>(count);
}

std::unique_ptr<History> make_history(HistoryParts parts, HistorySettings settings) {
  return std::make_unique<RowHistory>(parts, settings);
}

}  // namespace aiva::search
