#include "capabilities/campaigns/list_csv.h"

#include <algorithm>
#include <utility>

#include "foundation/time.h"

namespace aiva::campaigns {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

std::string trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_number_column(const std::string& name) {
  return name == "number" || name == "phone" || name == "phone_number";
}

// Programs that calculate write numbers with an apostrophe, as append_csv_cell does.
std::string without_apostrophe(std::string text) {
  if (text.starts_with('\'')) text.erase(0, 1);
  return text;
}

std::string seconds_text(std::int64_t ms) {
  auto tenths = (ms + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string dollars_text(billing::MicroUsd cost) {
  auto text = std::to_string(cost % 1'000'000 + 1'000'000);
  return std::to_string(cost / 1'000'000) + "." + text.substr(1);
}

}  // namespace

Result<void> ContactCsv::feed(std::string_view bytes) {
  return reader_.feed(bytes, [this](std::int64_t line, std::vector<std::string>& fields) {
    return take_record(line, fields);
  });
}

Result<void> ContactCsv::finish() {
  TRY_VOID(reader_.finish([this](std::int64_t line, std::vector<std::string>& fields) {
    return take_record(line, fields);
  }));
  if (columns_.empty()) return fail(ErrorCode::invalid, "The file is empty");
  return {};
}

Result<void> ContactCsv::take_record(std::int64_t line, std::vector<std::string>& fields) {
  if (columns_.empty()) {
    for (const auto& field : fields) {
      auto name = trimmed(field);
      auto small = lower(name);
      columns_.push_back(is_number_column(small) ? "number" : small == "name" ? small : name);
    }
    if (std::ranges::count(columns_, "number") == 1) return {};
    return fail(ErrorCode::invalid, "The first line must name the columns, one of them `number`");
  }
  NewContact contact{.line = line};
  for (std::size_t at = 0; at < std::min(fields.size(), columns_.size()); ++at) {
    auto& field = fields[at];
    const auto& column = columns_[at];
    if (column == "number")
      contact.number = without_apostrophe(trimmed(field));
    else if (column == "name")
      contact.name = trimmed(field);
    else if (!field.empty())
      contact.variables[column] = std::move(field);
  }
  contacts_.push_back(std::move(contact));
  return {};
}

Result<void> DoNotCallCsv::feed(std::string_view bytes) {
  return reader_.feed(bytes, [this](std::int64_t line, std::vector<std::string>& fields) {
    return take_record(line, fields);
  });
}

Result<void> DoNotCallCsv::finish() {
  return reader_.finish([this](std::int64_t line, std::vector<std::string>& fields) {
    return take_record(line, fields);
  });
}

Result<void> DoNotCallCsv::take_record(std::int64_t line, std::vector<std::string>& fields) {
  if (!std::exchange(has_begun_, true)) {
    auto is_number = [](const std::string& field) {
      return is_number_column(lower(trimmed(field)));
    };
    auto found = std::ranges::find_if(fields, is_number);
    if (found != fields.end()) {
      number_ = static_cast<std::size_t>(found - fields.begin());
      auto reason = std::ranges::find_if(
          fields, [](const std::string& field) { return lower(trimmed(field)) == "reason"; });
      reason_ = static_cast<std::size_t>(reason - fields.begin());
      return {};
    }
  }
  NewDoNotCall entry{.line = line};
  if (number_ < fields.size()) entry.number = without_apostrophe(trimmed(fields[number_]));
  if (reason_ < fields.size()) entry.reason = trimmed(fields[reason_]);
  numbers_.push_back(std::move(entry));
  return {};
}

std::string results_head() {
  return "number,name,status,attempts,outcomes,answered_by,duration_seconds,cost_usd,call_id,"
         "updated_at,variables\r\n";
}

std::string results_line(const Contact& contact) {
  std::string line;
  auto cell = [&line](std::string_view text) {
    if (!line.empty()) line += ',';
    append_csv_cell(line, text);
  };
  cell(contact.number);
  cell(contact.name);
  cell(contact.status);
  cell(std::to_string(contact.attempts));
  cell(contact.outcomes);
  cell(contact.answered_by);
  cell(seconds_text(contact.duration_ms));
  cell(dollars_text(contact.cost));
  cell(contact.call ? contact.call->to_string() : std::string());
  cell(to_iso8601(contact.updated_at));
  cell(contact.variables);
  return line + "\r\n";
}

}  // namespace aiva::campaigns
