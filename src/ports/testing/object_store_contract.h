#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "ports/object_store.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {

// What every ObjectStore promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreContract, ::testing::Values(make_subject));`.
struct ObjectStoreSubject {
  std::unique_ptr<ObjectStore> store;
  std::shared_ptr<void> keeps{};  // what the store borrows; outlives it
};
using ObjectStoreSubjectFactory = std::function<ObjectStoreSubject()>;

class ObjectStoreContract : public ::testing::TestWithParam<ObjectStoreSubjectFactory> {
 protected:
  void SetUp() override { subject_ = GetParam()(); }
  void TearDown() override { subject_.store.reset(); }

  ObjectStore& store() { return *subject_.store; }

  std::filesystem::path stage(const std::string& name, const std::string& text) {
    auto file = store().staging_folder() / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  Result<void> put(const std::string& key, const std::string& text) {
    return sync_wait(store().put_file({}, key, stage("upload", text)));
  }
  std::string content(const std::string& key) {
    auto file = sync_wait(store().local_copy({}, key));
    return file ? read_whole_file(*file) : std::string(to_string(file.error().code));
  }

  ObjectStoreSubject subject_;
};

TEST_P(ObjectStoreContract, gives_back_the_bytes_of_a_file) {
  std::string bytes("%PDF\0\xff\r\n", 8);

  auto stored = put("documents/t1/d1", bytes);

  ASSERT_TRUE(stored.has_value()) << stored.error().cause;
  EXPECT_EQ(content("documents/t1/d1"), bytes);
}

TEST_P(ObjectStoreContract, tells_size_and_time_of_an_object) {
  auto before = unix_ms_now() - 5000;
  ASSERT_TRUE(put("a/b", "twelve bytes").has_value());

  auto info = sync_wait(store().describe({}, "a/b"));

  ASSERT_TRUE(info.has_value()) << info.error().cause;
  EXPECT_EQ(info->size, 12U);
  EXPECT_GE(info->modified_at, before);
  EXPECT_EQ(sync_wait(store().describe({}, "a/c")).error().code, ErrorCode::not_found);
}

TEST_P(ObjectStoreContract, reads_a_range_of_an_object) {
  std::string bytes;
  while (bytes.size() < 200'000) bytes += std::to_string(bytes.size()) + ",";
  ASSERT_TRUE(put("a/b", bytes).has_value());
  auto read = [this](ByteRange range) {
    auto got = sync_wait(store().read({}, "a/b", range));
    return got ? *got : std::string(to_string(got.error().code));
  };

  for (std::size_t offset : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'000U, 199'990U})
    for (std::size_t size : {1U, 10U, 65'536U, 140'000U})
      EXPECT_TRUE(read({offset, size}) == bytes.substr(offset, size)) << offset << " " << size;
  EXPECT_EQ(read({bytes.size(), 10}), "");
  EXPECT_EQ(read({bytes.size() + 10, 10}), "");
  EXPECT_EQ(read({0, 0}), "");
  EXPECT_EQ(read({0, range_bytes_max + 1}), "too_large");
  EXPECT_EQ(sync_wait(store().read({}, "a/c", {0, 1})).error().code, ErrorCode::not_found);
}

TEST_P(ObjectStoreContract, keeps_an_empty_object) {
  ASSERT_TRUE(put("a/b", "").has_value());

  EXPECT_EQ(content("a/b"), "");
  EXPECT_EQ(sync_wait(store().describe({}, "a/b"))->size, 0U);
  EXPECT_EQ(sync_wait(store().read({}, "a/b", {0, 10})).value(), "");
}

TEST_P(ObjectStoreContract, lists_objects_in_the_order_of_their_keys) {
  auto before = unix_ms_now() - 5000;
  for (const auto* key : {"documents/t2/d1", "documents/t1/d2", "documents/t1/d1", "other/x"})
    ASSERT_TRUE(put(key, "text").has_value());

  auto first = sync_wait(store().list({}, "documents/", "", 2));
  auto rest = sync_wait(store().list({}, "documents/", "documents/t1/d2", 10));

  ASSERT_TRUE(first.has_value() && rest.has_value());
  ASSERT_EQ(first->size(), 2U);
  EXPECT_EQ((*first)[0].key, "documents/t1/d1");
  EXPECT_EQ((*first)[1].key, "documents/t1/d2");
  EXPECT_GE((*first)[0].modified_at, before);
  EXPECT_GE((*first)[0].size, 4U);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ((*rest)[0].key, "documents/t2/d1");
}

TEST_P(ObjectStoreContract, moves_the_file_away_from_where_it_was) {
  auto file = stage("upload", "text");

  ASSERT_TRUE(sync_wait(store().put_file({}, "a/b", file)).has_value());

  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_P(ObjectStoreContract, replaces_an_object) {
  ASSERT_TRUE(put("a/b", "first").has_value());
  ASSERT_TRUE(put("a/b", "second").has_value());

  EXPECT_EQ(content("a/b"), "second");
}

TEST_P(ObjectStoreContract, says_not_found_for_an_unknown_key) {
  EXPECT_EQ(content("a/unknown"), "not_found");
}

TEST_P(ObjectStoreContract, removes_an_object_once_or_twice) {
  ASSERT_TRUE(put("a/b", "text").has_value());

  EXPECT_TRUE(sync_wait(store().remove({}, "a/b")).has_value());
  EXPECT_TRUE(sync_wait(store().remove({}, "a/b")).has_value());

  EXPECT_EQ(content("a/b"), "not_found");
}

TEST_P(ObjectStoreContract, refuses_keys_that_are_no_keys) {
  const std::string keys[] = {"",
                              "/a",
                              "a/",
                              "a//b",
                              "../a",
                              "a/../b",
                              "..",
                              ".",
                              "a/./b",
                              "A",
                              "a b",
                              "a\\b",
                              "\xc3\xa4",
                              "a\nb",
                              std::string("a\0b", 3),
                              std::string(513, 'a')};
  for (const auto& key : keys) {
    auto stored = put(key, "text");
    ASSERT_FALSE(stored.has_value()) << key;
    EXPECT_EQ(stored.error().code, ErrorCode::invalid) << key;
    EXPECT_EQ(content(key), "invalid") << key;
    EXPECT_EQ(sync_wait(store().describe({}, key)).error().code, ErrorCode::invalid) << key;
    EXPECT_EQ(sync_wait(store().read({}, key, {0, 1})).error().code, ErrorCode::invalid) << key;
    auto removed = sync_wait(store().remove({}, key));
    ASSERT_FALSE(removed.has_value()) << key;
    EXPECT_EQ(removed.error().code, ErrorCode::invalid) << key;
  }
}

TEST_P(ObjectStoreContract, fails_when_the_file_to_put_is_missing) {
  auto stored = sync_wait(store().put_file({}, "a/b", store().staging_folder() / "missing"));

  ASSERT_FALSE(stored.has_value());
  EXPECT_EQ(content("a/b"), "not_found");
}

TEST_P(ObjectStoreContract, can_be_written) {
  EXPECT_TRUE(sync_wait(store().check({})).has_value());
}

TEST_P(ObjectStoreContract, does_nothing_for_a_cancelled_call) {
  std::stop_source source;
  source.request_stop();
  CallContext context{.cancellation = source.get_token()};

  auto stored = sync_wait(store().put_file(context, "a/b", stage("upload", "text")));

  ASSERT_FALSE(stored.has_value());
  EXPECT_EQ(stored.error().code, ErrorCode::cancelled);
  EXPECT_EQ(content("a/b"), "not_found");
}

}  // namespace aiva
