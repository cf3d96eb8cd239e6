#include "faces/http/internal/multipart_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "faces/http/testing/read_form.h"

namespace aiva::http {
namespace {

const std::string head = "Content-Disposition: form-data; name=\"a\"";

// Whether a body is read in the same way whole, byte by byte, and in larger pieces.
testing::AssertionResult is_read_alike(const std::string& body) {
  auto whole = read_form(body, body.size());
  for (std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    auto reading = read_form(body, piece);
    if (!are_alike(reading, whole))
      return testing::AssertionFailure()
             << "in pieces of " << piece << ": " << reading.error << "; whole: " << whole.error;
  }
  return testing::AssertionSuccess();
}

TEST(MultipartParser, reads_parts_with_and_without_content) {
  auto body = "before\r\n--b \t\r\n" + head + "\r\n\r\none\r\n-two\r\n--b\r\n" + head +
              "\r\n\r\n\r\n--b--after";

  auto reading = read_form(body, body.size());

  EXPECT_EQ(reading.parts, "[a]one\r\n-two[/][a][/]");
  EXPECT_TRUE(reading.has_ended);
  EXPECT_TRUE(is_read_alike(body));
}

TEST(MultipartParser, keeps_its_limits_however_the_body_arrives) {
  auto form_after = [](std::size_t preamble, std::size_t blanks, std::size_t head_bytes) {
    std::string line = "X: " + std::string(head_bytes - head.size() - 7, 'x');
    return std::string(preamble, '.') + "\r\n--b" + std::string(blanks, ' ') + "\r\n" + head +
           "\r\n" + line + "\r\n\r\nc\r\n--b--";
  };
  struct Case {
    std::size_t preamble;
    std::size_t blanks;
    std::size_t head_bytes;
    bool is_allowed;
  };
  for (const auto& [preamble, blanks, head_bytes, is_allowed] : {Case{4096, 64, 8192, true},
                                                                 {4097, 0, 100, false},
                                                                 {0, 65, 100, false},
                                                                 {0, 0, 8193, false}}) {
    auto body = form_after(preamble, blanks, head_bytes);

    EXPECT_EQ(read_form(body, body.size()).has_ended, is_allowed) << preamble << " " << blanks;
    EXPECT_TRUE(is_read_alike(body)) << preamble << " " << blanks << " " << head_bytes;
  }
}

TEST(MultipartParser, says_what_is_wrong_with_a_form) {
  auto error = [](const std::string& body) { return read_form(body, body.size()).error; };

  EXPECT_EQ(error("--bx\r\n"), "Malformed multipart body: no line end behind a boundary");
  EXPECT_EQ(error("--b\r\nname\r\n\r\n"),
            "Malformed multipart body: a part header without a colon");
  EXPECT_EQ(error("--b\r\nA: b\r\n\r\n"), "Malformed multipart body: a part without a name");
  EXPECT_EQ(error("--b\r\nContent-Disposition: attachment; name=a\r\n\r\n"),
            "Malformed multipart body: a part that is no form-data");
}

}  // namespace
}  // namespace aiva::http
