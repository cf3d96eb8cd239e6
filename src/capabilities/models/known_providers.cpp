#include "capabilities/models/known_providers.h"

#include <utility>
#include <vector>

namespace aiva::models {
namespace {

std::vector<ProviderSettings> list_known() {
  const DialectQuirks azure{.has_key_header = true, .api_version = "2024-10-21"};
  const DialectQuirks deepseek{.tokens_field = "max_tokens", .has_schemas = false};
  const DialectQuirks mistral{
      .tokens_field = "max_tokens", .has_stream_options = false, .has_short_call_ids = true};
  std::vector<ProviderSettings> known = {
      {.name = "openai",
       .base_url = "https://api.openai.com/v1",
       .prefixes = {"gpt-", "chatgpt-", "o1", "o3", "o4"},
       .default_model = "gpt-4o-mini"},
      {.name = "anthropic",
       .dialect = Dialect::anthropic,
       .base_url = "https://api.anthropic.com",
       .prefixes = {"claude-"},
       .default_model = "claude-haiku-4-5",
       .quirks = {.api_version = "2023-06-01"}},
      {.name = "azure", .quirks = azure},
      {.name = "deepseek",
       .base_url = "https://api.deepseek.com/v1",
       .prefixes = {"deepseek-"},
       .default_model = "deepseek-chat",
       .quirks = deepseek},
      {.name = "groq",
       .base_url = "https://api.groq.com/openai/v1",
       .default_model = "llama-3.1-8b-instant"},
      {.name = "mistral",
       .base_url = "https://api.mistral.ai/v1",
       .prefixes = {"mistral-", "ministral-", "magistral-", "codestral-", "pixtral-"},
       .default_model = "mistral-small-latest",
       .quirks = mistral},
      {.name = "gemini",
       .base_url = "https://generativelanguage.googleapis.com/v1beta/openai",
       .prefixes = {"gemini-"},
       .default_model = "gemini-2.5-flash",
       .quirks = {.tokens_field = "max_tokens"}},
      {.name = "openrouter",
       .base_url = "https://openrouter.ai/api/v1",
       .default_model = "openrouter/auto",
       .quirks = {.tokens_field = "max_tokens"}},
      {.name = "ollama", .base_url = "http://127.0.0.1:11434/v1", .needs_key = false},
      {.name = "vllm", .base_url = "http://127.0.0.1:8000/v1", .needs_key = false},
      {.name = "llama_cpp", .base_url = "http://127.0.0.1:8080/v1", .needs_key = false}};
  return known;
}

}  // namespace

ProviderSettings known_provider(std::string_view name) {
  for (auto& provider : list_known())
    if (provider.name == name) return std::move(provider);
  ProviderSettings other;
  other.name = name;
  other.needs_key = false;
  return other;
}

}  // namespace aiva::models
