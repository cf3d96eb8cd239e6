#include "adapters/local_files/local_object_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "adapters/local_files/object_listing.h"
#include "foundation/file_error.h"
#include "foundation/log.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr auto staged_age_max = std::chrono::hours(24);
// How often a put tries again when a removal takes its fresh folder away.
constexpr int put_attempts_max = 5;

class FileDescriptor {
 public:
  FileDescriptor(const fs::path& path, int flags, mode_t mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Result<void> flush(const fs::path& path, int flags) {
  FileDescriptor file(path, flags);
  if (file.number() < 0) return fail(file_error(errno, "open", path));
  if (::fsync(file.number()) != 0) return fail(file_error(errno, "flush", path));
  return {};
}

Result<void> make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(file_error(errno, "create", path));
}

class LocalObjectStore final : public ObjectStore {
 public:
  LocalObjectStore(fs::path root, ThreadPool& pool, LocalObjectStoreOptions options)
      : objects_(root / "objects"), staging_(root / "staging"), pool_(pool), options_(options) {}

  Result<void> prepare(const fs::path& root) {
    std::error_code error;
    fs::create_directories(root.parent_path(), error);
    for (const auto& folder : {root, objects_, staging_}) {
      TRY_VOID(make_folder(folder));
      if (!fs::is_directory(folder, error) || ::chmod(folder.c_str(), 0700) != 0)
        return fail(file_error(ENOTDIR, "use", folder));
    }
    remove_old_staged_files();
    return write_probe();
  }

  [[nodiscard]] fs::path staging_folder() const override { return staging_; }

