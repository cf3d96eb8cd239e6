#include "adapters/docworker/document_reader.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "documents/ocr/open_pages.h"
#include "documents/testing/load_picture.h"
#include "documents/testing/scan.h"
#include "documents/testing/tiny_pdf.h"
#include "ports/testing/temporary_folder.h"

// What PDFium holds until the program ends is no leak.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpdfium.so\n"; }

namespace aiva {
namespace {

using documents::TinyPdf;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string repeat(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

// The processes whose parent is `parent`.
std::vector<pid_t> find_children(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string stat = read_whole_file(entry.path() / "stat");
    auto end_of_name = stat.rfind(')');
    if (end_of_name == std::string::npos) continue;
    char state = 0;
    pid_t its_parent = 0;
    std::istringstream(stat.substr(end_of_name + 1)) >> state >> its_parent;
    if (its_parent == parent && state != 'Z') children.push_back(std::stoi(name));
  }
  return children;
}

// A PDF whose text does not fit into the pipe between the processes by far.
std::string make_long_pdf() {
  TinyPdf pdf;
  for (int page = 1; page <= 1500; ++page)
    pdf.page().lines(70, 80,
                     std::vector<std::string>(
                         25, "Page " + std::to_string(page) +
                                 " of a long book in which nothing happens, line by line."));
  return pdf.bytes();
}

struct Outcome {
  std::vector<Block> blocks;
  Result<DocumentSummary> summary = DocumentSummary{};
};

class WorkerReader : public testing::Test {
 protected:
  void SetUp() override { start(options_); }

  void start(const DocumentReaderOptions& options) {
    reader_.reset();
    auto reader = make_document_reader(options);
    ASSERT_TRUE(reader) << reader.error().message;
    reader_ = std::move(*reader);
  }

  // Reads a document with these bytes; `on_blocks` is called with each batch before it is kept.
  Outcome read(std::string_view bytes, const std::string& name,
               std::function<Result<void>()> on_blocks = {}, CallContext context = {},
               std::vector<int> pages_to_recognise = {}) {
    return read_file(folder_.write("document", bytes), name, std::move(on_blocks),
                     std::move(context), std::move(pages_to_recognise));
  }

  Outcome read_file(const std::filesystem::path& file, const std::string& name,
                    std::function<Result<void>()> on_blocks = {}, CallContext context = {},
                    std::vector<int> pages_to_recognise = {}) {
    ReadRequest request{.file_name = name, .pages_to_recognise = std::move(pages_to_recognise)};
    Outcome outcome;
    DocumentSink sink{.blocks = [&](std::vector<Block> blocks) -> Result<void> {
                        if (on_blocks) TRY_VOID(on_blocks());
                        for (auto& block : blocks) outcome.blocks.push_back(std::move(block));
                        return {};
                      },
                      .progress = {}};
    outcome.summary = sync_wait(reader_->read(std::move(context), file, std::move(request), sink));
    return outcome;
  }

  // The program that was started; it waits for the worker.
  static pid_t program() {
    auto children = find_children(getpid());
    return children.empty() ? 0 : children.front();
  }
  // The process that forks a child for each document.
  static pid_t worker() {
    auto children = find_children(program());
    return children.empty() ? 0 : children.front();
  }

