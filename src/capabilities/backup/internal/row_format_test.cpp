#include "capabilities/backup/internal/row_format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <variant>

namespace aiva::backup {
namespace {

std::string bytes_of(SqlValue::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(RowFormat, reads_every_kind_of_value_it_wrote) {
  std::string blob("\x00\xff\x80", 3);
  std::string text = "caf\xC3\xA9";
  RowBytes row;
  for (auto number : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(),
                      std::numeric_limits<std::int64_t>::min()})
    append_value(row, SqlValue(number));
  append_value(row, SqlValue(nullptr));
  append_value(row, SqlValue(0.1));
  append_value(row, SqlValue(text));
  append_value(row, SqlValue(""));
  append_value(row, SqlValue(std::as_bytes(std::span(blob.data(), blob.size()))));

  auto values = read_values(row);

  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 9U);
  EXPECT_EQ(std::get<std::int64_t>((*values)[0].content()), 0);
  EXPECT_EQ(std::get<std::int64_t>((*values)[1].content()), -1);
  EXPECT_EQ(std::get<std::int64_t>((*values)[2].content()),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(std::get<std::int64_t>((*values)[3].content()),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(std::holds_alternative<std::monostate>((*values)[4].content()));
  EXPECT_EQ(std::get<double>((*values)[5].content()), 0.1);
  EXPECT_EQ(std::get<std::string_view>((*values)[6].content()), text);
  EXPECT_EQ(std::get<std::string_view>((*values)[7].content()), "");
  EXPECT_EQ(bytes_of(std::get<SqlValue::Bytes>((*values)[8].content())), blob);
}

TEST(RowFormat, writes_both_zeros_alike) {
  RowBytes positive;
  RowBytes negative;
  append_value(positive, SqlValue(0.0));
  append_value(negative, SqlValue(-0.0));

  EXPECT_EQ(positive, negative);
}

TEST(RowFormat, refuses_rows_that_are_cut_or_of_unknown_kinds) {
  RowBytes row;
  append_value(row, SqlValue(1.5));
  append_value(row, SqlValue("text"));
  append_value(row, SqlValue(std::int64_t{300}));

  // Cut between values it is a shorter row.
  for (std::size_t size = 1; size < row.size(); ++size)
    if (size != 9 && size != 15) EXPECT_FALSE(read_values(row.substr(0, size))) << size;
  EXPECT_FALSE(read_values("\x05"));
  EXPECT_FALSE(read_values(std::string(1, '\x01') + std::string(11, '\xff')));
  EXPECT_FALSE(read_values(std::string(1, '\x03') + std::string(9, '\xff') + '\x01'));
}

TEST(RowStream, cuts_pieces_of_any_length_into_rows) {
  std::string stream;
  for (const auto* row : {"a", "bcd", "ef"}) append_framed(stream, row);
  for (std::size_t length = 1; length <= stream.size(); ++length) {
    RowStream rows;
    std::string found;
    for (std::size_t at = 0; at < stream.size(); at += length) {
      rows.add(std::string_view(stream).substr(at, length));
      for (auto row = rows.next(); row && !row->empty(); row = rows.next())
        found += std::string(*row) + ",";
    }

    EXPECT_EQ(found, "a,bcd,ef,") << length;
    EXPECT_TRUE(rows.is_at_end());
  }
}

TEST(RowStream, refuses_lengths_that_no_row_has) {
  for (const auto& bytes : {std::string(4, '\0'), std::string(4, '\xff')}) {
    RowStream rows;
    rows.add(bytes);
    EXPECT_FALSE(rows.next());
  }
}

TEST(RowSum, is_the_same_in_any_order_and_another_for_other_rows) {
  RowSum forwards;
  RowSum backwards;
  RowSum others;
  for (const auto* row : {"a", "b", "b"}) forwards.add(row);
  for (const auto* row : {"b", "b", "a"}) backwards.add(row);
  for (const auto* row : {"a", "a", "b"}) others.add(row);

  EXPECT_EQ(forwards.text(), backwards.text());
  EXPECT_EQ(forwards.rows(), 3);
  EXPECT_NE(forwards.text(), others.text());
}

}  // namespace
}  // namespace aiva::backup