  Task<Result<void>> put_file(CallContext context, std::string key, fs::path file) override {
    CO_TRY_VOID(check_object_key(key));
    auto work = [this, &key, &file] { return put(key, file); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<fs::path>> local_copy(CallContext context, std::string key) override {
    CO_TRY_VOID(check_object_key(key));
    auto work = [this, &key] { return find(key); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<ObjectInfo>> describe(CallContext context, std::string key) override {
    CO_TRY_VOID(check_object_key(key));
    auto work = [this, &key] { return tell(objects_ / key); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range) override {
    CO_TRY_VOID(check_object_key(key));
    auto work = [this, &key, range] { return read_range(objects_ / key, range); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<void>> remove(CallContext context, std::string key) override {
    CO_TRY_VOID(check_object_key(key));
    auto work = [this, &key] { return erase(key); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                              std::string after, std::size_t count_max) override {
    ObjectListing listing{
        .prefix = std::move(prefix), .after = std::move(after), .count_max = count_max};
    auto work = [this, &listing] { return list_objects(objects_, listing); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  Task<Result<void>> check(CallContext context) override {
    auto work = [this] { return write_probe(); };
    auto running = run_on(pool_, context, work);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

 private:
  Result<void> put(const std::string& key, const fs::path& file) {
    if (::chmod(file.c_str(), 0600) != 0) return fail(file_error(errno, "protect", file));
    if (options_.sync == SyncLevel::power) TRY_VOID(flush(file, O_RDONLY));
    auto object = objects_ / key;
    for (int attempt = 1;; ++attempt) {
      int number = make_parents(object);
      if (number == 0) number = ::rename(file.c_str(), object.c_str()) == 0 ? 0 : errno;
      if (number == 0) break;
      if (number == EXDEV) return put_copy(file, object);
      bool may_retry = number == ENOENT && attempt < put_attempts_max && fs::exists(file);
      if (!may_retry) return fail(file_error(number, "store", object));
    }
    return flush_parents(object);
  }

  // For a file on another disk: copies it into staging first, so that the object appears at once.
  Result<void> put_copy(const fs::path& file, const fs::path& object) {
    auto copy = staging_ / ("copy-" + Uuid::make().to_string());
    std::error_code error;
    fs::copy_file(file, copy, error);
    if (!error && options_.sync == SyncLevel::power) TRY_VOID(flush(copy, O_RDONLY));
    if (!error) fs::rename(copy, object, error);
    std::error_code ignored;
    fs::remove(error ? copy : file, ignored);
    if (error) return fail(file_error(error.value(), "copy to", object));
    return flush_parents(object);
  }

  // Makes the folders between `objects_` and the object; 0 or the errno of the failure.
  int make_parents(const fs::path& object) {
    auto folder = objects_;
    for (const auto& part : object.parent_path().lexically_relative(objects_)) {
      if (part == ".") continue;
      folder /= part;
      if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return errno;
    }
    return 0;
  }

  // A rename is on the disk when every folder whose entries changed is.
  Result<void> flush_parents(const fs::path& object) {
    if (options_.sync != SyncLevel::power) return {};
    for (auto folder = object.parent_path();; folder = folder.parent_path()) {
      TRY_VOID(flush(folder, O_RDONLY | O_DIRECTORY));
      if (folder == objects_) return {};
    }
  }

  Result<fs::path> find(const std::string& key) {
    auto object = objects_ / key;
    TRY_VOID(tell(object));
    return object;
  }

  static Result<ObjectInfo> tell(const fs::path& object) {
    struct stat status{};
    if (::lstat(object.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return fail(ErrorCode::not_found, "No such object");
      return fail(file_error(errno, "find", object));
    }
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::not_found, "No such object");
    return ObjectInfo{.size = static_cast<std::uint64_t>(status.st_size),
                      .modified_at = put_time_of(status)};
  }

  static Result<std::string> read_range(const fs::path& object, ByteRange range) {
    if (range.size > range_bytes_max) return fail(ErrorCode::too_large, "The range is too large");
    TRY(auto info, tell(object));
    FileDescriptor file(object, O_RDONLY | O_NOFOLLOW);
    if (file.number() < 0) return fail(file_error(errno, "open", object));
    auto there = range.offset < info.size ? info.size - range.offset : 0;
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(there, range.size)), '\0');
    std::size_t count = 0;
    while (count < bytes.size()) {
      auto got = ::pread(file.number(), bytes.data() + count, bytes.size() - count,
                         static_cast<off_t>(range.offset + count));
      if (got < 0) return fail(file_error(errno, "read", object));
      if (got == 0) break;
      count += static_cast<std::size_t>(got);
    }
    bytes.resize(count);
    return bytes;
  }

  Result<void> erase(const std::string& key) {
    auto object = objects_ / key;
    if (::unlink(object.c_str()) != 0) {
      bool is_absent = errno == ENOENT || errno == ENOTDIR || errno == EISDIR;
      return is_absent ? Result<void>{} : fail(file_error(errno, "remove", object));
    }
    // rmdir refuses a folder that is not empty, which ends the walk.
    for (auto folder = object.parent_path(); folder != objects_; folder = folder.parent_path())
      if (::rmdir(folder.c_str()) != 0) break;
    return {};
  }

  Result<void> write_probe() {
    auto probe = staging_ / ("probe-" + Uuid::make().to_string());
    FileDescriptor file(probe, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file.number() < 0) return fail(file_error(errno, "create", probe));
    auto written = ::write(file.number(), "probe", 5);
    int number = errno;
    ::unlink(probe.c_str());
    if (written != 5) return fail(file_error(written < 0 ? number : ENOSPC, "write", probe));
    return {};
  }

  void remove_old_staged_files() {
    std::error_code error;
    auto oldest = fs::file_time_type::clock::now() - staged_age_max;
    std::size_t removed = 0;
    for (const auto& entry : fs::directory_iterator(staging_, error)) {
      auto written = entry.last_write_time(error);
      if (!error && written < oldest && fs::remove(entry.path(), error)) ++removed;
    }
    if (removed > 0) log::info("Removed leftover staged files", {{"files", removed}});
  }

  fs::path objects_;
  fs::path staging_;
  ThreadPool& pool_;
  LocalObjectStoreOptions options_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> make_local_object_store(fs::path root, ThreadPool& pool,
                                                             LocalObjectStoreOptions options) {
  std::error_code error;
  auto absolute = fs::absolute(root, error).lexically_normal();
  if (error) return fail(file_error(error.value(), "find", root));
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  auto store = std::make_unique<LocalObjectStore>(absolute, pool, options);
  TRY_VOID(store->prepare(absolute));
  return store;
}

}  // namespace aiva
