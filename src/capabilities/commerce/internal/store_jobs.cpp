#include "capabilities/commerce/internal/store_jobs.h"

#include <algorithm>
#include <utility>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::commerce {
namespace {

// Events are waited for; syncs go behind uploads, pictures behind everything.
constexpr int events_priority = 50;
constexpr int sync_priority = 150;
constexpr int images_priority = 250;
constexpr int interruptions_max = 50;
constexpr std::size_t orphans_per_job = 500;

}  // namespace

std::string to_json(const StoreTask& task) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("removes_store", task.removes_store).key("orphans").begin_array();
  for (const auto& image : task.orphans) json.value(image);
  json.end_array().end_object();
  return out;
}

StoreTask store_task_from_json(std::string_view text) {
  StoreTask task;
  auto value = json::parse(text);
  if (!value || !value->is_object()) return task;
  json::Fields fields(*value);
  task.removes_store = fields.boolean("removes_store", false);
  const auto* orphans = fields.array("orphans", orphans_per_job);
  if (orphans == nullptr) return task;
  for (const auto& element : *orphans) {
    if (!element.is_string()) continue;
    if (auto image = ImageId::parse(std::string_view(element.get_string())))
      task.orphans.push_back(*image);
  }
  return task;
}

Job make_sync_job(TenantId tenant, SyncId sync) {
  return {.tenant = tenant,
          .kind = sync_job_kind,
          .subject = sync.to_string(),
          .priority = sync_priority,
          .attempts_max = interruptions_max};
}

Job make_images_job(TenantId tenant, StoreId store) {
  return {.tenant = tenant,
          .kind = images_job_kind,
          .subject = store.to_string(),
          .payload = to_json(StoreTask{}),
          .priority = images_priority,
          .attempts_max = interruptions_max};
}

Job make_events_job(TenantId tenant, StoreId store) {
  return {.tenant = tenant,
          .kind = events_job_kind,
          .subject = store.to_string(),
          .payload = to_json(StoreTask{}),
          .priority = events_priority,
          .attempts_max = interruptions_max};
}

Result<void> enqueue_orphans(SqlSession& sql, JobQueue& jobs, TenantId tenant, StoreId store,
                             std::span<const ImageId> images) {
  while (!images.empty()) {
    auto part = images.first(std::min(images.size(), orphans_per_job));
    images = images.subspan(part.size());
    auto job = make_images_job(tenant, store);
    job.subject = "orphans:" + store.to_string();
    job.payload = to_json(StoreTask{.orphans = {part.begin(), part.end()}});
    TRY_VOID(jobs.enqueue(sql, std::move(job)));
  }
  return {};
}

Result<void> enqueue_once(SqlSession& sql, JobQueue& jobs, Job job, bool did_wait_before) {
  if (did_wait_before) {
    TRY(auto is_pending, jobs.is_pending(sql, job.kind, job.subject));
    if (is_pending) return {};
  }
  TRY_VOID(jobs.enqueue(sql, std::move(job)));
  return {};
}

}  // namespace aiva::commerce