  TemporaryFolder folder_;
  DocumentReaderOptions options_{.worker_path = AIVA_TEST_DOCWORKER,
                                 .pdfium_path = AIVA_TEST_PDFIUM,
                                 .ocr_data = "/usr/share/tesseract-ocr/5/tessdata",
                                 .ocr_languages = {"eng"}};
  std::unique_ptr<DocumentReader> reader_;
};

TEST_F(WorkerReader, reads_text_and_pdf) {
  auto text = read("# Title\n\nSome words.\n", "a.md");
  ASSERT_TRUE(text.summary) << text.summary.error().message;
  EXPECT_EQ(text.summary->format, FileFormat::markdown);
  EXPECT_EQ(text.summary->title, "Title");
  ASSERT_EQ(text.blocks.size(), 2U);
  EXPECT_EQ(text.blocks[1].text, "Some words.");

  TinyPdf pdf;
  pdf.page().text(70, 80, "First page").page().text(70, 80, "Second page").title("Two pages");
  auto read_pdf = read(pdf.bytes(), "a.pdf");
  ASSERT_TRUE(read_pdf.summary) << read_pdf.summary.error().message;
  EXPECT_EQ(read_pdf.summary->format, FileFormat::pdf);
  EXPECT_EQ(read_pdf.summary->title, "Two pages");
  EXPECT_EQ(read_pdf.summary->pages_read, 2);
  EXPECT_EQ(read_pdf.summary->partial_reason, "");
  ASSERT_EQ(read_pdf.blocks.size(), 2U);
  EXPECT_EQ(read_pdf.blocks[1].page, 2);
  EXPECT_TRUE(read_pdf.blocks[1].box.has_value());
}

TEST_F(WorkerReader, recognises_print_in_a_worker_of_its_own) {
  TinyPdf pdf;
  pdf.page().text(70, 90, "The lighthouse keeper counts the ships that pass", 14);
  auto pdfium = documents::Pdfium::open(AIVA_TEST_PDFIUM);
  auto bytes = pdf.bytes();
  auto page = (*documents::open_pdf_pages(**pdfium, bytes))->draw(1);
  auto image = documents::make_bmp(*page);

  auto looked_at = read(image, "scan.bmp");
  ASSERT_TRUE(looked_at.summary) << looked_at.summary.error().message;
  EXPECT_EQ(looked_at.summary->format, FileFormat::image);
  EXPECT_EQ(looked_at.summary->pages_without_text, std::vector{1});
  EXPECT_TRUE(looked_at.blocks.empty());

  for (const auto& scan : {image, documents::make_scan_pdf({*page})}) {
    auto recognised = read(scan, "scan", {}, {}, {1});
    ASSERT_TRUE(recognised.summary) << recognised.summary.error().message;
    EXPECT_EQ(recognised.summary->pages_read, 1);
    ASSERT_EQ(recognised.blocks.size(), 1U);
    EXPECT_EQ(recognised.blocks[0].text, "The lighthouse keeper counts the ships that pass");
  }
  EXPECT_EQ(find_children(getpid()).size(), 2U);
}

TEST_F(WorkerReader, recognises_print_on_a_photograph_of_a_telephone) {
  auto photograph = documents::load_picture("print.heic");
  auto looked_at = read(photograph, "IMG_1.HEIC");
  ASSERT_TRUE(looked_at.summary) << looked_at.summary.error().message;
  EXPECT_EQ(looked_at.summary->pages_without_text, std::vector{1});

  auto recognised = read(photograph, "IMG_1.HEIC", {}, {}, {1});

  ASSERT_TRUE(recognised.summary) << recognised.summary.error().message;
  ASSERT_EQ(recognised.blocks.size(), 1U);
  EXPECT_EQ(recognised.blocks[0].text, "Lighthouses warn the ships that pass");
}

TEST_F(WorkerReader, says_where_recognition_is_not_installed) {
  options_.ocr_languages = {"xyz"};
  start(options_);
  auto image =
      documents::make_bmp({.width = 8, .height = 8, .grey = std::vector<std::uint8_t>(64)});

  auto looked_at = read(image, "scan.bmp").summary;
  auto recognised = read(image, "scan.bmp", {}, {}, {1}).summary;

  for (const auto& summary : {looked_at, recognised}) {
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, ErrorCode::unavailable);
    EXPECT_EQ(summary.error().message, "Text recognition is not installed for the language xyz");
  }
}

TEST_F(WorkerReader, recognises_so_many_pages_at_a_time_and_no_more) {
  EXPECT_EQ(read("words", "a.txt", {}, {}, std::vector<int>(257, 1)).summary.error().code,
            ErrorCode::invalid);
}

TEST_F(WorkerReader, reports_what_is_wrong_with_a_document) {
  TinyPdf locked;
  locked.page().text(70, 80, "secret").protect();
  auto summary = read(locked.bytes(), "a.pdf").summary;
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::invalid);
  EXPECT_TRUE(summary.error().message.contains("password"));

  EXPECT_EQ(read("", "a.txt").summary.error().message, "The document is empty");
  EXPECT_EQ(read("PK\x03\x04", "a.docx").summary.error().code, ErrorCode::invalid);
}

TEST_F(WorkerReader, fails_where_there_is_no_file) {
  EXPECT_EQ(read_file("/nowhere/a.txt", "a.txt").summary.error().code, ErrorCode::unavailable);
  EXPECT_EQ(read_file(folder_.path(), "a.txt").summary.error().code, ErrorCode::unavailable);
}

