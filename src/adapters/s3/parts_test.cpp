#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/s3/internal/file_plan.h"
#include "adapters/s3/internal/local_cache.h"
#include "adapters/s3/internal/s3_xml.h"
#include "adapters/s3/internal/sealed_object.h"
#include "adapters/s3/internal/server_clock.h"
#include "foundation/crypto.h"
#include "foundation/metrics.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::s3 {
namespace {

namespace fs = std::filesystem;

class LocalCacheTest : public ::testing::Test {
 protected:
  void open(std::uint64_t bytes_max, std::chrono::milliseconds kept_least = {}) {
    auto cache = LocalCache::open(folder_.path() / "copies", {bytes_max, kept_least}, bytes_);
    ASSERT_TRUE(cache.has_value());
    cache_ = std::move(*cache);
  }
  fs::path add(const std::string& key, const std::string& text, const std::string& etag = "\"e\"") {
    auto part = cache_->new_part();
    std::ofstream(part, std::ios::binary) << text;
    auto path = cache_->adopt(key, etag, part);
    EXPECT_TRUE(path.has_value());
    // Files used one after the other shall have different times.
    auto used_at = fs::file_time_type::clock::now() - std::chrono::minutes(60 - ++uses_);
    if (path && fs::exists(*path)) fs::last_write_time(*path, used_at);
    return path ? *path : fs::path();
  }
  std::string text_of(const std::string& key) {
    auto copy = cache_->find(key);
    return copy ? read_whole_file(copy->path) : "none";
  }
  std::size_t files() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path() / "copies"), {}));
  }

  TemporaryFolder folder_;
  Metrics metrics_;
  Gauge& bytes_ = metrics_.gauge("bytes", "");
  std::unique_ptr<LocalCache> cache_;
  int uses_ = 0;
};

TEST_F(LocalCacheTest, removes_the_longest_unused_beyond_its_bytes) {
  open(10);
  add("a", "1234");
  add("b", "1234");
  EXPECT_EQ(text_of("a"), "1234");

  add("c", "1234");

  EXPECT_EQ(text_of("a"), "1234");
  EXPECT_EQ(text_of("b"), "none");
  EXPECT_EQ(text_of("c"), "1234");
  EXPECT_EQ(files(), 2U);
  EXPECT_TRUE(metrics_.to_prometheus_text().contains("bytes 8"));
}

TEST_F(LocalCacheTest, keeps_for_a_while_what_it_gave_out) {
  open(10, std::chrono::hours(10));
  add("a", "1234567");
  add("b", "1234567");
  auto replaced = add("b", "another", "\"f\"");
  auto latest = add("b", "newest", "\"g\"");

  EXPECT_EQ(text_of("a"), "1234567");
  EXPECT_EQ(read_whole_file(replaced), "another");
  EXPECT_EQ(cache_->find("b")->path, latest);
  EXPECT_EQ(files(), 4U);
}

TEST_F(LocalCacheTest, reads_its_folder_again) {
  open(100);
  add("a", "first", "\"e-1\"");
  auto damaged = add("b", "second");
  std::ofstream(damaged, std::ios::app) << "more";
  auto part = cache_->new_part();
  std::ofstream(part) << "half";
  fs::last_write_time(part, fs::file_time_type::clock::now() - std::chrono::hours(2));
  fs::last_write_time(damaged, fs::file_time_type::clock::now() - std::chrono::hours(2));

  open(100);

  EXPECT_EQ(text_of("a"), "first");
  EXPECT_EQ(cache_->find("a")->etag, "\"e-1\"");
  EXPECT_EQ(text_of("b"), "none");
  EXPECT_EQ(files(), 1U);
  open(3);
  EXPECT_EQ(files(), 0U);
}

TEST_F(LocalCacheTest, forgets_and_misses_what_others_removed) {
  open(100);
  auto gone = add("a", "text");
  add("b", "text");
  fs::remove(gone);
  cache_->forget("b");
  cache_->forget("unknown");

  EXPECT_EQ(text_of("a"), "none");
  EXPECT_EQ(text_of("b"), "none");
  EXPECT_EQ(files(), 0U);
}

class SealedObjectTest : public ::testing::Test {
 protected:
  std::string seal(const std::string& text) {
    auto source = folder_.write("plain", text);
    fs::remove(folder_.path() / "sealed");
    EXPECT_TRUE(seal_file(key_, "name", source, folder_.path() / "sealed").has_value());
    return read_whole_file(folder_.path() / "sealed");
  }
  std::string open(const std::string& sealed, const std::string& name = "name") {
    auto source = folder_.write("sealed", sealed);
    fs::remove(folder_.path() / "opened");
    auto opened = open_sealed_file(key_, name, source, folder_.path() / "opened");
    if (!opened) return std::string(to_string(opened.error().code));
    return read_whole_file(folder_.path() / "opened");
  }

  TemporaryFolder folder_;
  std::string key_ = std::string(32, 'k');
};

