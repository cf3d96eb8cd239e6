#include "faces/http/internal/form_assembler.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "faces/http/internal/filename.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

class FormAssembling : public ::testing::Test {
 protected:
  FormAssembling() { fs::create_directories(folder_); }
  ~FormAssembling() override { fs::remove_all(folder_); }

  // Offers the body in windows that grow by `step` bytes, as a slow network would.
  Result<UploadedForm> assemble(std::string_view body, std::size_t step, FormLimits limits = {}) {
    FormAssembler assembler("XYZ", folder_, limits);
    std::string window;
    for (std::size_t at = 0; at < body.size() && !assembler.is_complete(); at += step) {
      window += body.substr(at, step);
      TRY(auto consumed, assembler.consume(window));
      window.erase(0, consumed);
      longest_window_ = std::max(longest_window_, window.size());
    }
    if (!assembler.is_complete()) return fail(ErrorCode::invalid, "incomplete");
    return assembler.take();
  }
  static std::string read(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  [[nodiscard]] long files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_ = fs::temp_directory_path() / ("aiva-form-" + random_token(9));
  std::size_t longest_window_ = 0;
};

std::string part(const std::string& headers, const std::string& content) {
  return "--XYZ\r\n" + headers + "\r\n\r\n" + content + "\r\n";
}
std::string field(const std::string& name, const std::string& value) {
  return part("Content-Disposition: form-data; name=\"" + name + "\"", value);
}
std::string file(const std::string& filename, const std::string& content) {
  return part("Content-Disposition: form-data; name=\"file\"; filename=\"" + filename +
                  "\"\r\nContent-Type: application/pdf; x=y",
              content);
}
const std::string end = "--XYZ--\r\n";

TEST_F(FormAssembling, reads_fields_and_files_cut_anywhere) {
  const std::string tricky = "a\r\n--XY\r\n--XYq\r\r\n\r\n-" + std::string(300, '\r') + "z\r";
  const auto body =
      field("metadata", "{\"a\":1}") + file("a.pdf", tricky) + field("empty", "") + end;

  for (std::size_t step : {1U, 2U, 3U, 7U, 64U, 100'000U}) {
    auto form = assemble(body, step);
    ASSERT_TRUE(form) << form.error().message;
    ASSERT_NE(form->field("metadata"), nullptr);
    EXPECT_EQ(*form->field("metadata"), "{\"a\":1}");
    EXPECT_EQ(*form->field("empty"), "");
    auto* uploaded = form->file("file");
    ASSERT_NE(uploaded, nullptr);
    EXPECT_EQ(uploaded->filename, "a.pdf");
    EXPECT_EQ(uploaded->media_type, "application/pdf");
    EXPECT_EQ(uploaded->size, tricky.size());
    EXPECT_EQ(uploaded->sha256, to_hex(sha256(tricky)));
    EXPECT_EQ(read(uploaded->path()), tricky);
  }
  EXPECT_EQ(files(), 0) << "files nobody took are deleted";
}

TEST_F(FormAssembling, lets_a_file_be_taken) {
  fs::path taken;
  {
    auto form = assemble(file("a.pdf", "content") + end, 1000);
    ASSERT_TRUE(form);
    taken = form->files[0].take();
  }

  EXPECT_EQ(read(taken), "content");
}

TEST_F(FormAssembling, skips_preamble_and_epilogue) {
  auto form = assemble("ignore\r\n" + field("a", "1") + end + "what follows --XYZ\r\n", 5);

  ASSERT_TRUE(form);
  EXPECT_EQ(*form->field("a"), "1");
}

TEST_F(FormAssembling, keeps_only_a_delimiter_of_input_waiting) {
  auto form = assemble(file("a.bin", std::string(100'000, '\r')) + end, 1000);

  ASSERT_TRUE(form);
  EXPECT_LT(longest_window_, 200U);
}

struct BadForm {
  const char* name;
  std::string body;
  ErrorCode code;
};
class BadForms : public FormAssembling, public ::testing::WithParamInterface<BadForm> {};

TEST_P(BadForms, fail_and_leave_no_file) {
  FormLimits limits{.parts_max = 3, .field_bytes_max = 10, .file_bytes_max = 100};

  auto form = assemble(file("left.pdf", "behind") + GetParam().body, 9, limits);

  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().code, GetParam().code);
  EXPECT_EQ(files(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadForms,
    ::testing::Values(
        BadForm{"cut", "--XYZ\r\nContent-Disp", ErrorCode::invalid},
        BadForm{"no_name", part("Content-Disposition: form-data", "x") + end, ErrorCode::invalid},
        BadForm{"no_headers", "--XYZ\r\n\r\nx\r\n" + end, ErrorCode::invalid},
        BadForm{"no_form_data", part("Content-Disposition: attachment; name=a", "x") + end,
                ErrorCode::invalid},
        BadForm{"no_line_end", "--XYZq\r\n", ErrorCode::invalid},
        BadForm{"long_headers", part("X: " + std::string(9000, 'a'), "") + end,
                ErrorCode::too_large},
        BadForm{"many_parts", field("a", "") + field("b", "") + field("c", "") + end,
                ErrorCode::too_large},
        BadForm{"long_field", field("a", "12345678901") + end, ErrorCode::too_large},
        BadForm{"large_file", file("b.pdf", std::string(101, 'x')) + end, ErrorCode::too_large},
        BadForm{"no_utf8", field("a", "\xff") + end, ErrorCode::invalid}),
    [](const auto& info) { return info.param.name; });

TEST_F(FormAssembling, gives_up_when_no_boundary_comes) {
  auto form = assemble(std::string(10'000, 'x'), 1000);

  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().code, ErrorCode::invalid);
}

TEST(Filename, is_made_harmless) {
  const std::pair<std::string, std::string> cases[] = {
      {"report.pdf", "report.pdf"},
      {"../../etc/passwd", "passwd"},
      {"C:\\Users\\me\\report.pdf", "report.pdf"},
      {"/", "upload"},
      {"", "upload"},
      {"..", "upload"},
      {" . ", "upload"},
      {"a\x01\x7f\nb.txt", "ab.txt"},
      {"Gr\xc3\xbc\xc3\x9f"
       "e.pdf",
       "Grüße.pdf"},
      {"a\xff.pdf", "a\xEF\xBF\xBD.pdf"},
  };
  for (const auto& [claimed, wanted] : cases) EXPECT_EQ(sanitise_filename(claimed), wanted);
}

TEST(Filename, keeps_the_extension_of_long_names) {
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "ü";

  auto name = sanitise_filename(umlauts + ".pdf");

  EXPECT_LE(name.size(), 255U);
  EXPECT_TRUE(name.ends_with("ü.pdf"));
}

}  // namespace
}  // namespace aiva::http
