#include "adapters/s3/s3_object_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stop_token>
#include <string>

#include "adapters/s3/internal/s3_xml.h"
#include "adapters/s3/testing/s3_ground.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/object_store_contract.h"

namespace aiva {
namespace {

using namespace s3;
namespace fs = std::filesystem;

constexpr std::uint64_t least_part = 5 * 1024 * 1024;  // of a real server

ObjectStoreSubject make_subject(S3Encryption encryption) {
  auto ground = std::make_shared<S3Ground>();
  ground->options.encryption = encryption;
  ground->options.kms_key = S3Server::kms_key;
  return {.store = ground->open(), .keeps = ground};
}
ObjectStoreSubject make_plain() { return make_subject(S3Encryption::none); }
ObjectStoreSubject make_kms() { return make_subject(S3Encryption::kms); }
ObjectStoreSubject make_sealed() { return make_subject(S3Encryption::sealed); }
INSTANTIATE_TEST_SUITE_P(S3, ObjectStoreContract,
                         ::testing::Values(make_plain, make_kms, make_sealed));

class S3ObjectStoreTest : public ::testing::Test {
 protected:
  static HttpResponse slow_down() {
    return {.status = 503, .body = "<Error><Code>SlowDown</Code></Error>"};
  }
  std::size_t unfinished() {
    auto answer = ground_.send({.query = {{"uploads", ""}, {"prefix", ground_.options.prefix}}});
    auto page = read_uploads_page(answer.response.body);
    return page ? page->uploads.size() : 999;
  }

  S3Ground ground_;
};

TEST_F(S3ObjectStoreTest, puts_large_files_in_parts) {
  ground_.options.part_bytes = least_part;
  auto store = ground_.open();
  auto text = long_text(2 * least_part + 12345);

  ASSERT_TRUE(put_text(*store, "a/b", text).has_value());

  EXPECT_EQ(ground_.http.count("PUT"), 3U);
  auto other = ground_.open();
  EXPECT_TRUE(text_of(*other, "a/b") == text);
  EXPECT_EQ(sync_wait(other->describe({}, "a/b"))->size, text.size());
  EXPECT_EQ(sync_wait(other->read({}, "a/b", {least_part - 3, 6})).value(),
            text.substr(least_part - 3, 6));
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3ObjectStoreTest, leaves_no_parts_of_an_upload_that_failed) {
  ground_.options.part_bytes = least_part;
  auto store = ground_.open();
  ground_.http.meet([](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (!request.url.contains("partNumber=2")) return std::nullopt;
    return HttpResponse{.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
  });

  auto put = put_text(*store, "a/b", long_text(3 * least_part));

  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().code, ErrorCode::unavailable);
  EXPECT_EQ(text_of(*store, "a/b"), "not_found");
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3ObjectStoreTest, gives_an_upload_up_that_was_cancelled) {
  ground_.options.part_bytes = least_part;
  auto store = ground_.open();
  std::stop_source source;
  ground_.http.meet([&source](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.url.contains("partNumber=2")) source.request_stop();
    return std::nullopt;
  });
  CallContext context{.cancellation = source.get_token()};

  auto put = put_text(*store, "a/b", long_text(3 * least_part), context);

  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().code, ErrorCode::cancelled);
  EXPECT_EQ(unfinished(), 0U);
  EXPECT_EQ(text_of(*store, "a/b"), "not_found");
}

TEST_F(S3ObjectStoreTest, knows_a_completion_whose_answer_was_lost) {
  ground_.options.part_bytes = least_part;
  auto store = ground_.open();
  ground_.http.meet([this](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.method != "POST" || !request.url.contains("uploadId=")) return std::nullopt;
    ground_.http.meet(nullptr);
    auto sent = sync_wait(ground_.aside.send({}, request));
    EXPECT_EQ(sent->status, 200);
    return fail(ErrorCode::unavailable, "The connection broke off");
  });
  auto text = long_text(least_part + 1);

  ASSERT_TRUE(put_text(*store, "a/b", text).has_value());

  EXPECT_TRUE(text_of(*ground_.open(), "a/b") == text);
}