TEST_F(SealedObjectTest, gives_back_files_of_every_size) {
  for (std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 200'000U}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>(i);

    auto sealed = seal(text);

    EXPECT_TRUE(open(sealed) == text) << size;
    EXPECT_FALSE(size > 1000 && sealed.contains(text.substr(0, 20)));
  }
}

TEST_F(SealedObjectTest, notices_every_change) {
  auto sealed = seal(std::string(70'000, 'x'));

  for (std::size_t at : {0U, 9U, 15U, 30U, 102U, 110U, 127U, 128U, 65'700U, 70'100U}) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(open(changed), "internal") << at;
  }
  EXPECT_EQ(open(sealed, "other"), "internal");
  EXPECT_EQ(open(sealed + "x"), "internal");
  EXPECT_EQ(open(sealed.substr(0, sealed.size() - 1)), "internal");
  EXPECT_EQ(open(sealed.substr(0, 128 + 65'552)), "internal");
  EXPECT_EQ(open(sealed.substr(0, 100)), "internal");
  EXPECT_EQ(open(""), "internal");
}

TEST_F(SealedObjectTest, has_another_key_each_time) { EXPECT_NE(seal("text"), seal("text")); }

TEST(FilePlan, cuts_a_file_into_parts) {
  TemporaryFolder folder;
  auto file = folder.write("file", "1234567890");

  auto plan = plan_file(file, 4);
  auto empty = plan_file(folder.write("empty", ""), 4);

  ASSERT_TRUE(plan.has_value() && empty.has_value());
  EXPECT_EQ(plan->sha256, to_hex(sha256("1234567890")));
  ASSERT_EQ(plan->parts.size(), 3U);
  EXPECT_EQ(plan->parts[2].offset, 8U);
  EXPECT_EQ(plan->parts[2].size, 2U);
  EXPECT_EQ(plan->parts[2].sha256, to_hex(sha256("90")));
  ASSERT_EQ(empty->parts.size(), 1U);
  EXPECT_EQ(empty->parts[0].sha256, to_hex(sha256("")));
  EXPECT_FALSE(plan_file(folder.path() / "missing", 4).has_value());
  EXPECT_FALSE(plan_file(folder.path(), 4).has_value());
}

TEST(HttpDate, is_read) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777'000);
  for (const auto* text : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 Nov 1994 28:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
}

TEST(ServerClock, believes_the_server_only_about_more_than_a_minute) {
  ManualClock clock;
  clock.advance(std::chrono::milliseconds(784'111'777'000 - clock.unix_ms()));
  ServerClock server(clock);

  auto wrong = server.now();
  EXPECT_FALSE(server.learn("Sun, 06 Nov 1994 08:49:50 GMT", wrong));
  EXPECT_FALSE(server.learn("no date", wrong));
  EXPECT_TRUE(server.learn("Sun, 06 Nov 1994 09:49:37 GMT", wrong));
  EXPECT_TRUE(server.learn("Sun, 06 Nov 1994 09:49:37 GMT", wrong)) << "sent at the same time";
  EXPECT_FALSE(server.learn("Sun, 06 Nov 1994 09:49:37 GMT", server.now()));

  EXPECT_EQ(server.now() - clock.unix_ms(), 3'600'000);
}

TEST(S3Xml, reads_answers) {
  auto list = read_list_page(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>t&amp;1</NextContinuationToken><Contents><Key>a%2Fb</Key>"
      "<LastModified>2025-01-02T03:04:05.000Z</LastModified><Size>5000000000</Size></Contents>"
      "</ListBucketResult>");

  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->entries.size(), 1U);
  EXPECT_EQ(list->entries[0].key, "a/b");
  EXPECT_EQ(list->entries[0].size, 5'000'000'000U);
  EXPECT_EQ(list->entries[0].modified_at, *parse_iso8601("2025-01-02T03:04:05Z"));
  EXPECT_EQ(list->continuation, "t&1");
  EXPECT_EQ(read_error_code("<Error><Code>NoSuchKey</Code></Error>"), "NoSuchKey");
  EXPECT_EQ(write_parts({"\"a\"", "b<"}),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>b&lt;</ETag></Part></CompleteMultipartUpload>");
}

TEST(S3Xml, refuses_what_is_no_answer) {
  const std::string texts[] = {"",
                               "not xml",
                               "<Other/>",
                               "<ListBucketResult>",
                               "<!DOCTYPE x [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
                               std::string(100'000, '<')};
  for (const auto& text : texts) {
    EXPECT_FALSE(read_list_page(text).has_value()) << text.substr(0, 100);
    EXPECT_FALSE(read_uploads_page(text).has_value());
    EXPECT_FALSE(read_upload_id(text).has_value());
  }
  EXPECT_EQ(read_error_code("plain text"), "");
  EXPECT_FALSE(read_upload_id("<InitiateMultipartUploadResult/>").has_value());
}

}  // namespace
}  // namespace aiva::s3
