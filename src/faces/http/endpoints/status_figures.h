#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "faces/http/endpoints/status_totals.h"

namespace aiva::http {

// One figure of the status page. Values beyond `warn` or `alert` are worth a look, or action; those
// of the guide for operators where it names any (S138 – S170).
struct StatusFigure {
  std::string_view name;   // as in /api/status
  std::string_view group;  // API, Chat, …
  std::string_view label;
  std::string_view unit;  // "/s", "ms", "ratio", "bytes", …; empty: a plain number
  double warn = not_known;
  double alert = not_known;
  bool is_low_bad = false;  // values below are, not those above
};

std::span<const StatusFigure> status_figures();

// What the figures were between two moments, in the order of status_figures(); not_known where
// nothing tells. Rates and averages are those of the time between, the rest is that of `now`.
std::vector<double> figures_between(const StatusTotals& before, const StatusTotals& now);

// The value below which that part of what was observed between two moments lies, by straight lines
// within buckets, as Prometheus' histogram_quantile has it; not_known where nothing was.
double quantile_between(const Distribution& before, const Distribution& now, double part);

}  // namespace aiva::http
