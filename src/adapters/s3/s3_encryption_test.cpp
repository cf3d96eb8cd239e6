#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "adapters/s3/testing/s3_ground.h"

namespace aiva {
namespace {

using namespace s3;

class S3EncryptionTest : public ::testing::Test {
 protected:
  S3Answer get(const std::string& key, const std::string& method = "GET") {
    return ground_.send({.method = method, .key = ground_.options.prefix + key});
  }
  std::string header_of_put(std::string_view name) {
    for (const auto& request : ground_.http.requests())
      for (const auto& header : request.headers)
        if (request.method == "PUT" && header.name == name) return header.value;
    return {};
  }

  S3Ground ground_;
};

TEST_F(S3EncryptionTest, asks_the_server_to_encrypt_with_a_key_of_its_service) {
  ground_.options.encryption = S3Encryption::kms;
  ground_.options.kms_key = S3Server::kms_key;
  ground_.options.part_bytes = 5 * 1024 * 1024;
  auto store = ground_.open();
  auto text = long_text(6 * 1024 * 1024);

  ASSERT_TRUE(put_text(*store, "a/b", "text").has_value());
  ASSERT_TRUE(put_text(*store, "a/large", text).has_value());

  for (const auto* key : {"a/b", "a/large"}) {
    auto head = get(key, "HEAD").response;
    EXPECT_EQ(head.header("x-amz-server-side-encryption"), "aws:kms") << key;
    EXPECT_EQ(head.header("x-amz-server-side-encryption-aws-kms-key-id"), S3Server::kms_key);
  }
  EXPECT_EQ(text_of(*ground_.open(), "a/b"), "text");
  EXPECT_TRUE(text_of(*ground_.open(), "a/large") == text);
}

TEST_F(S3EncryptionTest, asks_the_server_to_encrypt_with_its_own_key) {
  ground_.options.encryption = S3Encryption::s3;
  auto store = ground_.open();
  ground_.http.meet([](const HttpRequest&) { return HttpResponse{.status = 200}; });

  ASSERT_TRUE(put_text(*store, "a/b", "text").has_value());

  EXPECT_EQ(header_of_put("x-amz-server-side-encryption"), "AES256");
}

TEST_F(S3EncryptionTest, shows_the_server_nothing_of_what_it_sealed) {
  ground_.options.encryption = S3Encryption::sealed;
  ground_.options.part_bytes = 5 * 1024 * 1024;
  auto store = ground_.open();
  auto text = long_text(6 * 1024 * 1024);

  ASSERT_TRUE(put_text(*store, "a/b", "A secret of the house").has_value());
  ASSERT_TRUE(put_text(*store, "a/large", text).has_value());

  auto stored = get("a/b").response.body;
  EXPECT_FALSE(stored.contains("secret"));
  EXPECT_EQ(stored.size(), 128 + 21 + 16);
  EXPECT_EQ(sync_wait(store->describe({}, "a/b"))->size, 21U);
  auto other = ground_.open();
  EXPECT_EQ(text_of(*other, "a/b"), "A secret of the house");
  EXPECT_TRUE(text_of(*other, "a/large") == text);
  EXPECT_EQ(sync_wait(other->read({}, "a/large", {5'000'000, 100'000})).value(),
            text.substr(5'000'000, 100'000));
}

TEST_F(S3EncryptionTest, reads_what_was_put_before_the_setting_changed) {
  auto plain = ground_.open();
  ground_.options.encryption = S3Encryption::sealed;
  auto sealing = ground_.open();
  ASSERT_TRUE(put_text(*plain, "a/plain", "plain text").has_value());
  ASSERT_TRUE(put_text(*sealing, "a/sealed", "sealed text").has_value());

  EXPECT_EQ(text_of(*sealing, "a/plain"), "plain text");
  EXPECT_EQ(text_of(*plain, "a/sealed"), "sealed text");
  ASSERT_TRUE(put_text(*plain, "a/empty", "").has_value());
  EXPECT_EQ(sync_wait(sealing->read({}, "a/plain", {6, 10})).value(), "text");
  EXPECT_EQ(sync_wait(sealing->read({}, "a/empty", {0, 10})).value_or("-"), "");
  EXPECT_EQ(sync_wait(plain->read({}, "a/sealed", {7, 10})).value(), "text");
  EXPECT_EQ(sync_wait(plain->read({}, "a/sealed", {1000, 10})).value(), "");
  EXPECT_EQ(sync_wait(plain->describe({}, "a/sealed"))->size, 11U);
}

TEST_F(S3EncryptionTest, opens_nothing_under_another_key_or_name) {
  ground_.options.encryption = S3Encryption::sealed;
  ASSERT_TRUE(put_text(*ground_.open(), "a/b", "text").has_value());
  auto stored = get("a/b").response;
  S3Request moved{.method = "PUT",
                  .key = ground_.options.prefix + "a/c",
                  .headers = {{"x-amz-meta-aiva-sealed", "1"}},
                  .body = stored.body};
  ASSERT_TRUE(ground_.send(std::move(moved)).is_success());

  EXPECT_EQ(text_of(*ground_.open(), "a/c"), "internal");
  ground_.options.master_key = std::string(32, 'x');
  EXPECT_EQ(text_of(*ground_.open(), "a/b"), "internal");
}

class S3LinkTest : public S3EncryptionTest {
 protected:
  Result<HttpResponse> follow(const ObjectLink& link, const std::string& body = "") {
    HttpRequest request{
        .method = link.method, .url = link.url, .body = body, .may_reach_private_addresses = true};
    for (const auto& [name, value] : link.headers) request.headers.push_back({name, value});
    return sync_wait(ground_.inner.send({}, std::move(request)));
  }
};

TEST_F(S3LinkTest, lets_whoever_holds_it_read_one_object) {
  auto store = ground_.open();
  ASSERT_TRUE(put_text(*store, "a/b", "text").has_value());
  ASSERT_TRUE(put_text(*store, "a/c", "other").has_value());

  auto link = store->download_link(
      "a/b", {.file_name = "R\xc3\xa9sum\xc3\xa9 \"1\".txt", .media_type = "text/plain"});

  ASSERT_TRUE(link.has_value() && link->has_value());
  auto response = follow(**link);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->body, "text");
  EXPECT_EQ(response->header("content-type"), "text/plain");
  EXPECT_EQ(response->header("content-disposition"),
            "attachment; filename*=UTF-8''R%C3%A9sum%C3%A9%20%221%22.txt");
  auto other = **link;
  other.url.replace(other.url.find("/a/b?"), 5, "/a/c?");
  EXPECT_EQ(follow(other)->status, 403);
  other = **link;
  other.method = "DELETE";
  EXPECT_EQ(follow(other)->status, 403);
}

TEST_F(S3LinkTest, lets_whoever_holds_it_put_one_object_of_that_size) {
  ground_.options.encryption = S3Encryption::kms;
  ground_.options.kms_key = S3Server::kms_key;
  auto store = ground_.open();

  auto link = store->upload_link("a/b", std::chrono::seconds(60), 4);

  ASSERT_TRUE(link.has_value() && link->has_value());
  EXPECT_EQ(follow(**link, "longer")->status, 403);
  EXPECT_EQ(follow(**link, "text")->status, 200);
  EXPECT_EQ(text_of(*store, "a/b"), "text");
  EXPECT_EQ(get("a/b", "HEAD").response.header("x-amz-server-side-encryption"), "aws:kms");
}

TEST_F(S3LinkTest, ends_after_its_life) {
  auto store = ground_.open();
  ASSERT_TRUE(put_text(*store, "a/b", "text").has_value());
  auto link = store->download_link("a/b", {.life = std::chrono::seconds(1)});
  ASSERT_TRUE(link.has_value() && link->has_value());

  auto ended = [&] { return follow(**link)->status == 403; };
  auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool has_ended = ended();
  while (!has_ended && std::chrono::steady_clock::now() < latest) {
    ASSERT_TRUE(sync_wait(ground_.pause({}, std::chrono::milliseconds(100))).has_value());
    has_ended = ended();
  }

  EXPECT_TRUE(has_ended);
}

TEST_F(S3LinkTest, is_not_given_to_objects_that_only_this_side_can_open) {
  ground_.options.encryption = S3Encryption::sealed;
  auto store = ground_.open();

  EXPECT_FALSE(store->download_link("a/b", {})->has_value());
  EXPECT_FALSE(store->upload_link("a/b", std::chrono::seconds(60), 4)->has_value());
  EXPECT_EQ(store->download_link("../b", {}).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva
