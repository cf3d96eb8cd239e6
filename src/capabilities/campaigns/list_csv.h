#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/campaigns/do_not_call.h"
#include "capabilities/campaigns/types.h"
#include "foundation/result.h"
#include "foundation/text/csv.h"

namespace aiva::campaigns {

// Reads contacts out of CSV that arrives in any pieces. The first line names the columns: `number`
// (or `phone`), `name` or none, the others are variables.
class ContactCsv {
 public:
  // Fails as CsvReader does, and with `invalid` for a first line without numbers.
  Result<void> feed(std::string_view bytes);
  Result<void> finish();
  // What was read since; a line is that of the file.
  std::vector<NewContact> take() { return std::exchange(contacts_, {}); }
  [[nodiscard]] std::size_t waiting() const { return contacts_.size(); }

 private:
  Result<void> take_record(std::int64_t line, std::vector<std::string>& fields);

  CsvReader reader_{};
  std::vector<std::string> columns_{};
  std::vector<NewContact> contacts_{};
};

// The same for numbers nobody calls: `number`, and `reason` or none. Without such a first line the
// first column is the number.
class DoNotCallCsv {
 public:
  Result<void> feed(std::string_view bytes);
  Result<void> finish();
  std::vector<NewDoNotCall> take() { return std::exchange(numbers_, {}); }
  [[nodiscard]] std::size_t waiting() const { return numbers_.size(); }

 private:
  Result<void> take_record(std::int64_t line, std::vector<std::string>& fields);

  CsvReader reader_{};
  bool has_begun_ = false;
  std::size_t number_ = 0;
  std::size_t reason_ = 1;
  std::vector<NewDoNotCall> numbers_{};
};

// The lines of a file that tells what became of contacts.
std::string results_head();
std::string results_line(const Contact& contact);

}  // namespace aiva::campaigns
