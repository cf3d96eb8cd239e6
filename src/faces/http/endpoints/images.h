#pragma once

#include <filesystem>
#include <vector>

#include "capabilities/images/images.h"
#include "faces/http/route.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// Everything is borrowed.
struct ImageRouteParts {
  images::Images& images;
  std::filesystem::path staging_folder;  // of the object store
  ThreadPool& files;                     // writes images that come inside JSON
};

// Images of a knowledge base: /api/v1/images…, /api/knowledge/:kbId/images…, the same with the
// tenant in front, and their files at /api/images/:kbId/:filename.
std::vector<Route> image_routes(const ImageRouteParts& parts);

}  // namespace aiva::http
