#include "capabilities/voice/ivr_slots.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capabilities/voice/internal/spoken_dates.h"
#include "capabilities/voice/numbers.h"
#include "capabilities/voice/spoken_numbers.h"
#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t name_words_max = 6;
constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t freeform_bytes_max = 2000;

constexpr auto type_names =
    std::to_array<std::pair<SlotType, std::string_view>>({{SlotType::name, "name"},
                                                          {SlotType::phone, "phone"},
                                                          {SlotType::email, "email"},
                                                          {SlotType::number, "number"},
                                                          {SlotType::date, "date"},
                                                          {SlotType::time, "time"},
                                                          {SlotType::yes_no, "yes_no"},
                                                          {SlotType::choice, "choice"},
                                                          {SlotType::freeform, "freeform"}});

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// Where `part` stands in `words`; their size when it does not.
std::size_t find_words(const Words& words, const Words& part) {
  auto found = std::ranges::search(words, part);
  return part.empty() ? words.size() : static_cast<std::size_t>(found.begin() - words.begin());
}

// Removes what introduces an answer: "my name is …".
void drop_beginning(Words& words, std::initializer_list<std::string_view> beginnings) {
  for (auto beginning : beginnings) {
    auto part = words_of(beginning);
    if (words.size() <= part.size() || find_words(words, part) != 0) continue;
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(part.size()));
    return;
  }
}

