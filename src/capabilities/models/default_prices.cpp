#include "capabilities/models/prices.h"

namespace aiva::models {
namespace {

struct Row {
  const char* provider;
  const char* model;
  std::int64_t input;
  std::int64_t cached;
  std::int64_t output;
};

// Dollars for a million tokens times a thousand, as the providers publish them.
constexpr Row rows[] = {
    {"openai", "gpt-4o", 2500, 1250, 10000},
    {"openai", "gpt-4o-2024-05-13", 5000, 5000, 15000},
    {"openai", "gpt-4o-mini", 150, 75, 600},
    {"openai", "chatgpt-4o", 5000, 5000, 15000},
    {"openai", "gpt-4.1", 2000, 500, 8000},
    {"openai", "gpt-4.1-mini", 400, 100, 1600},
    {"openai", "gpt-4.1-nano", 100, 25, 400},
    {"openai", "gpt-4-turbo", 10000, 10000, 30000},
    {"openai", "gpt-3.5-turbo", 500, 500, 1500},
    {"openai", "gpt-5", 1250, 125, 10000},
    {"openai", "gpt-5-mini", 250, 25, 2000},
    {"openai", "gpt-5-nano", 50, 5, 400},
    {"openai", "o1", 15000, 7500, 60000},
    {"openai", "o1-mini", 1100, 550, 4400},
    {"openai", "o3", 2000, 500, 8000},
    {"openai", "o3-mini", 1100, 550, 4400},
    {"openai", "o4-mini", 1100, 275, 4400},
    {"anthropic", "claude-3-haiku", 250, 30, 1250},
    {"anthropic", "claude-3-5-haiku", 800, 80, 4000},
    {"anthropic", "claude-haiku-4", 1000, 100, 5000},
    {"anthropic", "claude-3-5-sonnet", 3000, 300, 15000},
    {"anthropic", "claude-3-7-sonnet", 3000, 300, 15000},
    {"anthropic", "claude-sonnet-4", 3000, 300, 15000},
    {"anthropic", "claude-3-opus", 15000, 1500, 75000},
    {"anthropic", "claude-opus-4", 15000, 1500, 75000},
    {"anthropic", "claude-opus-4-5", 5000, 500, 25000},
    {"deepseek", "deepseek-chat", 280, 28, 420},
    {"deepseek", "deepseek-reasoner", 280, 28, 420},
    {"mistral", "mistral-small", 100, 100, 300},
    {"mistral", "mistral-medium", 400, 400, 2000},
    {"mistral", "mistral-large", 2000, 2000, 6000},
    {"mistral", "ministral-3b", 40, 40, 40},
    {"mistral", "ministral-8b", 100, 100, 100},
    {"mistral", "codestral", 300, 300, 900},
    {"groq", "llama-3.1-8b-instant", 50, 50, 80},
    {"groq", "llama-3.3-70b-versatile", 590, 590, 790},
    {"groq", "openai/gpt-oss-20b", 75, 37, 300},
    {"groq", "openai/gpt-oss-120b", 150, 75, 600},
    {"gemini", "gemini-2.5-pro", 1250, 125, 10000},
    {"gemini", "gemini-2.5-flash", 300, 30, 2500},
    {"gemini", "gemini-2.5-flash-lite", 100, 10, 400},
    {"gemini", "gemini-2.0-flash", 100, 25, 400},
    {"gemini", "gemini-2.0-flash-lite", 75, 75, 300},
};

}  // namespace

std::vector<Price> default_prices() {
  std::vector<Price> prices;
  auto add = [&prices](const Row& row, const char* provider) {
    auto& price = prices.emplace_back();
    price = {.provider = provider,
             .model = row.model,
             .input_nano_usd = row.input,
             .cached_nano_usd = row.cached,
             .output_nano_usd = row.output,
             .is_default = true};
    // Anthropic takes a quarter more for what it keeps (for five minutes).
    if (price.provider == "anthropic") price.cache_write_nano_usd = row.input * 5 / 4;
  };
  for (const auto& row : rows) {
    add(row, row.provider);
    // The same models cost the same there.
    if (std::string_view(row.provider) == "openai") add(row, "azure");
  }
  return prices;
}

}  // namespace aiva::models
