#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::load {

// What a virtual user does at a time. All but the last are chosen by a mix; a session is opened by
// whoever wants to chat and has none.
enum class Operation : std::uint8_t {
  list_bases,
  get_base,
  search,
  chat,          // a message, its answer streamed to the end
  image_search,  // by words
  upload,        // a short document
  status,        // of a document uploaded before
  credits,
  list_calls,
  get_agent,
  open_session,
};
inline constexpr std::size_t operation_count = 11;
inline constexpr std::size_t chosen_operation_count = 10;

std::string_view name_of(Operation operation);

// How often each is chosen, in any unit; not all zero.
using Mix = std::array<double, chosen_operation_count>;

// Which operation stands at a share, 0 to 1, of all of the mix.
Operation pick(const Mix& mix, double share);

// A kind of company of the capacity guide (S106 to S109), with the middle of its figures.
struct Profile {
  std::string name{};
  std::string source{};
  Mix per_minute{};
};

std::span<const Profile> all_profiles();
// Null when there is none of that name.
const Profile* find_profile(std::string_view name);

// Reads `search=30,list_bases=10`. Fails with `invalid`.
Result<Mix> parse_mix(std::string_view text);

}  // namespace aiva::load
