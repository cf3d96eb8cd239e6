#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/config.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/object_store.h"

namespace aiva::app {

// Where in S3 something lies, and how.
struct BucketPlace {
  std::string bucket{};
  std::string prefix{};      // with its slash; empty: none
  std::string encryption{};  // as objects.encryption
  std::string master_key{};  // 32 bytes for what is sealed
};

// Objects by themselves, with all that their store borrows but its threads: for commands that build
// no other part of the program.
class ObjectAccess {
 public:
  ObjectAccess();
  ObjectAccess(ObjectAccess&& other) noexcept;
  ObjectAccess& operator=(ObjectAccess&& other) noexcept;
  ~ObjectAccess();

  static Result<ObjectAccess> of_folder(const std::filesystem::path& folder, ThreadPool& pool);
  // By the endpoint and the keys of the configuration. Copies lie in a temporary folder, each for a
  // minute.
  static Result<ObjectAccess> of_bucket(const Config::Objects& objects, const BucketPlace& place,
                                        ThreadPool& pool);

  ObjectStore& operator*() const { return *store_; }

 private:
  struct Lent;

  std::unique_ptr<Lent> lent_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace aiva::app
