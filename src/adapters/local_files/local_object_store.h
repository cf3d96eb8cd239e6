#pragma once

#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/object_store.h"

namespace aiva {

// What an acknowledged object survives.
enum class SyncLevel {
  process,  // the end of this process
  power,    // the loss of power too: file and folders are flushed to the disk
};

struct LocalObjectStoreOptions {
  SyncLevel sync = SyncLevel::process;
};

// Objects as files of `root/objects`, staged in `root/staging`; both are created, readable by this
// user only, and staged files older than a day are removed. Blocking calls run on `pool`, which
// must outlive the store. Fails with `unavailable` when the folders cannot be made or written.
Result<std::unique_ptr<ObjectStore>> make_local_object_store(std::filesystem::path root,
                                                             ThreadPool& pool,
                                                             LocalObjectStoreOptions options = {});

}  // namespace aiva