TEST_F(WorkerReader, survives_hostile_documents) {
  TinyPdf circle;
  circle.page().text(70, 80, "round and round").tie_page_tree_into_a_circle();
  TinyPdf good;
  for (int page = 0; page < 5; ++page) good.page().text(70, 80, "Some words on a page");
  auto whole = good.bytes();
  std::string noise = "%PDF-1.7\n";
  unsigned state = 99;
  while (noise.size() < 100000)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);

  for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"circle.pdf", circle.bytes()},
           {"half.pdf", whole.substr(0, whole.size() / 2)},
           {"noise.pdf", noise},
           {"deep.html", "<!doctype html>" + repeat("<b><i>", 300000) + "x"},
           {"line.txt", repeat("abc ", 5 * 1024 * 1024)},
           {"broken.txt", repeat("gr\xC3\xBCn \xC3 ", 1000)},
           {"marks.md", repeat("[[[[", 20000)}}) {
    auto outcome = read(bytes, name);
    if (!outcome.summary)
      EXPECT_EQ(outcome.summary.error().code, ErrorCode::invalid) << name;
    else
      EXPECT_GE(outcome.summary->pages, 1) << name;
  }
  EXPECT_TRUE(read("still alive", "a.txt").summary);
}

TEST_F(WorkerReader, reads_again_after_the_worker_was_killed) {
  ASSERT_TRUE(read("one", "a.txt").summary);
  auto first = worker();
  ASSERT_NE(first, 0);

  kill(first, SIGKILL);
  auto outcome = read("two", "a.txt");

  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  EXPECT_EQ(outcome.blocks.at(0).text, "two");
  EXPECT_NE(worker(), first);
}

TEST_F(WorkerReader, reads_again_after_the_program_was_killed) {
  ASSERT_TRUE(read("one", "a.txt").summary);
  kill(program(), SIGKILL);
  EXPECT_TRUE(read("two", "a.txt").summary);
}

TEST_F(WorkerReader, keeps_the_pages_that_came_before_its_child_was_killed) {
  int batches = 0;
  auto outcome = read(make_long_pdf(), "a.pdf", [&]() -> Result<void> {
    if (++batches != 3) return {};
    // What a forbidden system call ends a child with.
    for (pid_t child : find_children(worker())) kill(child, SIGSYS);
    return {};
  });

  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  EXPECT_EQ(outcome.summary->format, FileFormat::pdf);
  EXPECT_EQ(outcome.summary->pages, 1500);
  EXPECT_GT(outcome.summary->pages_read, 0);
  EXPECT_LT(outcome.summary->pages_read, 1500);
  EXPECT_TRUE(outcome.summary->partial_reason.contains("damaged"));
  EXPECT_GE(outcome.blocks.back().page, outcome.summary->pages_read);
}

TEST_F(WorkerReader, keeps_the_pages_that_came_before_the_worker_was_killed) {
  int batches = 0;
  auto outcome = read(make_long_pdf(), "a.pdf", [&]() -> Result<void> {
    if (++batches == 3) kill(worker(), SIGKILL);
    return {};
  });

  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  EXPECT_GT(outcome.summary->pages_read, 0);
  EXPECT_LT(outcome.summary->pages_read, outcome.summary->pages);
  EXPECT_TRUE(read("afterwards", "a.txt").summary);
}

TEST_F(WorkerReader, leaves_no_child_behind_when_the_call_is_cancelled) {
  std::stop_source source;
  auto outcome = read(
      make_long_pdf(), "a.pdf",
      [&]() -> Result<void> {
        source.request_stop();
        return {};
      },
      CallContext{.cancellation = source.get_token()});

  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::cancelled);
  auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!find_children(worker()).empty() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_TRUE(find_children(worker()).empty());
}

TEST_F(WorkerReader, ends_with_the_deadline_of_the_call) {
  auto deadline = std::chrono::steady_clock::now() + milliseconds(300);
  auto outcome = read(
      make_long_pdf(), "a.pdf",
      [&]() -> Result<void> {
        while (std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        return {};
      },
      CallContext{.deadline = deadline});

  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::timeout);
}

TEST_F(WorkerReader, keeps_the_pages_that_came_before_the_wall_timeout) {
  options_.wall_timeout = seconds(3);
  start(options_);
  bool is_stopped = false;

  auto outcome = read(make_long_pdf(), "a.pdf", [&]() -> Result<void> {
    if (std::exchange(is_stopped, true)) return {};
    for (pid_t child : find_children(worker())) kill(child, SIGSTOP);
    return {};
  });

  if (outcome.summary) {
    EXPECT_LT(outcome.summary->pages_read, outcome.summary->pages);
    EXPECT_EQ(outcome.summary->partial_reason, "Reading the document took too long");
  } else {
    EXPECT_EQ(outcome.summary.error().code, ErrorCode::timeout);
  }
}

TEST_F(WorkerReader, stops_with_the_failure_of_the_sink) {
  auto outcome = read("words", "a.txt",
                      []() -> Result<void> { return fail(ErrorCode::quota_exceeded, "no more"); });

  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::quota_exceeded);
}

