#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ports/object_store.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {

// An object store in a temporary folder, with no thread of its own. Trusts its keys.
class FolderObjectStore final : public ObjectStore {
 public:
  FolderObjectStore() { std::filesystem::create_directories(staging_folder()); }

  // While set, every call fails with this error.
  void fail_with(std::optional<Error> error) { error_ = std::move(error); }
  // Whether an object lies under the key.
  [[nodiscard]] bool has(const std::string& key) const {
    return std::filesystem::exists(object(key));
  }

  [[nodiscard]] std::filesystem::path staging_folder() const override {
    return folder_.path() / "staging";
  }

  Task<Result<void>> put_file(CallContext context, std::string key,
                              std::filesystem::path file) override {
    CO_TRY_VOID(check_call(context));
    std::error_code error;
    std::filesystem::create_directories(object(key).parent_path(), error);
    std::filesystem::rename(file, object(key), error);
    if (error) co_return fail(internal_error(error.message()));
    co_return Result<void>{};
  }

  Task<Result<std::filesystem::path>> local_copy(CallContext context, std::string key) override {
    CO_TRY_VOID(check_call(context));
    if (!has(key)) co_return fail(ErrorCode::not_found, "No such object");
    co_return object(key);
  }

  Task<Result<ObjectInfo>> describe(CallContext context, std::string key) override {
    CO_TRY_VOID(check_call(context));
    if (!has(key)) co_return fail(ErrorCode::not_found, "No such object");
    co_return ObjectInfo{.size = std::filesystem::file_size(object(key)),
                         .modified_at = unix_ms_now()};
  }

  Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range) override {
    CO_TRY_VOID(check_call(context));
    if (!has(key)) co_return fail(ErrorCode::not_found, "No such object");
    auto bytes = read_whole_file(object(key));
    co_return bytes.substr(std::min<std::size_t>(bytes.size(), range.offset), range.size);
  }

  Task<Result<void>> remove(CallContext context, std::string key) override {
    CO_TRY_VOID(check_call(context));
    std::error_code ignored;
    std::filesystem::remove(object(key), ignored);
    co_return Result<void>{};
  }

  // The objects of one call; told as put now.
  Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                              std::string after, std::size_t count_max) override {
    CO_TRY_VOID(check_call(context));
    std::vector<ObjectEntry> entries;
    std::error_code error;
    auto root = folder_.path() / "objects";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error)) {
      auto key = entry.path().lexically_relative(root).string();
      if (entry.is_regular_file() && key.starts_with(prefix) && key > after)
        entries.push_back({std::move(key), unix_ms_now(), entry.file_size()});
    }
    std::ranges::sort(entries, {}, &ObjectEntry::key);
    if (entries.size() > count_max) entries.resize(count_max);
    co_return entries;
  }

  Task<Result<void>> check(CallContext context) override { co_return check_call(context); }

 private:
  [[nodiscard]] std::filesystem::path object(const std::string& key) const {
    return folder_.path() / "objects" / key;
  }
  [[nodiscard]] Result<void> check_call(const CallContext& context) const {
    if (error_) return fail(*error_);
    return context.check();
  }

  TemporaryFolder folder_;
  std::optional<Error> error_;
};

}  // namespace aiva
