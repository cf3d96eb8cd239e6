#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "documents/formats/legacy_container.h"
#include "documents/formats/xls_records.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8U) out += static_cast<char>(value & 0xFFU);
  return out;
}

std::string record(XlsRecord kind, const std::string& content) {
  return little(static_cast<std::uint16_t>(kind), 2) + little(content.size(), 2) + content;
}

std::string begin_of(int what) {
  return record(XlsRecord::begin_of_part,
                little(0x0600, 2) + little(static_cast<unsigned>(what), 2));
}
const std::string end_of = record(XlsRecord::end_of_part, "");

std::string cell_at(int row, int column, int style) {
  return little(static_cast<unsigned>(row), 2) + little(static_cast<unsigned>(column), 2) +
         little(static_cast<unsigned>(style), 2);
}
std::string real(double value) { return little(std::bit_cast<std::uint64_t>(value), 8); }
std::string shared(int row, int column, int index) {
  return record(XlsRecord::shared_text,
                cell_at(row, column, 0) + little(static_cast<unsigned>(index), 4));
}

// A workbook of sheets (name, state, records) with shared texts and styles.
struct TestSheet {
  std::string name;
  int state = 0;
  std::string records;
};
std::string stream_of(const std::vector<TestSheet>& sheets, const std::string& globals = "") {
  std::size_t before = begin_of(5).size() + globals.size() + end_of.size();
  for (const auto& sheet : sheets) before += 4 + 8 + sheet.name.size();
  std::string list;
  std::string parts;
  for (const auto& sheet : sheets) {
    list +=
        record(XlsRecord::sheet, little(before + parts.size(), 4) +
                                     little(static_cast<unsigned>(sheet.state), 1) + little(0, 1) +
                                     little(sheet.name.size(), 1) + little(0, 1) + sheet.name);
    parts += begin_of(16) + sheet.records + end_of;
  }
  return begin_of(5) + globals + list + end_of + parts;
}

// A compound file with one stream, which is made long enough to lie in sectors of its own.
std::string container_of(std::string stream) {
  auto length = std::max<std::size_t>(stream.size(), 4096);
  stream.resize((length + 511) / 512 * 512);
  auto sectors = stream.size() / 512;
  std::string table = little(0xFFFFFFFD, 4) + little(0xFFFFFFFE, 4);
  for (std::size_t i = 0; i < sectors; ++i)
    table += little(i + 1 < sectors ? i + 3 : 0xFFFFFFFE, 4);
  table.resize(512, '\xFF');
  std::string header(512, '\0');
  header.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  header.replace(30, 2, little(9, 2));
  header.replace(48, 4, little(1, 4));
  header.replace(68, 4, little(0xFFFFFFFE, 4));
  header.replace(76, 4, little(0, 4));
  header.replace(80, 432, std::string(432, '\xFF'));
  std::string directory(512, '\0');
  std::string_view name = "Workbook";
  for (std::size_t i = 0; i < name.size(); ++i) directory[i * 2] = name[i];
  directory.replace(64, 2, little(name.size() * 2 + 2, 2));
  directory.replace(116, 4, little(2, 4));
  directory.replace(120, 4, little(length, 4));
  return header + table + directory + stream;
}

