#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::voice {

enum class SlotType : std::uint8_t {
  name,
  phone,
  email,
  number,
  date,
  time,
  yes_no,
  choice,
  freeform,
};

std::string_view name_of(SlotType type);
std::optional<SlotType> parse_slot_type(std::string_view text);

// One of the answers to choose from.
struct SlotChoice {
  std::string value{};
  std::vector<std::string> words{};  // any of which chooses it; the value does, too
  std::string digit{};               // on the keypad; empty: its place in the list, from 1
  bool operator==(const SlotChoice&) const = default;
};

// What a caller told: as programs want it (2030-01-31, 15:30, +4930123456, yes, 3.5), and as it is
// said back.
struct SlotValue {
  std::string value{};
  std::string spoken{};
  bool operator==(const SlotValue&) const = default;
};

// An answer: words that were recognised, or digits that were keyed in.
struct SlotAnswer {
  std::string_view words{};
  std::string_view digits{};
};

// What an answer says, in English (yes and no also in German); nothing when it says no such thing.
// A date without a year is the next one from `today` on.
std::optional<SlotValue> parse_slot(SlotType type, const std::vector<SlotChoice>& choices,
                                    const SlotAnswer& answer, std::chrono::year_month_day today);

}  // namespace aiva::voice
