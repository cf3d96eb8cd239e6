// Reads made-up CSV, XLSX, RTF, JSON and mail in this process and prints how many megabytes and
// documents a second of CPU time come out as blocks.
//
//   tables_bench [--rounds N]

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/read_document.h"
#include "documents/testing/zip_writer.h"

namespace aiva::documents {
namespace {

struct Sample {
  std::string what;
  std::string bytes;
  std::size_t text_bytes = 0;  // what is parsed: of an archive, unpacked
  int rounds = 1;              // more for small documents
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string csv_of(int rows) {
  std::string text = "id,article,price,stock,remark\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(100000 + i) + ",\"Hexagon bolt, M" + std::to_string(i % 30) + "\"," +
            std::to_string(i % 100) + ".50," + std::to_string(i % 977) + ",ships within a day\n";
  return text;
}

std::string json_of(int rows) {
  std::string text = "{\"articles\": [";
  for (int i = 0; i < rows; ++i)
    text += std::string(i > 0 ? "," : "") + "{\"id\": " + std::to_string(i) +
            ", \"name\": \"Hexagon bolt M" + std::to_string(i % 30) + "\", \"price\": 1.50}";
  return text + "]}";
}

std::string rtf_of(int paragraphs) {
  std::string text = "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}}\n";
  for (int i = 0; i < paragraphs; ++i)
    text +=
        "\\pard\\plain\\f0\\fs22 Press the {\\b red} button and wait until the machine has come "
        "to a full stop. Gr\\'fc\\'dfe \\u8364? and more words of paragraph " +
        std::to_string(i) + ".\\par\n";
  return text + "}";
}

std::string mail_of(int paragraphs) {
  std::string text =
      "Received: by mx.example.com\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@example.com>\r\n"
      "To: sales@example.com\r\nSubject: An offer\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  for (int i = 0; i < paragraphs; ++i)
    text +=
        "Press the red button and wait until the machine has come to a full =\r\nstop. "
        "Gr=C3=BC=C3=9Fe.\r\n\r\n> quoted words\r\n\r\n";
  return text;
}

Sample workbook_of(int rows) {
  std::string sheet = "<worksheet><sheetData>";
  for (int i = 1; i <= rows; ++i) {
    auto row = std::to_string(i);
    sheet += "<row r=\"" + row + "\"><c r=\"A" + row + "\" t=\"s\"><v>" + std::to_string(i % 500) +
             "</v></c><c r=\"B" + row + "\" s=\"1\"><v>" + std::to_string(45000 + i % 900) +
             "</v></c><c r=\"C" + row + "\" s=\"2\"><v>" + row + ".25</v></c><c r=\"D" + row +
             "\"><v>" + row + "</v></c></row>";
  }
  sheet += "</sheetData></worksheet>";
  std::string strings = "<sst>";
  for (int i = 0; i < 500; ++i) strings += "<si><t>Article " + std::to_string(i) + "</t></si>";
  strings += "</sst>";
  auto bytes =
      ZipWriter()
          .add("[Content_Types].xml",
               "<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument."
               "spreadsheetml.sheet.main+xml\"/></Types>")
          .add("xl/workbook.xml",
               "<workbook><sheets><sheet name=\"Stock\" r:id=\"r1\"/></sheets></workbook>")
          .add("xl/_rels/workbook.xml.rels",
               "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"s1.xml\"/>"
               "<Relationship Id=\"r2\" Type=\"x/sharedStrings\" Target=\"strings.xml\"/>"
               "<Relationship Id=\"r3\" Type=\"x/styles\" Target=\"styles.xml\"/></Relationships>")
          .add("xl/s1.xml", sheet)
          .add("xl/strings.xml", strings)
          .add("xl/styles.xml",
               "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"4\"/>"
               "</cellXfs></styleSheet>")
          .finish();
  return {.what = "xlsx, " + std::to_string(rows) + " rows",
          .bytes = std::move(bytes),
          .text_bytes = sheet.size() + strings.size()};
}

std::vector<Sample> make_samples() {
  std::vector<Sample> samples;
  auto add = [&](std::string what, std::string bytes, int rounds) {
    auto size = bytes.size();
    samples.push_back(
        {.what = std::move(what), .bytes = std::move(bytes), .text_bytes = size, .rounds = rounds});
  };
  add("csv, 150000 rows", csv_of(150'000), 1);
  add("csv, 100 rows", csv_of(100), 500);
  add("json, 100000 things", json_of(100'000), 1);
  add("rtf, 50000 paragraphs", rtf_of(50'000), 1);
  add("rtf, 50 paragraphs", rtf_of(50), 500);
  add("mail, 20000 paragraphs", mail_of(20'000), 1);
  add("mail, 10 paragraphs", mail_of(10), 500);
  samples.push_back(workbook_of(200'000));
  samples.push_back(workbook_of(50));
  samples.back().rounds = 500;
  return samples;
}

int measure(int rounds) {
  auto formats = make_all_formats(nullptr);
  for (const auto& sample : make_samples()) {
    std::size_t blocks = 0;
    DocumentSink sink{.blocks = [&](std::vector<Block> batch) -> Result<void> {
                        blocks += batch.size();
                        return {};
                      },
                      .progress = {},
                      .file = {}};
    int count = rounds * sample.rounds;
    auto before = cpu_seconds();
    for (int i = 0; i < count; ++i) {
      auto summary = read_document(sample.bytes, {}, formats, sink);
      if (!summary) {
        std::fprintf(stderr, "%s: %s\n", sample.what.c_str(), summary.error().message.c_str());
        return 1;
      }
    }
    auto seconds = (cpu_seconds() - before) / count;
    std::printf("%-24s %8.3f ms  %7.1f MB/s  %7.0f documents/s  %zu blocks\n", sample.what.c_str(),
                seconds * 1e3, static_cast<double>(sample.text_bytes) / 1e6 / seconds, 1 / seconds,
                blocks / static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace
}  // namespace aiva::documents

int main(int argc, char** argv) {
  int rounds = argc == 3 && std::string_view(argv[1]) == "--rounds" ? std::atoi(argv[2]) : 3;
  return aiva::documents::measure(rounds > 0 ? rounds : 1);
}