std::string read(const std::string& stream) {
  auto reading = read_into_text(container_of(stream), "a.xls");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

const std::string texts = record(
    XlsRecord::strings, little(3, 4) + little(3, 4) + little(4, 2) + little(0, 1) + "Part" +
                            little(5, 2) + little(0, 1) + "Price" + little(4, 2) + little(9, 1) +
                            little(1, 2) + std::string("B\0\xF6\0l\0t\0", 8) + little(0, 4));
const std::string styles =
    record(XlsRecord::format, little(164, 2) + little(4, 2) + little(0, 1) + "0.00") +
    record(XlsRecord::style, little(0, 2) + little(0, 2)) +
    record(XlsRecord::style, little(0, 2) + little(164, 2)) +
    record(XlsRecord::style, little(0, 2) + little(14, 2));

TEST(Xls, shows_cells_as_the_sheet_does) {
  auto rows = shared(0, 0, 0) + shared(0, 1, 1) + shared(1, 0, 2) +
              record(XlsRecord::number, cell_at(1, 1, 1) + real(1.5)) +
              record(XlsRecord::numbers, little(2, 2) + little(0, 2) + little(2, 2) +
                                             little(45678U << 2U | 2U, 4) + little(1, 2) +
                                             little(150U << 2U | 3U, 4) + little(1, 2)) +
              record(XlsRecord::bool_or_error, cell_at(3, 0, 0) + little(1, 1) + little(0, 1)) +
              record(XlsRecord::bool_or_error, cell_at(3, 1, 0) + little(7, 1) + little(1, 1)) +
              record(XlsRecord::formula, cell_at(4, 0, 1) + real(0.25) + little(0, 8)) +
              record(XlsRecord::formula,
                     cell_at(4, 1, 0) + std::string("\0\0\0\0\0\0\xFF\xFF", 8) + little(0, 8)) +
              record(XlsRecord::formula_text, little(2, 2) + little(0, 1) + "ok");
  EXPECT_EQ(
      read(stream_of({{"Parts", 0, rows}, {"Old", 1, shared(0, 0, 0) + shared(0, 1, 1)}},
                     texts + styles)),
      "p1 heading 1: Parts\np1 table (header 1): Part | Price\nBölt | 1.50\n2025-01-21 | 1.50\n"
      "TRUE | #DIV/0!\n0.25 | ok\n"
      "p2 heading 1 (hidden): Old\np2 table (hidden): Part | Price\n");
}

TEST(Xls, leaves_hidden_rows_and_columns_out_and_repeats_merged_texts) {
  auto rows =
      record(XlsRecord::row, little(1, 2) + little(0, 10) + little(0x20, 4)) +
      record(XlsRecord::column_info, little(2, 2) + little(2, 2) + little(0, 4) + little(1, 2)) +
      shared(0, 0, 0) + shared(0, 1, 1) + shared(0, 2, 2) + shared(1, 0, 0) + shared(3, 0, 2) +
      shared(3, 1, 1) + shared(4, 1, 0) +
      record(XlsRecord::merged, little(1, 2) + little(3, 2) + little(4, 2) + little(0, 4));
  EXPECT_EQ(read(stream_of({{"S", 0, rows}}, texts)),
            "p1 heading 1: S\np1 table: Part | Price\np1 table: Bölt | Price\nBölt | Part\n");
}

TEST(Xls, reads_shared_texts_over_the_ends_of_records) {
  auto split = record(XlsRecord::strings,
                      little(2, 4) + little(2, 4) + little(6, 2) + little(0, 1) + "abc") +
               record(XlsRecord::continuation, little(1, 1) + std::string("d\0e\0f\0", 6) +
                                                   little(1, 2) + little(0, 1) + "x");
  EXPECT_EQ(read(stream_of({{"S", 0, shared(0, 0, 0) + shared(0, 1, 1)}}, split)),
            "p1 heading 1: S\np1 table: abcdef | x\n");
}

TEST(Xls, refuses_what_is_encrypted_or_older) {
  EXPECT_EQ(read(stream_of({{"S", 0, ""}}, record(XlsRecord::file_pass, little(1, 2)))),
            "failed: The document is protected with a password");
  EXPECT_TRUE(read(record(XlsRecord::begin_of_part, little(0x0500, 2) + little(5, 2)))
                  .contains("before Excel 97"));
}

TEST(Xls, survives_any_changed_byte) {
  auto whole =
      container_of(stream_of({{"S", 0, shared(0, 0, 0) + shared(0, 1, 1)}}, texts + styles));
  for (std::size_t i = 8; i < whole.size(); i += i < 2048 ? 1 : 7) {
    for (int value : {0, 1, 127, 255}) {
      auto changed = whole;
      changed[i] = static_cast<char>(value);
      auto reading = read_into_text(changed, "a.xls");
      EXPECT_FALSE(reading.error && reading.error->code == ErrorCode::internal);
    }
  }
}

}  // namespace
}  // namespace aiva::documents
