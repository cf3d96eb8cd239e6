#include "capabilities/models/internal/routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::models {
namespace {

using ::testing::ElementsAre;

ProviderSettings provider(std::string name, std::vector<std::string> prefixes,
                          std::string default_model = "") {
  ProviderSettings settings;
  settings.name = std::move(name);
  settings.base_url = "https://models.example";
  settings.prefixes = std::move(prefixes);
  settings.default_model = std::move(default_model);
  return settings;
}

class ModelRouting : public ::testing::Test {
 protected:
  // "provider:model" of every candidate.
  std::vector<std::string> find(const std::string& model) {
    auto routing = Routing::make({providers_, default_model_, fall_back_});
    if (!routing) return {"invalid settings: " + routing.error().details.at(0).field};
    auto candidates = routing->candidates(model);
    if (!candidates) return {std::string(to_string(candidates.error().code))};
    std::vector<std::string> names;
    for (const auto& candidate : *candidates)
      names.push_back(providers_[candidate.provider].name + ":" + candidate.model);
    return names;
  }

  std::vector<ProviderSettings> providers_ = {
      provider("openai", {"gpt-", "o1"}), provider("azure", {"gpt-4o"}),
      provider("anthropic", {"claude-"}, "claude-haiku"), provider("openrouter", {})};
  std::string default_model_;
  std::vector<std::string> fall_back_;
};

TEST_F(ModelRouting, takes_the_longest_prefix_first) {
  EXPECT_THAT(find("gpt-4o-mini"), ElementsAre("azure:gpt-4o-mini", "openai:gpt-4o-mini"));
  EXPECT_THAT(find("gpt-3.5"), ElementsAre("openai:gpt-3.5"));
  EXPECT_THAT(find("claude-x"), ElementsAre("anthropic:claude-x"));
  EXPECT_THAT(find("llama"), ElementsAre("invalid"));
}

TEST_F(ModelRouting, takes_a_provider_at_its_word) {
  EXPECT_THAT(find("openai/gpt-4o"), ElementsAre("openai:gpt-4o"));
  EXPECT_THAT(find("openrouter/meta/llama-3"), ElementsAre("openrouter:meta/llama-3"));
  EXPECT_THAT(find("anthropic/"), ElementsAre("anthropic:claude-haiku"));
  EXPECT_THAT(find("unknown/gpt-4o"), ElementsAre("invalid"));
}

TEST_F(ModelRouting, goes_on_along_the_fall_back_chain_without_repeating_itself) {
  fall_back_ = {"claude-x", "openai/gpt-4o", "anthropic/"};

  EXPECT_THAT(find("gpt-4o"), ElementsAre("azure:gpt-4o", "openai:gpt-4o", "anthropic:claude-x",
                                          "anthropic:claude-haiku"));
}

TEST_F(ModelRouting, has_a_default) {
  EXPECT_THAT(find(""), ElementsAre("invalid"));
  default_model_ = "gpt-4.1";
  EXPECT_THAT(find(""), ElementsAre("openai:gpt-4.1"));
  default_model_ = "";
  providers_[0].default_model = "gpt-5";
  EXPECT_THAT(find(""), ElementsAre("openai:gpt-5"));
}

TEST_F(ModelRouting, takes_an_empty_prefix_for_every_model) {
  providers_.push_back(provider("local", {""}));

  EXPECT_THAT(find("llama"), ElementsAre("local:llama"));
  EXPECT_THAT(find("gpt-3.5"), ElementsAre("openai:gpt-3.5", "local:gpt-3.5"));
}

TEST_F(ModelRouting, refuses_settings_that_contradict_each_other) {
  fall_back_ = {"llama"};
  EXPECT_THAT(find("gpt-4o"), ElementsAre("invalid settings: models.fall_back"));
  fall_back_ = {};
  default_model_ = "llama";
  EXPECT_THAT(find("gpt-4o"), ElementsAre("invalid settings: models.default_model"));
  default_model_ = "";
  providers_.push_back(provider("openai", {}));
  EXPECT_THAT(find("gpt-4o"), ElementsAre("invalid settings: models.providers.openai"));
  providers_.back() = provider("Two Words", {});
  EXPECT_THAT(find("gpt-4o"), ElementsAre("invalid settings: models.providers.Two Words"));
  providers_.back() = provider("files", {});
  providers_.back().base_url = "file:///etc/passwd";
  EXPECT_THAT(find("gpt-4o"), ElementsAre("invalid settings: models.providers.files.base_url"));
}

}  // namespace
}  // namespace aiva::models