TEST_F(WorkerReader, reads_documents_at_the_same_time) {
  options_.concurrency = 4;
  start(options_);
  constexpr int count = 40;
  std::latch done(count);
  std::vector<std::vector<Block>> blocks(count);
  std::atomic<int> failed = 0;

  for (std::size_t i = 0; i < count; ++i) {
    auto file = folder_.write(std::to_string(i), "document number " + std::to_string(i));
    DocumentSink sink{.blocks = [&, i](std::vector<Block> batch) -> Result<void> {
                        blocks[i] = std::move(batch);
                        return {};
                      },
                      .progress = {}};
    aiva::start(reader_->read({}, file, {.file_name = "a.txt"}, sink),
                [&](std::exception_ptr, std::optional<Result<DocumentSummary>> summary) {
                  failed += summary && *summary ? 0 : 1;
                  done.count_down();
                });
  }
  done.wait();

  EXPECT_EQ(failed, 0);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_EQ(blocks[i].size(), 1U);
    EXPECT_EQ(blocks[i][0].text, "document number " + std::to_string(i));
  }
}

TEST_F(WorkerReader, gives_the_worker_nothing_of_its_environment) {
  setenv("AIVA_TEST_SECRET", "hidden", 1);
  ASSERT_TRUE(read("words", "a.txt").summary);

  auto environment = read_whole_file("/proc/" + std::to_string(worker()) + "/environ");

  EXPECT_EQ(environment, std::string("LC_ALL=C.UTF-8") + '\0');
}

TEST_F(WorkerReader, ends_its_worker_and_readings_when_it_is_destroyed) {
  std::latch has_begun(1);
  std::latch has_ended(1);
  Result<DocumentSummary> outcome = DocumentSummary{};
  auto file = folder_.write("long.pdf", make_long_pdf());
  bool is_first = true;
  std::stop_source gone;
  DocumentSink sink{.blocks = [&](std::vector<Block>) -> Result<void> {
                      if (!std::exchange(is_first, false)) return {};
                      has_begun.count_down();
                      while (!gone.stop_requested()) std::this_thread::yield();
                      return {};
                    },
                    .progress = {}};
  aiva::start(reader_->read({}, file, {.file_name = "a.pdf"}, sink),
              [&](std::exception_ptr, std::optional<Result<DocumentSummary>> summary) {
                outcome = std::move(*summary);
                if (is_first) has_begun.count_down();
                has_ended.count_down();
              });
  has_begun.wait();
  auto id = program();

  std::jthread destroyer([this] { reader_.reset(); });
  gone.request_stop();
  has_ended.wait();
  destroyer.join();

  // The reading was over when the reader went, or it was cancelled with it.
  if (!outcome) EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
  EXPECT_NE(kill(id, 0), 0);
}

TEST(WorkerReaderOptions, need_the_program) {
  auto reader = make_document_reader({.worker_path = "/nowhere/aiva-docworker", .pdfium_path = {}});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::unavailable);
}

TEST(WorkerReaderOptions, need_no_pdf_library_for_text) {
  TemporaryFolder folder;
  auto reader = make_document_reader(
      {.worker_path = AIVA_TEST_DOCWORKER, .pdfium_path = "/nowhere/libpdfium.so"});
  ASSERT_TRUE(reader);
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> { return {}; },
                    .progress = {}};

  auto text =
      sync_wait((*reader)->read({}, folder.write("a", "words"), {.file_name = "a.txt"}, sink));
  auto pdf =
      sync_wait((*reader)->read({}, folder.write("b", "%PDF-1.4"), {.file_name = "b.pdf"}, sink));

  EXPECT_TRUE(text);
  ASSERT_FALSE(pdf);
  EXPECT_EQ(pdf.error().code, ErrorCode::unavailable);
}

// A worker that ends at once is started again, but not without end.
TEST(WorkerReaderOptions, pause_before_a_useless_worker_is_started_again) {
  TemporaryFolder folder;
  auto reader = make_document_reader({.worker_path = "/bin/true", .pdfium_path = {}});
  ASSERT_TRUE(reader);
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> { return {}; },
                    .progress = {}};
  auto file = folder.write("a", "words");
  int with_pause = 0;

  for (int i = 0; i < 6; ++i) {
    auto summary = sync_wait((*reader)->read({}, file, {.file_name = "a.txt"}, sink));
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code, ErrorCode::unavailable);
    with_pause += summary.error().retry_after_s > 0 ? 1 : 0;
  }

  EXPECT_GT(with_pause, 2);
}

}  // namespace
}  // namespace aiva
