#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/document_reader.h"
#include "adapters/docworker/legacy_converter.h"
#include "documents/testing/read_into_text.h"
#include "foundation/crypto.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const fs::path documents_folder = "src/adapters/docworker/testdata";

struct Outcome {
  std::vector<Block> blocks;
  Result<DocumentSummary> summary = DocumentSummary{};

  [[nodiscard]] std::string text() const {
    return summary ? documents::to_text(blocks) : "failed: " + summary.error().message;
  }
};

class LegacyDocuments : public testing::Test {
 protected:
  // The text of a document read with this converter of the system's.
  Outcome read_with(const std::string& converter, std::string_view bytes,
                    const std::string& name = "a.doc", CallContext context = {}) {
    options_.legacy_converter = converter;
    auto reader = make_document_reader(options_);
    Outcome outcome;
    DocumentSink sink{.blocks = [&](std::vector<Block> blocks) -> Result<void> {
                        for (auto& block : blocks) outcome.blocks.push_back(std::move(block));
                        return {};
                      },
                      .progress = {}};
    auto file = folder_.write("document", bytes);
    outcome.summary =
        sync_wait((*reader)->read(std::move(context), file, ReadRequest{.file_name = name}, sink));
    return outcome;
  }

  // The same with a script in place of catdoc. What it prints is what it made of the document.
  Outcome read_with_script(const std::string& script, CallContext context = {}) {
    for (const auto* name : {"catdoc", "catppt"}) {
      auto program = programs_.write(name, "#!/bin/bash\n" + script + "\n");
      fs::permissions(program, fs::perms::owner_all);
    }
    options_.legacy_converter_folder = programs_.path();
    return read_with("catdoc", document("lighthouse.doc"), "a.doc", std::move(context));
  }

  static std::string document(const std::string& name) {
    auto bytes = read_whole_file(documents_folder / name);
    EXPECT_FALSE(bytes.empty()) << name;
    return bytes;
  }

  static bool has(const char* converter) {
    auto found = find_legacy_converter(converter, {});
    return found && !found->is_none();
  }

  TemporaryFolder folder_;
  TemporaryFolder programs_;
  DocumentReaderOptions options_{.worker_path = AIVA_TEST_DOCWORKER,
                                 .pdfium_path = AIVA_TEST_PDFIUM};
};

constexpr const char* damaged =
    "failed: The document could not be converted: it is damaged, or made to harm its reader";
constexpr const char* useless =
    "failed: The document could not be converted: it is damaged, or has no text";

TEST_F(LegacyDocuments, are_read_as_text_by_catdoc) {
  auto outcome = read_with("catdoc", document("lighthouse.doc"), "named.pdf");

  EXPECT_EQ(outcome.text(),
            "p1 paragraph: The lighthouse of Westerholm\n"
            "p1 paragraph: The keeper of the lighthouse is called Marta. She lights the lamp at "
            "dusk and counts the ships that pass.\n"
            "p1 paragraph: Opening hours\n"
            "p1 paragraph: In summer from nine to six\n"
            "p1 paragraph: In winter on Sundays only\n"
            "p1 table (header 1): Ticket | Price\nAdult | 4 coins\nChild | 1 coin\n"
            "p1 paragraph: The way up\n"
            "p1 paragraph: From the gate 214 steps lead to the lamp. Grüße aus Österreich: „Der "
            "Ausblick lohnt sich“.\n"
            "p1 paragraph: Counted by the school of Westerholm.\n");
  EXPECT_EQ(outcome.summary->format, FileFormat::doc);
  EXPECT_EQ(outcome.summary->language, "en");
}

TEST_F(LegacyDocuments, keep_their_slides_apart_with_catppt) {
  auto outcome = read_with("catdoc", document("outline.ppt"), "talk");

  EXPECT_EQ(outcome.text(),
            "p1 heading 2: The harbour in numbers\n"
            "p1 paragraph: Twelve ships a day\n"
            "p1 paragraph: Herring is the main catch\n"
            "p2 heading 2: Plans for spring\n"
            "p2 paragraph: A new crane on the eastern quay\n"
            "p2 paragraph: Größere Boote für den Fjord\n");
  ASSERT_TRUE(outcome.summary);
  EXPECT_EQ(outcome.summary->format, FileFormat::ppt);
  EXPECT_EQ(outcome.summary->pages, 2);
}

