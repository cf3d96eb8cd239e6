#pragma once

#include <vector>

#include "capabilities/crawl/crawl.h"
#include "faces/http/route.h"

namespace aiva::http {

// Reading web sites: …/test-url, …/knowledge-bases/:kbId/scrape-url and …/crawls/:crawlId.
std::vector<Route> crawl_routes(crawl::Crawler& crawler);

}  // namespace aiva::http
