#include "capabilities/identity/internal/email.h"

#include <algorithm>

namespace aiva::identity {
namespace {

constexpr std::size_t address_bytes_max = 254;
constexpr std::size_t local_bytes_max = 64;
constexpr std::size_t label_bytes_max = 63;
constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view local_symbols = "!#$%&'*+-/=?^_`{|}~";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_local_character(char c) {
  return is_letter_or_digit(c) || local_symbols.find(c) != std::string_view::npos;
}

bool is_label_character(char c) { return is_letter_or_digit(c) || c == '-'; }

// Whether `text` is one or more parts joined by single dots, each of allowed characters.
template <class IsAllowed>
bool is_dotted(std::string_view text, std::size_t part_bytes_max, IsAllowed is_allowed) {
  for (;;) {
    auto dot = std::min(text.find('.'), text.size());
    auto part = text.substr(0, dot);
    if (part.empty() || part.size() > part_bytes_max) return false;
    if (!std::ranges::all_of(part, is_allowed)) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<std::string> normalize_email(std::string_view text) {
  auto first = std::min(text.find_first_not_of(white_space), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(white_space) + 1);
  std::string address(text);
  std::ranges::transform(address, address.begin(), to_lower);
  auto at = address.rfind('@');
  if (address.size() > address_bytes_max || at == std::string::npos)
    return fail(invalid_field("email", "must be an e-mail address"));
  auto local = std::string_view(address).substr(0, at);
  auto domain = std::string_view(address).substr(at + 1);
  bool is_plausible =
      local.size() <= local_bytes_max && is_dotted(local, local_bytes_max, is_local_character) &&
      is_dotted(domain, label_bytes_max, is_label_character) &&
      domain.find("-.") == std::string_view::npos && domain.find(".-") == std::string_view::npos &&
      !domain.starts_with('-') && !domain.ends_with('-');
  if (!is_plausible) return fail(invalid_field("email", "must be an e-mail address"));
  return address;
}

}  // namespace aiva::identity