TEST_F(S3ObjectStoreTest, tries_again_when_the_server_is_overloaded_or_away) {
  auto store = ground_.open();
  int faults = 0;
  ground_.http.meet([&faults](const HttpRequest&) -> std::optional<Result<HttpResponse>> {
    switch (faults++ % 4) {
      case 0: return slow_down();
      case 1: return fail(ErrorCode::unavailable, "The connection broke off");
      case 2:
        return HttpResponse{.status = 500, .body = "<Error><Code>InternalError</Code></Error>"};
      default: return std::nullopt;
    }
  });

  EXPECT_TRUE(put_text(*store, "a/b", "text").has_value());
  EXPECT_EQ(text_of(*store, "a/b"), "text");
  EXPECT_EQ(sync_wait(store->list({}, "", "", 10))->size(), 1U);
  EXPECT_TRUE(sync_wait(store->check({})).has_value());
  EXPECT_TRUE(sync_wait(store->remove({}, "a/b")).has_value());
  EXPECT_EQ(faults, 20);
}

TEST_F(S3ObjectStoreTest, gives_up_after_some_attempts) {
  ground_.options.attempts_max = 3;
  auto store = ground_.open();
  ground_.http.meet(
      [](const HttpRequest&) -> std::optional<Result<HttpResponse>> { return slow_down(); });

  auto put = put_text(*store, "a/b", "text");

  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().code, ErrorCode::unavailable);
  EXPECT_EQ(ground_.http.count("PUT"), 3U);
  EXPECT_EQ(text_of(*store, "a/b"), "unavailable");
}

TEST_F(S3ObjectStoreTest, goes_on_where_a_download_broke_off) {
  auto text = long_text(3'000'000);
  ASSERT_TRUE(put_text(*ground_.open(), "a/b", text).has_value());
  auto store = ground_.open();
  ground_.http.cut_next_after(1'000'000);

  EXPECT_TRUE(text_of(*store, "a/b") == text);

  auto requests = ground_.http.requests();
  EXPECT_EQ(ground_.http.count("GET"), 2U);
  auto has_range = [](const HttpHeader& header) {
    return header.name == "range" && header.value.starts_with("bytes=1");
  };
  EXPECT_TRUE(std::ranges::any_of(requests.back().headers, has_range));
}

TEST_F(S3ObjectStoreTest, begins_anew_when_the_object_was_replaced_in_the_middle) {
  auto writer = ground_.open_as(ground_.options, ground_.aside);
  ASSERT_TRUE(put_text(*writer, "a/b", long_text(3'000'000)).has_value());
  auto store = ground_.open();
  auto text = long_text(2'000'000) + "!";
  ground_.http.cut_next_after(1'000'000);
  int gets = 0;
  ground_.http.meet([&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.method != "GET" || ++gets != 2) return std::nullopt;
    EXPECT_TRUE(put_text(*writer, "a/b", text).has_value());
    return std::nullopt;
  });

  EXPECT_TRUE(text_of(*store, "a/b") == text);
  EXPECT_EQ(gets, 3);
}

TEST_F(S3ObjectStoreTest, refuses_bytes_that_were_not_put) {
  auto store = ground_.open();
  ASSERT_TRUE(put_text(*store, "a/b", "text").has_value());
  auto reader = ground_.open();
  ground_.http.meet([this](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    auto response = sync_wait(ground_.aside.send({}, request));
    response->body = "test";
    return response;
  });

  EXPECT_EQ(text_of(*reader, "a/b"), "unavailable");
}

TEST_F(S3ObjectStoreTest, asks_only_whether_its_copy_is_still_the_object) {
  auto first = ground_.open();
  auto second = ground_.open();
  ASSERT_TRUE(put_text(*first, "a/b", "one").has_value());
  EXPECT_EQ(text_of(*second, "a/b"), "one");

  auto path = sync_wait(second->local_copy({}, "a/b"));
  EXPECT_EQ(sync_wait(second->local_copy({}, "a/b")).value(), *path);
  EXPECT_TRUE(ground_.metrics.to_prometheus_text().contains("aiva_s3_cache_hits_total 2"));

  ASSERT_TRUE(put_text(*first, "a/b", "another").has_value());
  EXPECT_EQ(text_of(*second, "a/b"), "another");
  ASSERT_TRUE(sync_wait(first->remove({}, "a/b")).has_value());
  EXPECT_EQ(text_of(*second, "a/b"), "not_found");
  EXPECT_FALSE(fs::exists(*path));
}

TEST_F(S3ObjectStoreTest, finds_its_copies_again_after_a_restart) {
  ground_.options.folder = ground_.folder.path() / "kept";
  ASSERT_TRUE(put_text(*ground_.open(), "a/b", "text").has_value());

  EXPECT_EQ(text_of(*ground_.open(), "a/b"), "text");

  EXPECT_TRUE(ground_.metrics.to_prometheus_text().contains("aiva_s3_cache_hits_total 1"));
}

