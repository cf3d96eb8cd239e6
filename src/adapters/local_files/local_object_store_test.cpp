#include "adapters/local_files/local_object_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include "foundation/file_error.h"
#include "ports/testing/object_store_contract.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

struct Ground {
  TemporaryFolder folder;
  ThreadPool pool{{.name = "files", .threads = 2}};
};

ObjectStoreSubject make_subject(SyncLevel sync) {
  auto ground = std::make_shared<Ground>();
  auto store = make_local_object_store(ground->folder.path() / "files", ground->pool, {sync});
  AIVA_ASSERT(store.has_value());
  return {.store = std::move(*store), .keeps = ground};
}
ObjectStoreSubject make_process_subject() { return make_subject(SyncLevel::process); }
ObjectStoreSubject make_power_subject() { return make_subject(SyncLevel::power); }
INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreContract,
                         ::testing::Values(make_process_subject, make_power_subject));

class LocalObjectStore : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto store = make_local_object_store(root_, ground_.pool);
    ASSERT_TRUE(store.has_value()) << store.error().cause;
    store_ = std::move(*store);
  }
  fs::path stage(const std::string& name) {
    auto file = store_->staging_folder() / name;
    std::ofstream(file) << "text";
    return file;
  }
  Result<void> put(const std::string& key) {
    return sync_wait(store_->put_file({}, key, stage("upload")));
  }
  static unsigned permissions(const fs::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  Ground ground_;
  fs::path root_ = ground_.folder.path() / "data" / "files";
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(LocalObjectStore, lets_only_its_user_read_files) {
  ASSERT_TRUE(put("documents/t1/d1").has_value());

  EXPECT_EQ(permissions(root_), 0700U);
  EXPECT_EQ(permissions(store_->staging_folder()), 0700U);
  EXPECT_EQ(permissions(root_ / "objects/documents/t1"), 0700U);
  EXPECT_EQ(permissions(root_ / "objects/documents/t1/d1"), 0600U);
}

TEST_F(LocalObjectStore, removes_folders_that_became_empty) {
  ASSERT_TRUE(put("documents/t1/d1").has_value());
  ASSERT_TRUE(put("documents/t2/d2").has_value());

  ASSERT_TRUE(sync_wait(store_->remove({}, "documents/t1/d1")).has_value());

  EXPECT_FALSE(fs::exists(root_ / "objects/documents/t1"));
  EXPECT_TRUE(fs::exists(root_ / "objects/documents/t2/d2"));
  ASSERT_TRUE(sync_wait(store_->remove({}, "documents/t2/d2")).has_value());
  EXPECT_TRUE(fs::is_empty(root_ / "objects"));
}

TEST_F(LocalObjectStore, removes_staged_files_older_than_a_day_at_start) {
  auto old = stage("old");
  auto fresh = stage("fresh");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(25));

  open();

  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(fresh));
}

TEST_F(LocalObjectStore, finds_its_objects_again_after_a_restart) {
  ASSERT_TRUE(put("a/b").has_value());

  open();

  auto file = sync_wait(store_->local_copy({}, "a/b"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(read_whole_file(*file), "text");
}

TEST_F(LocalObjectStore, takes_neither_folders_nor_links_for_objects) {
  ASSERT_TRUE(put("a/b").has_value());
  fs::create_symlink("/etc/hostname", root_ / "objects/a/link");

  EXPECT_EQ(sync_wait(store_->local_copy({}, "a")).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(store_->local_copy({}, "a/link")).error().code, ErrorCode::not_found);
  EXPECT_TRUE(sync_wait(store_->remove({}, "a")).has_value());
  EXPECT_TRUE(fs::exists(root_ / "objects/a/b"));
}

TEST_F(LocalObjectStore, stores_a_file_from_outside_its_folder) {
  auto file = ground_.folder.write("elsewhere", "text");

  ASSERT_TRUE(sync_wait(store_->put_file({}, "a/b", file)).has_value());

  EXPECT_EQ(read_whole_file(root_ / "objects/a/b"), "text");
}

TEST_F(LocalObjectStore, keeps_putting_while_neighbours_are_removed) {
  ThreadPool other({.name = "other", .threads = 1});
  auto remover = run_on(other, {}, [this]() -> Result<void> {
    for (int i = 0; i < 300; ++i) TRY_VOID(sync_wait(store_->remove({}, "shared/removed")));
    return {};
  });
  std::promise<bool> removed;
  start(std::move(remover), [&removed](std::exception_ptr, std::optional<Result<void>> outcome) {
    removed.set_value(outcome && outcome->has_value());
  });

  for (int i = 0; i < 300; ++i) ASSERT_TRUE(put("shared/removed").has_value());

  EXPECT_TRUE(removed.get_future().get());
}

TEST(LocalObjectStoreStart, fails_where_a_file_lies_in_the_way) {
  Ground ground;
  auto file = ground.folder.write("file", "text");

  auto store = make_local_object_store(file, ground.pool);

  ASSERT_FALSE(store.has_value());
}

TEST_F(LocalObjectStore, stores_a_file_from_another_disk) {
  auto other_disk = fs::path("/dev/shm");
  if (!fs::is_directory(other_disk)) GTEST_SKIP() << "no second disk here";
  auto file = other_disk / ("aiva-test-" + Uuid::make().to_string());
  std::ofstream(file) << "text";

  auto stored = sync_wait(store_->put_file({}, "a/b", file));

  ASSERT_TRUE(stored.has_value()) << stored.error().cause;
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(read_whole_file(root_ / "objects/a/b"), "text");
  EXPECT_TRUE(fs::is_empty(store_->staging_folder()));
}

TEST(FileError, tells_a_full_disk_from_a_fault_of_ours) {
  EXPECT_EQ(file_error(ENOSPC, "write", "/a").code, ErrorCode::unavailable);
  EXPECT_EQ(file_error(ENOSPC, "write", "/a").message, "The disk is full");
  EXPECT_EQ(file_error(EDQUOT, "write", "/a").message, "The disk is full");
  EXPECT_EQ(file_error(EROFS, "write", "/a").code, ErrorCode::unavailable);
  EXPECT_EQ(file_error(ENAMETOOLONG, "write", "/a").code, ErrorCode::internal);
  EXPECT_EQ(file_error(EIO, "write", "/secret").message.find("/secret"), std::string::npos);
}

TEST(ObjectKey, allows_exactly_the_keys_of_the_port) {
  EXPECT_TRUE(check_object_key("documents/0190c0de-0000-7000-8000-000000000001/a_b.c-d"));
  EXPECT_TRUE(check_object_key("a/..b/b.."));
  EXPECT_TRUE(check_object_key(std::string(255, 'a') + "/" + std::string(255, 'b')));
  EXPECT_FALSE(check_object_key(std::string(256, 'a')));
  EXPECT_FALSE(check_object_key("a/../../etc/passwd"));
  EXPECT_FALSE(check_object_key("a/b/"));
}

}  // namespace
}  // namespace aiva
