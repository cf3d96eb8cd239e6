#include "faces/load/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace aiva::load {
namespace {

constexpr std::array<std::string_view, operation_count> names{
    "list_bases", "get_base", "search",     "chat",      "image_search", "upload",
    "status",     "credits",  "list_calls", "get_agent", "open_session"};
constexpr double weight_max = 1e6;

Mix mix_of(std::initializer_list<std::pair<Operation, double>> parts) {
  Mix mix{};
  for (auto [operation, weight] : parts) mix[static_cast<std::size_t>(operation)] = weight;
  return mix;
}

// The guide counts uploads, searches, messages and calls. The pages people open meanwhile are not
// in it: each search, message or upload comes with a part of one, and an upload is asked for four
// times until it is read.
std::vector<Profile> make_profiles() {
  using enum Operation;
  return {
      {.name = "document_heavy",
       .source = "S106: 100 to 200 uploads an hour, 200 to 400 searches a minute",
       .per_minute = mix_of({{list_bases, 60},
                             {get_base, 90},
                             {search, 300},
                             {image_search, 15},
                             {upload, 2.5},
                             {status, 10},
                             {credits, 10}})},
      {.name = "chat_heavy",
       .source = "S107: 500 to 1000 messages a minute in 30 to 50 sessions",
       .per_minute = mix_of({{list_bases, 20},
                             {get_base, 20},
                             {search, 30},
                             {chat, 750},
                             {upload, 0.5},
                             {status, 2},
                             {credits, 20},
                             {get_agent, 60}})},
      {.name = "voice_heavy",
       .source = "S108: 30 to 50 calls, each with a question every ten seconds; sound is not sent",
       .per_minute =
           mix_of({{search, 40}, {chat, 240}, {credits, 60}, {list_calls, 60}, {get_agent, 40}})},
      {.name = "mixed",
       .source =
           "S109: 50 to 100 chats, each with a message every ten seconds, 50 to 100 documents "
           "an hour, 300 to 600 searches a minute, 15 to 25 calls",
       .per_minute = mix_of({{list_bases, 90},
                             {get_base, 120},
                             {search, 450},
                             {chat, 450},
                             {image_search, 20},
                             {upload, 1.25},
                             {status, 5},
                             {credits, 30},
                             {list_calls, 20},
                             {get_agent, 30}})},
  };
}

std::optional<double> weight_in(std::string_view text) {
  double weight = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || !(weight >= 0 && weight <= weight_max)) return std::nullopt;
  return weight;
}

}  // namespace

std::string_view name_of(Operation operation) { return names[static_cast<std::size_t>(operation)]; }

Operation pick(const Mix& mix, double share) {
  double left = share * std::accumulate(mix.begin(), mix.end(), 0.0);
  std::size_t last = 0;
  for (std::size_t i = 0; i < mix.size(); ++i) {
    if (mix[i] <= 0) continue;
    last = i;
    if (left < mix[i]) return static_cast<Operation>(i);
    left -= mix[i];
  }
  return static_cast<Operation>(last);
}

std::span<const Profile> all_profiles() {
  static const auto profiles = make_profiles();
  return profiles;
}

const Profile* find_profile(std::string_view name) {
  auto found = std::ranges::find(all_profiles(), name, &Profile::name);
  return found == all_profiles().end() ? nullptr : &*found;
}

Result<Mix> parse_mix(std::string_view text) {
  Mix mix{};
  for (auto rest = text; !rest.empty();) {
    auto part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    auto sign = std::min(part.find('='), part.size());
    auto chosen = std::span(names).first(chosen_operation_count);
    auto name = std::ranges::find(chosen, part.substr(0, sign));
    auto weight = weight_in(part.substr(std::min(part.size(), sign + 1)));
    if (name == chosen.end() || !weight)
      return fail(ErrorCode::invalid,
                  fmt::format("\"{}\" is no part of a mix: {}, each with =WEIGHT", part,
                              fmt::join(chosen, ", ")));
    mix[static_cast<std::size_t>(name - chosen.begin())] = *weight;
  }
  if (std::accumulate(mix.begin(), mix.end(), 0.0) <= 0)
    return fail(ErrorCode::invalid, "The mix has nothing in it");
  return mix;
}

}  // namespace aiva::load