TEST_F(LegacyDocuments, keep_headings_tables_and_notes_with_libreoffice) {
  if (!has("libreoffice")) GTEST_SKIP() << "LibreOffice is not installed";

  auto letter = read_with("libreoffice", document("lighthouse.doc"), "a.doc");
  auto talk = read_with("libreoffice", document("harbour.ppt"), "a.ppt");

  auto text = letter.text();
  EXPECT_TRUE(text.contains("heading 1: The lighthouse of Westerholm\n")) << text;
  EXPECT_TRUE(text.contains("heading 2: Opening hours\n")) << text;
  EXPECT_TRUE(text.contains("item 1: In winter on Sundays only\n")) << text;
  EXPECT_TRUE(text.contains("Adult | 4 coins\n")) << text;
  EXPECT_TRUE(text.contains("footnote: ")) << text;
  ASSERT_TRUE(letter.summary);
  EXPECT_EQ(letter.summary->format, FileFormat::doc);
  EXPECT_EQ(letter.summary->title, "The lighthouse of Westerholm");
  text = talk.text();
  EXPECT_TRUE(text.contains("p1 heading 2: The harbour in numbers\n")) << text;
  EXPECT_TRUE(text.contains("Say that the ferry Aurora leaves at seven.\n")) << text;
  EXPECT_TRUE(text.contains("p2 heading 2: Plans for spring\n")) << text;
  ASSERT_TRUE(talk.summary);
  EXPECT_EQ(talk.summary->format, FileFormat::ppt);
  EXPECT_EQ(talk.summary->pages, 2);
}

TEST_F(LegacyDocuments, are_read_where_they_are_attached_to_a_mail) {
  auto mail =
      "From: a@example.org\nTo: b@example.org\nSubject: Two files\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: text/plain\n\n"
      "See below.\n--cut\nContent-Type: application/msword; name=a.doc\n"
      "Content-Disposition: attachment; filename=a.doc\nContent-Transfer-Encoding: base64\n\n" +
      to_base64(document("lighthouse.doc")) +
      "\n--cut\nContent-Type: application/vnd.ms-powerpoint\n"
      "Content-Disposition: attachment; filename=b.ppt\nContent-Transfer-Encoding: base64\n\n" +
      to_base64(document("outline.ppt")) + "\n--cut--\n";

  auto outcome = read_with("catdoc", mail, "a.eml");

  auto text = outcome.text();
  EXPECT_TRUE(text.contains("The keeper of the lighthouse is called Marta.")) << text;
  EXPECT_TRUE(text.contains("Herring is the main catch")) << text;
  ASSERT_TRUE(outcome.summary);
  EXPECT_EQ(outcome.summary->format, FileFormat::eml);
}

TEST_F(LegacyDocuments, are_refused_with_advice_without_a_converter) {
  EXPECT_EQ(read_with("none", document("harbour.ppt")).text(),
            "failed: The document is of the Office 97-2003 kind, which takes a converter to read, "
            "and none is installed: install LibreOffice or catdoc on the server, or save it as "
            "PPTX or PDF");

  options_.legacy_converter_folder = folder_.path();
  auto missing = read_with("libreoffice", document("lighthouse.doc")).summary;
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(missing.error().message.contains("LibreOffice, is not installed"));
}

TEST_F(LegacyDocuments, are_refused_where_a_password_protects_them) {
  auto letter = document("lighthouse.doc");
  auto fib = letter.find("\xEC\xA5");
  ASSERT_NE(fib, std::string::npos);
  letter[fib + 11] = static_cast<char>(letter[fib + 11] | 1);
  auto talk = document("harbour.ppt");
  auto token = talk.find("\x5F\xC0\x91\xE3");
  ASSERT_NE(token, std::string::npos);
  talk.replace(token, 4, "\xDF\xC4\xD1\xF3");

  for (const auto& bytes : {letter, talk}) {
    auto summary = read_with("catdoc", bytes).summary;
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, ErrorCode::invalid);
    EXPECT_EQ(summary.error().message, "The document is protected with a password");
  }
}

TEST_F(LegacyDocuments, that_are_damaged_fail_and_nothing_else) {
  auto whole = document("lighthouse.doc");
  auto noise = whole;
  unsigned state = 7;
  for (std::size_t i = 1536; i < noise.size(); ++i)
    noise[i] = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  std::vector<std::string> all = {noise, document("outline.ppt").substr(0, 4000)};
  for (std::size_t size = 600; size < whole.size(); size += 1900)
    all.push_back(whole.substr(0, size));
  for (std::size_t i = 600; i < whole.size(); i += 1100) {
    all.push_back(whole);
    all.back()[i] = static_cast<char>(all.back()[i] ^ 0xFF);
  }

  for (const auto& bytes : all) {
    auto summary = read_with("catdoc", bytes).summary;
    if (!summary) EXPECT_EQ(summary.error().code, ErrorCode::invalid) << summary.error().message;
  }
}

