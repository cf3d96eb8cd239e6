#pragma once

#include <span>
#include <string>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "capabilities/commerce/syncs.h"
#include "foundation/result.h"
#include "ports/job_queue.h"

namespace aiva::commerce {

// What one job of pictures or events is about besides the store it names.
struct StoreTask {
  std::vector<ImageId> orphans{};  // of pictures: images that lost their product
  bool removes_store = false;      // of events: the shop asked that everything of it goes
};

std::string to_json(const StoreTask& task);
StoreTask store_task_from_json(std::string_view text);

Job make_sync_job(TenantId tenant, SyncId sync);
Job make_images_job(TenantId tenant, StoreId store);
Job make_events_job(TenantId tenant, StoreId store);
// Adds the jobs that remove images which no product shows any more.
Result<void> enqueue_orphans(SqlSession& sql, JobQueue& jobs, TenantId tenant, StoreId store,
                             std::span<const ImageId> images);
// Adds a job of pictures or events unless one is there that will see what waits. Such a job ends
// only after it saw that nothing waits; so one is there when something waited before.
Result<void> enqueue_once(SqlSession& sql, JobQueue& jobs, Job job, bool did_wait_before);

}  // namespace aiva::commerce
