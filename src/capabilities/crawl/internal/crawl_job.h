#pragma once

#include <string>

#include "capabilities/crawl/crawl.h"
#include "ports/job_queue.h"

namespace aiva::crawl {

// Behind uploads, before what is read again.
inline constexpr int crawl_priority = 150;
inline constexpr int crawl_interruptions_max = 50;

// The job for step number `step` of a crawl.
inline Job make_crawl_job(TenantId tenant, CrawlId id, std::int64_t step) {
  return Job{.tenant = tenant,
             .kind = crawl_job_kind,
             .subject = id.to_string(),
             .payload = std::to_string(step),
             .priority = crawl_priority,
             .attempts_max = crawl_interruptions_max};
}

}  // namespace aiva::crawl
