#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/models/types.h"
#include "foundation/result.h"

namespace aiva::models {

// A provider, by its place in the configuration, and what it calls the model.
struct Candidate {
  std::size_t provider = 0;
  std::string model;
  auto operator<=>(const Candidate&) const = default;
};

struct RoutingRules {
  std::span<const ProviderSettings> providers;  // borrowed
  std::string default_model{};
  std::vector<std::string> fall_back{};
};

// Who may answer a request for a model, in the order they are asked.
class Routing {
 public:
  // Fails with `invalid` (fields) when rules contradict each other.
  static Result<Routing> make(RoutingRules rules);

  // Never empty. Fails with `invalid` for a model nobody has. An empty name: the default.
  [[nodiscard]] Result<std::vector<Candidate>> candidates(std::string_view model) const;

 private:
  explicit Routing(RoutingRules rules) : rules_(std::move(rules)) {}
  [[nodiscard]] std::vector<Candidate> resolve(std::string_view model) const;

  RoutingRules rules_;
};

}  // namespace aiva::models