TEST_F(S3ObjectStoreTest, puts_a_wrong_clock_right) {
  ManualClock slow;
  slow.advance(std::chrono::milliseconds(unix_ms_now() - slow.unix_ms()) - std::chrono::hours(2));
  ground_.clock = &slow;
  auto store = ground_.open();

  EXPECT_TRUE(put_text(*store, "a/b", "text").has_value());
  EXPECT_EQ(ground_.http.count("PUT"), 2U);
  EXPECT_EQ(text_of(*store, "a/b"), "text");
  EXPECT_EQ(ground_.http.count("GET"), 1U);
}

TEST_F(S3ObjectStoreTest, says_what_the_operator_must_put_right) {
  auto wrong = ground_.options;
  wrong.secret_key = "another-secret";
  auto refused = put_text(*ground_.open_as(wrong), "a/b", "text");
  auto elsewhere = ground_.options;
  elsewhere.bucket = "no-such-bucket";
  auto missing = put_text(*ground_.open_as(elsewhere), "a/b", "text");

  ASSERT_FALSE(refused.has_value() || missing.has_value());
  EXPECT_EQ(refused.error().message, "The object store refuses access");
  EXPECT_FALSE(refused.error().cause.contains("another-secret"));
  EXPECT_EQ(missing.error().message, "The bucket of the object store does not exist");
  EXPECT_EQ(text_of(*ground_.open_as(elsewhere), "a/b"), "unavailable");
  EXPECT_EQ(sync_wait(ground_.open_as(elsewhere)->check({})).error().code, ErrorCode::unavailable);
}

TEST_F(S3ObjectStoreTest, lists_page_after_page) {
  ground_.options.page_entries = 2;
  auto store = ground_.open();
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(put_text(*store, "d/" + std::to_string(i), std::string(1000, 'x')).has_value());
  ground_.send({.method = "PUT", .key = ground_.options.prefix + "d/Of another program"});

  auto all = sync_wait(store->list({}, "d/", "", 100));
  auto some = sync_wait(store->list({}, "d/", "d/0", 3));

  ASSERT_TRUE(all.has_value() && some.has_value());
  ASSERT_EQ(all->size(), 5U);
  EXPECT_EQ(all->back().key, "d/4");
  EXPECT_EQ(all->back().size, 1000U);
  ASSERT_EQ(some->size(), 3U);
  EXPECT_EQ(some->front().key, "d/1");
}

TEST_F(S3ObjectStoreTest, removes_uploads_that_nobody_finished) {
  ASSERT_EQ(
      ground_
          .send(
              {.method = "POST", .key = ground_.options.prefix + "a/b", .query = {{"uploads", ""}}})
          .response.status,
      200);
  ASSERT_EQ(unfinished(), 1U);

  EXPECT_EQ(sync_wait(ground_.open()->remove_unfinished({})).value(), 0);
  ground_.options.unfinished_age_max = std::chrono::milliseconds(-10'000);
  EXPECT_EQ(sync_wait(ground_.open()->remove_unfinished({})).value(), 1);

  EXPECT_EQ(unfinished(), 0U);
}

TEST(S3ObjectStoreOptions, are_checked) {
  S3Ground ground;
  auto code_of = [&ground](auto change) {
    auto options = ground.options;
    options.folder = ground.folder.path() / "checked";
    change(options);
    auto store = make_s3_object_store(options, {.http = ground.http,
                                                .pool = ground.pool,
                                                .pause = ground.pause,
                                                .clock = ground.system_clock,
                                                .metrics = ground.metrics});
    return store ? std::string("fine") : store.error().details.at(0).field;
  };

  EXPECT_EQ(code_of([](S3Options&) {}), "fine");
  EXPECT_EQ(code_of([](S3Options& options) { options.url = "s3.example"; }), "objects.url");
  EXPECT_EQ(code_of([](S3Options& options) { options.bucket = "A"; }), "objects.bucket");
  EXPECT_EQ(code_of([](S3Options& options) { options.region = ""; }), "objects.region");
  EXPECT_EQ(code_of([](S3Options& options) { options.secret_key = ""; }), "objects.access_key");
  EXPECT_EQ(code_of([](S3Options& options) { options.prefix = "a"; }), "objects.prefix");
  EXPECT_EQ(code_of([](S3Options& options) { options.prefix = "../"; }), "objects.prefix");
}

}  // namespace
}  // namespace aiva
