#pragma once

#include <vector>

#include "capabilities/campaigns/campaigns.h"
#include "capabilities/campaigns/do_not_call.h"
#include "faces/http/route.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

struct CampaignRouteParts {
  campaigns::Campaigns& campaigns;
  campaigns::DoNotCall& do_not_call;
  ThreadPool& files;  // reads uploaded lists
};

// Campaigns, their contacts and what became of them; numbers nobody calls.
std::vector<Route> campaign_routes(CampaignRouteParts parts);

}  // namespace aiva::http
