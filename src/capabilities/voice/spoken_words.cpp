#include "capabilities/voice/spoken_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "capabilities/chat/markup.h"
#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

constexpr std::size_t sentence_bytes_max = 400;
constexpr std::size_t first_clause_bytes_min = 24;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Lower case for ASCII only: what is compared below has no other capital letters.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words(1);
  for (char c : text) {
    if (is_space(c)) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

void strip_punctuation(std::string& word) {
  std::erase_if(word, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && std::ispunct(byte) != 0 && c != '\'';
  });
}

constexpr auto backchannels = std::to_array<std::string_view>(
    {"mhm", "mm",  "mmm",     "hm", "hmm",   "uhhuh", "uh",    "huh",     "ah",  "oh", "yeah",
     "yes", "yep", "okay",    "ok", "right", "sure",  "i",     "see",     "aha", "ja", "genau",
     "gut", "oui", "daccord", "sí", "si",    "vale",  "claro", "alright", "good"});

constexpr auto openings = std::to_array<std::string_view>(
    {"and",  "or",     "but",  "because", "so",   "if",   "that", "the", "a",   "an",
     "to",   "of",     "for",  "with",    "my",   "is",   "um",   "uh",  "er",  "erm",
     "like", "und",    "oder", "aber",    "weil", "dass", "der",  "die", "das", "äh",
     "ähm",  "et",     "ou",   "mais",    "que",  "le",   "la",   "euh", "y",   "o",
     "pero", "porque", "el",   "un",      "una",  "eh"});

}  // namespace

int count_words(std::string_view words) { return static_cast<int>(split(words).size()); }

bool is_backchannel(std::string_view words) {
  auto list = split(words);
  if (list.size() > 3) return false;
  return std::ranges::all_of(list, [](std::string& word) {
    strip_punctuation(word);
    return word.empty() || std::ranges::find(backchannels, word) != backchannels.end();
  });
}

bool looks_unfinished(std::string_view words) {
  while (!words.empty() && is_space(words.back())) words.remove_suffix(1);
  if (words.empty()) return false;
  if (words.ends_with(',') || words.ends_with('-') || words.ends_with("...") ||
      words.ends_with("…"))
    return true;
  auto list = split(words);
  auto& last = list.back();
  if (last.ends_with('?') || last.ends_with('!')) return false;
  strip_punctuation(last);
  return std::ranges::find(openings, last) != openings.end();
}

namespace {

// Removes "[3]" and "[1, 2]".
std::string without_citations(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') {
      auto end = text.find_first_not_of("0123456789, ", at + 1);
      if (end != std::string_view::npos && end > at + 1 && text[end] == ']') {
        if (!out.empty() && out.back() == ' ') out.pop_back();
        at = end;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

// Replaces Markdown's links by their words and drops bare addresses.
std::string without_addresses(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto rest = text.substr(at);
    if (rest.starts_with("](")) {
      auto end = rest.find(')');
      if (end == std::string_view::npos) end = rest.size() - 1;
      at += end + 1;
      continue;
    }
    if (rest.starts_with("https://") || rest.starts_with("http://")) {
      auto end = std::min(rest.find_first_of(" \t\n\r)>"), rest.size());
      at += end;
      continue;
    }
    if (rest.front() == '[' && rest.find("](") != std::string_view::npos) {
      ++at;
      continue;
    }
    out += rest.front();
    ++at;
  }
  return out;
}

std::string with_single_spaces(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// Where the first sentence ends, behind its mark; npos while that cannot be told.
std::size_t sentence_end(std::string_view text, bool is_first) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    char c = text[at];
    if (c == '\n') return at + 1;
    if (!is_space(text[at + 1])) continue;
    if (c == '!' || c == '?' || c == ';' || c == ':') return at + 1;
    // "No. 5", "Dr. Who", "1. First": a full stop behind a number or a short word ends nothing.
    if (c == '.') {
      auto start = text.substr(0, at).find_last_of(" \n");
      auto word = text.substr(start == std::string_view::npos ? 0 : start + 1,
                              at - (start == std::string_view::npos ? 0 : start + 1));
      bool is_number = std::ranges::all_of(word, [](char d) { return d >= '0' && d <= '9'; });
      if (word.size() > 2 && !is_number) return at + 1;
    }
    if (is_first && c == ',' && at >= first_clause_bytes_min) return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view leading_words(std::string_view text, double share) {
  if (share >= 1) return text;
  auto head = utf8_prefix(text, static_cast<std::size_t>(static_cast<double>(text.size()) * share));
  auto space = head.find_last_of(' ');
  return space == std::string_view::npos ? std::string_view{} : head.substr(0, space);
}

std::string to_spoken_text(std::string_view markdown) {
  auto plain = chat::to_plain_text(without_addresses(without_citations(markdown)));
  return with_single_spaces(plain);
}

std::string SentenceCutter::take(bool is_end) {
  while (true) {
    auto end = sentence_end(text_, is_first_);
    if (end == std::string::npos && text_.size() > sentence_bytes_max) {
      auto head = utf8_prefix(text_, sentence_bytes_max);
      auto space = head.find_last_of(" \n");
      end = space == std::string_view::npos || space == 0 ? head.size() : space;
    }
    if (end == std::string::npos) {
      if (!is_end) return {};
      end = text_.size();
    }
    auto sentence = to_spoken_text(std::string_view(text_).substr(0, end));
    text_.erase(0, end);
    if (!sentence.empty()) {
      is_first_ = false;
      return sentence;
    }
    if (text_.empty()) return {};
  }
}

}  // namespace aiva::voice