TEST_F(LegacyDocuments, say_how_their_converter_failed) {
  struct Case {
    const char* script;
    std::string text;
    ErrorCode code;
  };
  for (const auto& [script, text, code] :
       std::vector<Case>{{"exit 1", useless, ErrorCode::invalid},
                         {"exit 0", useless, ErrorCode::invalid},
                         {"printf ' \\n'", "failed: The converter found no text in the document",
                          ErrorCode::invalid},
                         {"kill -SEGV $$", damaged, ErrorCode::invalid},
                         {"rm -f result; true > result", useless, ErrorCode::invalid},
                         {"while true; do printf '%0999999d' 1; done",
                          "failed: What the converter made of the document is too large",
                          ErrorCode::too_large}}) {
    auto outcome = read_with_script(script);
    EXPECT_EQ(outcome.text(), text) << script;
    EXPECT_EQ(outcome.summary.error().code, code) << script;
  }
}

TEST_F(LegacyDocuments, end_a_converter_that_hangs) {
  options_.wall_timeout = seconds(2);
  for (const auto* script : {"while true; do true; done", "exec sleep 1000"}) {
    auto summary = read_with_script(script).summary;
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, ErrorCode::timeout);
    EXPECT_EQ(summary.error().message, "Converting the document took too long");
  }
}

TEST_F(LegacyDocuments, end_their_converter_when_the_call_is_cancelled) {
  std::stop_source source;
  std::jthread canceller([&] {
    std::this_thread::yield();
    source.request_stop();
  });
  auto outcome =
      read_with_script("exec sleep 1000", CallContext{.cancellation = source.get_token()});

  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::cancelled);
}

TEST_F(LegacyDocuments, leave_their_converter_no_way_out) {
  setenv("AIVA_TEST_SECRET", "hidden", 1);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto port = std::to_string(ntohs(address.sin_port));
  auto secret = folder_.write("secret", "a key");

  auto outcome = read_with_script(
      "deed() { if eval \"$2\"; then echo \"$1: done\"; else echo \"$1: refused\"; fi; }\n"
      "exec 2>/dev/null\n"
      "deed network 'true <>/dev/tcp/127.0.0.1/" +
      port +
      "'\n"
      "deed datagram 'true <>/dev/udp/127.0.0.1/53'\n"
      "deed system 'true > /usr/aiva-test'\n"
      "deed root 'true > /aiva-test'\n"
      "deed program 'true > " +
      (programs_.path() / "catdoc").string() +
      "'\n"
      "deed secret 'test -e " +
      secret.string() +
      "'\n"
      "deed passwords 'test -e /etc/shadow'\n"
      "deed processes 'test -e /proc/1'\n"
      "deed environment 'test -n \"$AIVA_TEST_SECRET\"'\n"
      "deed own 'true > /work/mine'\n");

  EXPECT_EQ(outcome.text(),
            "p1 paragraph: network: refused\n"
            "p1 paragraph: datagram: refused\n"
            "p1 paragraph: system: refused\n"
            "p1 paragraph: root: refused\n"
            "p1 paragraph: program: refused\n"
            "p1 paragraph: secret: refused\n"
            "p1 paragraph: passwords: refused\n"
            "p1 paragraph: processes: refused\n"
            "p1 paragraph: environment: refused\n"
            "p1 paragraph: own: done\n");
  close(listener);
}

TEST_F(LegacyDocuments, let_their_converter_start_no_process) {
  auto outcome = read_with_script(
      "trap 'test -e child && echo forked || echo alone; exit 0' EXIT\n"
      "(true > child)\necho parent\n");

  EXPECT_EQ(outcome.text(), "p1 paragraph: alone\n");
}

TEST(LegacyConverter, is_found_where_it_is_installed) {
  TemporaryFolder folder;
  EXPECT_TRUE(find_legacy_converter("none", {})->is_none());
  EXPECT_TRUE(find_legacy_converter("", {})->is_none());
  EXPECT_TRUE(find_legacy_converter("auto", folder.path())->is_none());
  auto missing = find_legacy_converter("catdoc", folder.path());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unavailable);

  for (const auto* name : {"catdoc", "catppt", "soffice.bin"})
    fs::permissions(folder.write(name, "#!/bin/sh\n"), fs::perms::owner_all);

  EXPECT_EQ(find_legacy_converter("catdoc", folder.path())->for_ppt, folder.path() / "catppt");
  EXPECT_EQ(find_legacy_converter("auto", folder.path())->for_ppt, folder.path() / "soffice.bin");
}

TEST(LegacyConverter, is_tried) {
  auto catdoc = find_legacy_converter("catdoc", {});
  ASSERT_TRUE(catdoc);
  auto tried = try_legacy_converter(AIVA_TEST_DOCWORKER, *catdoc);
  EXPECT_TRUE(tried) << tried.error().message << tried.error().cause;

  catdoc->for_doc = "/nowhere/catdoc";
  EXPECT_EQ(try_legacy_converter(AIVA_TEST_DOCWORKER, *catdoc).error().code,
            ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
