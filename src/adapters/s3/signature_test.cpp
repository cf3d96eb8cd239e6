#include "adapters/s3/internal/signature.h"

#include <gtest/gtest.h>

#include "adapters/s3/internal/endpoint.h"
#include "foundation/crypto.h"

namespace aiva::s3 {
namespace {

// Keys, time and results of the examples that Amazon publishes with the algorithm.
const Credentials example{.access_key = "AKIAIOSFODNN7EXAMPLE",
                          .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                          .session_token = ""};
const UnixMs time_of_example = *parse_iso8601("2013-05-24T00:00:00Z");
const std::string host = "examplebucket.s3.amazonaws.com";

SignedRequest request(std::string method, std::string path, std::string body = "") {
  return {.method = std::move(method),
          .path = std::move(path),
          .query = {},
          .headers = {{"host", host}},
          .payload_hash = to_hex(sha256(body))};
}

std::string signature(SignedRequest request) {
  Signer(example, "us-east-1").sign(request, time_of_example);
  auto value = request.headers.back().second;
  return value.substr(value.find("Signature=") + 10);
}

TEST(Signature, is_that_of_the_published_examples) {
  auto get = request("GET", "/test.txt");
  get.headers.emplace_back("range", "bytes=0-9");
  EXPECT_EQ(signature(get), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

  auto put = request("PUT", "/" + encode_uri("test$file.text", true), "Welcome to Amazon S3.");
  put.headers.emplace_back("date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
  EXPECT_EQ(signature(put), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

  auto lifecycle = request("GET", "/");
  lifecycle.query = {{"lifecycle", ""}};
  EXPECT_EQ(signature(lifecycle),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

  auto list = request("GET", "/");
  list.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(signature(list), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Signature, names_key_scope_and_headers) {
  auto get = request("GET", "/test.txt");
  Signer(example, "us-east-1").sign(get, time_of_example);

  auto value = get.headers.back().second;
  EXPECT_TRUE(value.starts_with(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="))
      << value;
  EXPECT_EQ(value.find(example.secret_key), std::string::npos);
}

TEST(Signature, of_a_link_is_that_of_the_published_example) {
  auto query =
      Signer(example, "us-east-1")
          .presign(request("GET", "/test.txt"), time_of_example, std::chrono::seconds(86400));

  EXPECT_EQ(query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
            "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
            "X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(Signature, carries_the_token_of_temporary_keys) {
  auto temporary = example;
  temporary.session_token = "token/1";
  auto get = request("GET", "/test.txt");
  Signer signer(temporary, "us-east-1");

  auto query = signer.presign(get, time_of_example, std::chrono::seconds(60));
  signer.sign(get, time_of_example);

  EXPECT_NE(query.find("&X-Amz-Security-Token=token%2F1&"), std::string::npos) << query;
  EXPECT_NE(get.headers.back().second.find(";x-amz-security-token,"), std::string::npos);
}

TEST(Endpoint, puts_the_bucket_into_the_path_or_before_the_host) {
  auto path = make_endpoint({.url = "https://S3.example.org:443/", .bucket = "bucket"});
  auto before_host =
      make_endpoint({.url = "http://s3.example.org:9000", .bucket = "bucket", .path_style = false});

  ASSERT_TRUE(path.has_value() && before_host.has_value());
  EXPECT_EQ(path->host, "s3.example.org");
  EXPECT_EQ(path->path_of("a/b c"), "/bucket/a/b%20c");
  EXPECT_EQ(path->path_of(""), "/bucket");
  EXPECT_EQ(before_host->host, "bucket.s3.example.org:9000");
  EXPECT_EQ(before_host->path_of("a"), "/a");
  EXPECT_EQ(before_host->path_of(""), "/");
}

TEST(Endpoint, refuses_what_leads_elsewhere) {
  for (const auto* url : {"", "s3.example.org", "ftp://s3.example.org", "https://", "https:///x",
                          "https://user@s3.example.org", "https://s3.example.org/path",
                          "https://s3.example.org?x", "https://s3.example.org/a/"})
    EXPECT_FALSE(make_endpoint({.url = url, .bucket = "bucket"}).has_value()) << url;
  for (const auto* bucket : {"", "ab", "Bucket", "a/b", "-ab", "a..b", "a b"})
    EXPECT_FALSE(make_endpoint({.url = "https://s3.example.org", .bucket = bucket}).has_value())
        << bucket;
}

TEST(Uri, is_encoded_and_decoded) {
  std::string text("a/b c~\xc3\xa4%\0", 10);

  EXPECT_EQ(encode_uri(text, true), "a/b%20c~%C3%A4%25%00");
  EXPECT_EQ(encode_uri("a/b", false), "a%2Fb");
  EXPECT_EQ(decode_uri(encode_uri(text, false)), text);
  EXPECT_EQ(decode_uri("100%"), "100%");
  EXPECT_EQ(decode_uri("%zz%2"), "%zz%2");
}

}  // namespace
}  // namespace aiva::s3
