#include "faces/http/endpoints/campaigns.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "capabilities/campaigns/list_csv.h"
#include "faces/http/endpoints/call_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/campaign_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "faces/http/endpoints/uploaded_list.h"

namespace aiva::http {
namespace {

using campaigns::AddedContacts;
using campaigns::Campaign;
using campaigns::CampaignAction;
using campaigns::CampaignId;
using identity::Permission;
using Parts = CampaignRouteParts;

constexpr std::uint64_t list_bytes_max = 64ULL * 1024 * 1024;
constexpr std::uint64_t body_bytes_max = 10ULL * 1024 * 1024;
constexpr std::size_t batch = 1000;
constexpr int results_at_once = 1000;
constexpr std::array<std::string_view, 5> campaign_statuses = {"draft", "running", "paused",
                                                               "finished", "cancelled"};
constexpr std::array<std::string_view, 11> contact_statuses = {
    "pending",  "calling",     "answered", "machine",     "busy",     "no_answer",
    "rejected", "unreachable", "failed",   "do_not_call", "cancelled"};

Response campaign_response(const Campaign& campaign, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_campaign(writer, campaign); }, status);
}

Response added_response(const AddedContacts& added) {
  return ok_response([&](JsonWriter& writer) { write_added(writer, added); },
                     added.added > 0 ? 201 : 200);
}

// Adds a list that came as JSON, a thousand at once.
template <class Entry, class Add>
Task<Result<AddedContacts>> add_in_batches(CallContext context, std::vector<Entry> entries,
                                           Add add) {
  AddedContacts outcome;
  for (std::size_t at = 0; at < entries.size(); at += batch) {
    auto last = std::min(entries.size(), at + batch);
    std::vector<Entry> some(std::make_move_iterator(entries.begin() + std::ptrdiff_t(at)),
                            std::make_move_iterator(entries.begin() + std::ptrdiff_t(last)));
    auto adding = add(context, std::move(some));
    CO_TRY(auto added, co_await std::move(adding));
    outcome.added += added.added;
    outcome.errors.insert(outcome.errors.end(), added.errors.begin(), added.errors.end());
  }
  co_return outcome;
}

// A body of text/csv, or the file of a form.
Result<std::filesystem::path> uploaded_list(Request& request) {
  auto* file = request.form->file("file");
  if (file == nullptr) return fail(invalid_field("file", "is needed"));
  return file->path();
}

Task<Result<Response>> create_campaign(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  for (auto needed : {"name", "agent_id"})
    if (!fields.has(needed)) fields.add_error(needed, "is needed");
  Campaign wanted;
  read_campaign(fields, body, wanted);
  CO_TRY_VOID(fields.finish());
  auto creating = parts.campaigns.create(context, caller_of(request), std::move(wanted));
  CO_TRY(auto campaign, co_await std::move(creating));
  co_return campaign_response(campaign, 201);
}

Task<Result<Response>> list_campaigns(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "campaigns"));
  auto page = wanted.as<identity::PageRequest>();
  CO_TRY(auto status, query_choice(request, "status", campaign_statuses));
  campaigns::CampaignFilter filter{.status = status.value_or(std::string()),
                                   .limit = page.limit,
                                   .page = page.page,
                                   .after = page.after};
  auto listing = parts.campaigns.list(context, std::move(filter));
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_campaign);
}

Task<Result<Response>> get_campaign(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY(auto campaign, co_await parts.campaigns.get(context, id));
  co_return campaign_response(campaign);
}

Task<Result<Response>> update_campaign(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY(auto body, request.json());
  // The body outlives the call and is only read; the transaction may run twice.
  campaigns::Campaigns::Change change = [&body](Campaign& campaign) -> Result<void> {
    json::Fields fields(body);
    read_campaign(fields, body, campaign);
    return fields.finish();
  };
  auto changing = parts.campaigns.change(context, caller_of(request), id, std::move(change));
  CO_TRY(auto campaign, co_await std::move(changing));
  co_return campaign_response(campaign);
}

Task<Result<Response>> remove_campaign(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY_VOID(co_await parts.campaigns.remove(context, caller_of(request), id));
  co_return done_response();
}

Task<Result<Response>> act(Parts parts, CallContext context, Request& request,
                           CampaignAction action) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  auto acting = parts.campaigns.act(context, caller_of(request), id, action);
  CO_TRY(auto campaign, co_await std::move(acting));
  co_return campaign_response(campaign);
}

Task<Result<Response>> add_contacts(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  // An empty list asks nothing of the campaign.
  CO_TRY([[maybe_unused]] auto campaign, co_await parts.campaigns.get(context, id));
  auto add = [&parts, id](CallContext own, std::vector<campaigns::NewContact> some) {
    return parts.campaigns.add_contacts(std::move(own), id, std::move(some));
  };
  if (request.form) {
    CO_TRY(auto path, uploaded_list(request));
    auto adding = add_uploaded_list<campaigns::ContactCsv>(parts.files, context, path, add);
    CO_TRY(auto added, co_await std::move(adding));
    co_return added_response(added);
  }
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto contacts = read_contacts(fields);
  CO_TRY_VOID(fields.finish());
  auto adding = add_in_batches(context, std::move(contacts), add);
  CO_TRY(auto added, co_await std::move(adding));
  co_return added_response(added);
}

Task<Result<Response>> list_contacts(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY(auto wanted, read_list_request(request, "contacts"));
  auto page = wanted.as<identity::PageRequest>();
  CO_TRY(auto status, query_choice(request, "status", contact_statuses));
  campaigns::ContactFilter filter{.status = status.value_or(std::string()),
                                  .limit = page.limit,
                                  .page = page.page,
                                  .after = page.after};
  auto listing = parts.campaigns.contacts(context, id, std::move(filter));
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_contact, [](const campaigns::Contact& contact) {
    return ListPosition{.key = contact.sequence, .id = {contact.id.uuid}};
  });
}