std::optional<SlotValue> parse_name(Words words) {
  while (!words.empty() && is_one_of(words.front(), {"uh", "um", "well", "yes", "hello", "hi"}))
    words.erase(words.begin());
  drop_beginning(words, {"my name is", "the name is", "name is", "this is", "it is", "it's", "i am",
                         "i'm", "you are speaking with", "ich heiße", "mein name ist"});
  if (words.empty() || words.size() > name_words_max) return std::nullopt;
  std::string name;
  for (auto& word : words) {
    for (char c : word) {
      bool is_letter = (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
      if (!is_letter && c != '-' && c != '\'' && c != '.') return std::nullopt;
    }
    if (word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
    if (!name.empty()) name += ' ';
    name += word;
  }
  if (name.size() > name_bytes_max) return std::nullopt;
  return SlotValue{.value = name, .spoken = name};
}

// "4 9 3 0": digit by digit, with a pause after each third.
std::string spell_digits(std::string_view number) {
  std::string spoken;
  std::size_t count = 0;
  for (char c : number) {
    if (!spoken.empty()) spoken += count % 3 == 0 && count > 0 ? ", " : " ";
    if (c == '+') {
      spoken += "plus";
      continue;
    }
    spoken += c;
    ++count;
  }
  return spoken;
}

std::optional<SlotValue> parse_phone(const Words& words, std::string_view keyed) {
  auto digits = keyed.empty() ? digits_in(words) : std::string(keyed);
  auto number = normalise_number(digits);
  constexpr std::size_t length_min = 5;
  if (!number || number->size() < length_min) return std::nullopt;
  return SlotValue{.value = *number, .spoken = spell_digits(*number)};
}

std::optional<SlotValue> parse_email(Words words) {
  drop_beginning(words, {"my email address is", "my email is", "my e-mail address is",
                         "the email address is", "it is", "it's", "that is"});
  std::string address;
  for (const auto& word : words) {
    if (word == "at")
      address += '@';
    else if (word == "dot" || word == "point" || word == "period")
      address += '.';
    else if (word == "dash" || word == "hyphen" || word == "minus")
      address += '-';
    else if (word == "underscore")
      address += '_';
    else if (word == "plus")
      address += '+';
    else
      address += word;
  }
  auto at = address.find('@');
  if (address.size() > 254 || at == 0 || at == std::string::npos || at > 64) return std::nullopt;
  auto domain = std::string_view(address).substr(at + 1);
  auto dot = domain.rfind('.');
  auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  bool is_domain = std::ranges::all_of(domain, is_allowed) && dot != std::string_view::npos &&
                   dot > 0 && domain.size() - dot > 2 && !domain.contains("..");
  auto is_local = [&](char c) { return is_allowed(c) || c == '_' || c == '+' || c == '\''; };
  auto local = std::string_view(address).substr(0, at);
  if (!is_domain || !std::ranges::all_of(local, is_local) || local.contains("..") ||
      local.front() == '.' || local.back() == '.')
    return std::nullopt;
  std::string spoken;
  for (char c : address) {
    if (c == '@')
      spoken += " at ";
    else if (c == '.')
      spoken += " dot ";
    else
      spoken += c;
  }
  return SlotValue{.value = address, .spoken = spoken};
}

// Without zeros behind the point.
std::string write_number(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::optional<SlotValue> parse_number(const Words& words, std::string_view keyed) {
  auto number = number_in(keyed.empty() ? words : Words{std::string(keyed)});
  if (!number) return std::nullopt;
  auto text = write_number(*number);
  return SlotValue{.value = text, .spoken = text};
}

std::optional<SlotValue> parse_yes_no(const Words& words, std::string_view keyed) {
  constexpr auto yes_words = std::to_array<std::string_view>(
      {"yes", "yeah", "yep", "yup", "sure", "correct", "right", "okay", "ok", "exact", "exactly",
       "please", "ja", "genau", "stimmt"});
  constexpr auto no_words =
      std::to_array<std::string_view>({"no", "nope", "nah", "not", "wrong", "incorrect", "never",
                                       "don't", "nein", "falsch", "nicht", "isn't"});
  bool says_yes = keyed == "1";
  bool says_no = keyed == "2";
  if (keyed.empty())
    for (const auto& word : words) {
      says_yes = says_yes || std::ranges::find(yes_words, word) != yes_words.end();
      says_no = says_no || std::ranges::find(no_words, word) != no_words.end();
    }
  // "No, that's right" is for the first word to decide.
  if (says_yes && says_no)
    says_yes = std::ranges::find(yes_words, words.front()) != yes_words.end();
  else if (!says_yes && !says_no)
    return std::nullopt;
  return says_yes ? SlotValue{"yes", "yes"} : SlotValue{"no", "no"};
}

std::optional<SlotValue> parse_choice(const std::vector<SlotChoice>& choices, const Words& words,
                                      std::string_view keyed) {
  const SlotChoice* best = nullptr;
  std::size_t best_length = 0;
  bool is_ambiguous = false;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto& choice = choices[i];
    if (!keyed.empty()) {
      auto digit = choice.digit.empty() ? std::to_string(i + 1) : choice.digit;
      if (digit == keyed) return SlotValue{choice.value, choice.value};
      continue;
    }
    std::size_t length = 0;
    auto look_for = [&](std::string_view text) {
      auto part = words_of(text);
      if (find_words(words, part) < words.size()) length = std::max(length, part.size());
    };
    look_for(choice.value);
    for (const auto& text : choice.words) look_for(text);
    if (length == 0) continue;
    is_ambiguous = length == best_length || (is_ambiguous && length < best_length);
    if (length > best_length) best = &choice;
    best_length = std::max(best_length, length);
  }
  if (best == nullptr || is_ambiguous) return std::nullopt;
  return SlotValue{best->value, best->value};
}

std::optional<SlotValue> parse_freeform(std::string_view words, std::string_view keyed) {
  auto text = keyed.empty() ? words : keyed;
  auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  std::string kept(utf8_prefix(text, freeform_bytes_max));
  return SlotValue{.value = kept, .spoken = kept};
}

}  // namespace

std::string_view name_of(SlotType type) {
  for (const auto& [known, name] : type_names)
    if (known == type) return name;
  return "";
}

std::optional<SlotType> parse_slot_type(std::string_view text) {
  for (const auto& [type, name] : type_names)
    if (name == text) return type;
  return std::nullopt;
}

std::optional<SlotValue> parse_slot(SlotType type, const std::vector<SlotChoice>& choices,
                                    const SlotAnswer& answer, std::chrono::year_month_day today) {
  auto words = words_of(answer.words);
  auto keyed = answer.digits;
  switch (type) {
    case SlotType::name: return keyed.empty() ? parse_name(std::move(words)) : std::nullopt;
    case SlotType::phone: return parse_phone(words, keyed);
    case SlotType::email: return keyed.empty() ? parse_email(std::move(words)) : std::nullopt;
    case SlotType::number: return parse_number(words, keyed);
    case SlotType::date: return keyed.empty() ? parse_date(words, today) : keyed_date(keyed, today);
    case SlotType::time: return keyed.empty() ? parse_time(words) : keyed_time(keyed);
    case SlotType::yes_no: return parse_yes_no(words, keyed);
    case SlotType::choice: return parse_choice(choices, words, keyed);
    case SlotType::freeform: return parse_freeform(answer.words, keyed);
  }
  return std::nullopt;
}

}  // namespace aiva::voice
