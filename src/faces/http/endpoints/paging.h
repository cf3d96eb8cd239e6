#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "faces/http/request.h"
#include "faces/http/response.h"
#include "ports/list_position.h"

namespace aiva::http {

// What of a list is asked for: a page by its number, or what follows a cursor.
struct ListRequest {
  std::string_view list;  // the list's name within its cursors
  Page page{};
  std::optional<ListPosition> after{};

  // For a capability; behind a cursor it is asked for one entry more, to know whether the list goes
  // on, unless that is more than a page may have.
  template <class PageRequest>
  [[nodiscard]] PageRequest as() const {
    return {.page = page.page, .limit = after ? limit_ahead() : page.limit, .after = after};
  }
  // One more than wanted, unless that is more than a page may have.
  [[nodiscard]] int limit_ahead() const;
  // Whether the list goes on behind what was found of `total`; after a full page of the greatest
  // size behind a cursor it is assumed to.
  [[nodiscard]] bool goes_on(std::size_t found, std::int64_t total) const;
  // The same of a list that is not counted, when limit_ahead() were asked for.
  [[nodiscard]] bool goes_on(std::size_t found) const;
  // The number behind the cursor in a list ordered by it from the greatest on; beyond all without.
  [[nodiscard]] std::int64_t key_before() const { return after.value_or(before_newest).key; }
};

// `page` and `limit`, or `cursor` and `limit`; `invalid` for a cursor that is not one of `list` (a
// literal), and for one beside `page`.
Result<ListRequest> read_list_request(const Request& request, std::string_view list);

// The same of a list that is found by words and has cursors alone: `page` may not lead further.
Result<ListRequest> read_found_request(const Request& request, std::string_view list);

// The cursor that stands for a position of that list. It holds no more than the position, and is
// checked whenever it comes back.
std::string make_cursor(std::string_view list, const ListPosition& position);

// The position of an entry in a list that is newest first.
template <class Item>
ListPosition position_of(const Item& item) {
  if constexpr (requires { item.id.uuid; })
    return {.key = item.created_at, .id = {item.id.uuid}};
  else
    return {.key = item.created_at, .id = {Uuid::parse(item.id).value_or(Uuid{})}};
}

// {"success":true,"data":{"items":[…],"total":…,"page":…,"limit":…}}; `write_item(JsonWriter&,
// item)` writes one value.
template <class Items, class WriteItem>
Response page_response(const Items& items, std::int64_t total, Page page, WriteItem write_item) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& item : items) write_item(writer, item);
    writer.end_array();
    writer.field("total", total).field("page", page.page).field("limit", page.limit).end_object();
  });
}

// {"success":true,"data":{"items":[…],"total":…}} of a list that has no pages.
template <class Items, class WriteItem>
Response whole_list_response(const Items& items, WriteItem write_item) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& item : items) write_item(writer, item);
    writer.end_array().field("total", items.size()).end_object();
  });
}

// A page with `next_cursor`, null at the list's end; behind a cursor there is no `page`.
template <class Found, class WriteItem, class PositionOf>
Response list_response(const Found& found, const ListRequest& wanted, WriteItem write_item,
                       PositionOf position) {
  auto limit = static_cast<std::size_t>(wanted.page.limit);
  auto shown = found.items.size() < limit ? found.items.size() : limit;
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_item(writer, found.items[i]);
    writer.end_array().field("total", found.total);
    if (!wanted.after) writer.field("page", wanted.page.page);
    writer.field("limit", wanted.page.limit);
    if (wanted.goes_on(found.items.size(), found.total))
      writer.field("next_cursor", make_cursor(wanted.list, position(found.items[shown - 1])));
    else
      writer.null_field("next_cursor");
    writer.end_object();
  });
}

// {"items":[…],"limit":…,"next_cursor":…} of a list that is not counted and says itself where it
// goes on: `found.items`, and `found.next`, nothing at its end.
template <class Found, class WriteItem>
Response found_response(const Found& found, const ListRequest& wanted, WriteItem write_item) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& item : found.items) write_item(writer, item);
    writer.end_array().field("limit", wanted.page.limit);
    if (found.next)
      writer.field("next_cursor", make_cursor(wanted.list, *found.next));
    else
      writer.null_field("next_cursor");
    writer.end_object();
  });
}

// The same of a list that goes on behind the entries that were asked for.
template <class Items, class WriteItem, class PositionOf>
Response uncounted_response(const Items& items, const ListRequest& wanted, WriteItem write_item,
                            PositionOf position) {
  auto limit = static_cast<std::size_t>(wanted.page.limit);
  struct {
    std::span<const typename Items::value_type> items;
    std::optional<ListPosition> next;
  } found{.items = std::span(items).first(items.size() < limit ? items.size() : limit), .next = {}};
  if (wanted.goes_on(items.size())) found.next = position(found.items.back());
  return found_response(found, wanted, write_item);
}

// The position of an entry in a list ordered by `sequence`, from the greatest on.
template <class Item>
ListPosition position_by_sequence(const Item& item) {
  return {.key = item.sequence};
}

template <class Found, class WriteItem>
Response list_response(const Found& found, const ListRequest& wanted, WriteItem write_item) {
  return list_response(found, wanted, write_item,
                       [](const auto& item) { return position_of(item); });
}

}  // namespace aiva::http