Task<Result<Response>> get_stats(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY(auto stats, co_await parts.campaigns.stats(context, id));
  co_return ok_response([&](JsonWriter& writer) { write_campaign_stats(writer, stats); });
}

Task<Result<void>> write_results(campaigns::Campaigns& from, CampaignId id, CallContext context,
                                 BodyWriter& out) {
  campaigns::ContactFilter filter{.limit = results_at_once, .after = ListPosition{}};
  auto text = campaigns::results_head();
  for (;;) {
    auto listing = from.contacts(context, id, filter);
    CO_TRY(auto page, co_await std::move(listing));
    for (const auto& contact : page.items) text += campaigns::results_line(contact);
    if (!text.empty()) CO_TRY_VOID(co_await out.write(std::exchange(text, {})));
    if (page.items.size() < results_at_once) co_return Result<void>{};
    filter.after->key = page.items.back().sequence;
  }
}

Task<Result<Response>> get_results(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<CampaignId>("campaignId"));
  CO_TRY_VOID(co_await parts.campaigns.get(context, id));
  Response response{.content_type = "text/csv; charset=utf-8"};
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"results.csv\""});
  response.producer = [&from = parts.campaigns, id](CallContext own, BodyWriter& out) {
    return write_results(from, id, std::move(own), out);
  };
  co_return response;
}

Task<Result<Response>> add_do_not_call(Parts parts, CallContext context, Request& request) {
  auto add = [&parts, caller = caller_of(request)](CallContext own,
                                                   std::vector<campaigns::NewDoNotCall> some) {
    return parts.do_not_call.add(std::move(own), caller, std::move(some));
  };
  if (request.form) {
    CO_TRY(auto path, uploaded_list(request));
    auto adding = add_uploaded_list<campaigns::DoNotCallCsv>(parts.files, context, path, add);
    CO_TRY(auto added, co_await std::move(adding));
    co_return added_response(added);
  }
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto numbers = read_do_not_call(fields);
  CO_TRY_VOID(fields.finish());
  auto adding = add_in_batches(context, std::move(numbers), add);
  CO_TRY(auto added, co_await std::move(adding));
  co_return added_response(added);
}

Task<Result<Response>> list_do_not_call(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "do_not_call"));
  auto page = wanted.as<identity::PageRequest>();
  campaigns::DoNotCallFilter filter{
      .number = std::string(request.query_text("number").value_or("")),
      .limit = page.limit,
      .page = page.page,
      .after = page.after};
  auto listing = parts.do_not_call.list(context, std::move(filter));
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_do_not_call);
}

Task<Result<Response>> remove_do_not_call(Parts parts, CallContext context, Request& request) {
  std::string number(request.parameter("doNotCallNumber"));
  auto removing = parts.do_not_call.remove(context, caller_of(request), std::move(number));
  CO_TRY_VOID(co_await std::move(removing));
  co_return done_response();
}

}  // namespace

std::vector<Route> campaign_routes(CampaignRouteParts parts) {
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto bind_act = [parts](CampaignAction action) -> Handler {
    return [parts, action](CallContext context, Request& request) {
      return act(parts, std::move(context), request, action);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  RouteOptions lists{.body = BodyKind::json_or_multipart,
                     .body_bytes_max = body_bytes_max,
                     .file_bytes_max = list_bytes_max,
                     .deadline = std::chrono::minutes(10)};
  RouteOptions plain{.body = BodyKind::none};
  constexpr auto all = "/api/campaigns";
  constexpr auto one = "/api/campaigns/:campaignId";
  constexpr auto contacts = "/api/campaigns/:campaignId/contacts";
  constexpr auto numbers = "/api/do-not-call";
  std::vector<Route> routes;
  routes.push_back({Method::post, all, may_write, bind(create_campaign)});
  routes.push_back({Method::get, all, may_read, bind(list_campaigns)});
  routes.push_back({Method::get, one, may_read, bind(get_campaign)});
  routes.push_back({Method::patch, one, may_write, bind(update_campaign)});
  routes.push_back({Method::del, one, may_write, bind(remove_campaign)});
  routes.push_back({Method::post, "/api/campaigns/:campaignId/start", may_write,
                    bind_act(CampaignAction::start), plain});
  routes.push_back({Method::post, "/api/campaigns/:campaignId/pause", may_write,
                    bind_act(CampaignAction::pause), plain});
  routes.push_back({Method::post, "/api/campaigns/:campaignId/resume", may_write,
                    bind_act(CampaignAction::resume), plain});
  routes.push_back({Method::post, "/api/campaigns/:campaignId/cancel", may_write,
                    bind_act(CampaignAction::cancel), plain});
  routes.push_back({Method::post, contacts, may_write, bind(add_contacts), lists});
  routes.push_back({Method::get, contacts, may_read, bind(list_contacts)});
  routes.push_back(
      {Method::get, "/api/campaigns/:campaignId/results.csv", may_read, bind(get_results)});
  routes.push_back({Method::get, "/api/campaigns/:campaignId/stats", may_read, bind(get_stats)});
  routes.push_back({Method::post, numbers, may_write, bind(add_do_not_call), lists});
  routes.push_back({Method::get, numbers, may_read, bind(list_do_not_call)});
  routes.push_back(
      {Method::del, "/api/do-not-call/:doNotCallNumber", may_write, bind(remove_do_not_call)});
  return routes;
}

}  // namespace aiva::http
