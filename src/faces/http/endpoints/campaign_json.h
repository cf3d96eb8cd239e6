#pragma once

#include "capabilities/campaigns/do_not_call.h"
#include "capabilities/campaigns/types.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

void write_campaign(JsonWriter& writer, const campaigns::Campaign& campaign);
void write_contact(JsonWriter& writer, const campaigns::Contact& contact);
void write_campaign_stats(JsonWriter& writer, const campaigns::CampaignStats& stats);
void write_do_not_call(JsonWriter& writer, const campaigns::DoNotCallEntry& entry);
// {"added":…,"error_count":…,"errors":[{"line","field","message"}]}; at most 1000 errors.
void write_added(JsonWriter& writer, const campaigns::AddedContacts& added);

// Takes what they have of the fields; mistakes of type go to `fields`, the rest is for the
// capability.
void read_campaign(json::Fields& fields, const json::Value& body, campaigns::Campaign& campaign);
// [{"number","name","variables":{…}}]; the line of each is its place, from 1.
std::vector<campaigns::NewContact> read_contacts(json::Fields& fields);
// {"number","reason"}, or {"numbers":["…"],"reason"}.
std::vector<campaigns::NewDoNotCall> read_do_not_call(json::Fields& fields);

}  // namespace aiva::http
