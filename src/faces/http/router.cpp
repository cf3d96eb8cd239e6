#include "faces/http/router.h"

#include <algorithm>
#include <array>

namespace aiva::http {
namespace {

using Names = std::vector<std::string_view>;

// A position in the tree of path segments.
struct Node {
  std::vector<std::pair<std::string_view, std::unique_ptr<Node>>> fixed;  // sorted by segment
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> tail;  // takes all that is left of a path
  std::array<int, method_count> routes{};
  int websocket_route = -1;
  bool is_leaf = false;

  Node() { routes.fill(-1); }

  Node& child(std::string_view segment) {
    auto at = std::ranges::lower_bound(fixed, segment, {}, [](const auto& e) { return e.first; });
    if (at == fixed.end() || at->first != segment)
      at = fixed.emplace(at, segment, std::make_unique<Node>());
    return *at->second;
  }
  [[nodiscard]] const Node* find_child(std::string_view segment) const {
    auto at = std::ranges::lower_bound(fixed, segment, {}, [](const auto& e) { return e.first; });
    return at == fixed.end() || at->first != segment ? nullptr : at->second.get();
  }
};

Error bad_route(std::string_view path, std::string_view why) {
  return Error{.code = ErrorCode::invalid,
               .message = "Route " + std::string(path) + ": " + std::string(why)};
}

// The path without its first slash and one trailing slash.
std::string_view strip_slashes(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

std::string_view cut_segment(std::string_view& rest) {
  auto slash = rest.find('/');
  auto segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return segment;
}

// Walks all nodes a path can end at, fixed segments first and tails last, until `visit(node)` says
// true.
template <class Visit>
bool walk(const Node& node, std::string_view rest, bool is_done, Names& parameters, Visit& visit) {
  if (is_done) return node.is_leaf && visit(node);
  bool is_last = rest.find('/') == std::string_view::npos;
  auto remaining = rest;
  auto segment = cut_segment(remaining);
  if (const auto* child = node.find_child(segment))
    if (walk(*child, remaining, is_last, parameters, visit)) return true;
  if (node.parameter && !segment.empty()) {
    parameters.push_back(segment);
    if (walk(*node.parameter, remaining, is_last, parameters, visit)) return true;
    parameters.pop_back();
  }
  if (!node.tail) return false;
  parameters.push_back(rest);
  if (visit(*node.tail)) return true;
  parameters.pop_back();
  return false;
}

}  // namespace

struct Router::Tables {
  Node root;
  std::vector<Route> routes;
  std::vector<WebSocketRoute> websocket_routes;
  std::vector<Names> names;
  std::vector<Names> websocket_names;

  Result<Node*> insert(std::string_view path, Names& parameter_names) {
    if (!path.starts_with('/')) return fail(bad_route(path, "does not start with /"));
    auto rest = path.substr(1);
    auto* node = &root;
    while (!rest.empty()) {
      auto segment = cut_segment(rest);
      if (segment.empty()) return fail(bad_route(path, "has an empty segment"));
      bool is_tail = segment.starts_with('*');
      if (!is_tail && !segment.starts_with(':')) {
        node = &node->child(segment);
        continue;
      }
      if (is_tail && !rest.empty()) return fail(bad_route(path, "goes on behind its tail"));
      auto name = segment.substr(1);
      if (name.empty() || std::ranges::find(parameter_names, name) != parameter_names.end())
        return fail(bad_route(path, "has an unnamed or repeated parameter"));
      parameter_names.push_back(name);
      auto& next = is_tail ? node->tail : node->parameter;
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    node->is_leaf = true;
    return node;
  }

  Result<void> add(int index) {
    const auto& route = routes[static_cast<std::size_t>(index)];
    if (!route.handler) return fail(bad_route(route.path, "has no handler"));
    if (route.method == Method::other) return fail(bad_route(route.path, "has no method"));
    TRY(auto* node, insert(route.path, names.emplace_back()));
    auto& slot = node->routes[static_cast<std::size_t>(route.method)];
    if (slot >= 0) return fail(bad_route(route.path, "stands twice in the table"));
    slot = index;
    return {};
  }

  Result<void> add_websocket(int index) {
    const auto& route = websocket_routes[static_cast<std::size_t>(index)];
    if (!route.handler) return fail(bad_route(route.path, "has no handler"));
    TRY(auto* node, insert(route.path, websocket_names.emplace_back()));
    if (node->websocket_route >= 0) return fail(bad_route(route.path, "stands twice in the table"));
    node->websocket_route = index;
    return {};
  }
};

Router::Router(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Result<Router> Router::make(std::vector<Route> routes,
                            std::vector<WebSocketRoute> websocket_routes) {
  auto tables = std::make_unique<Tables>();
  tables->routes = std::move(routes);
  tables->websocket_routes = std::move(websocket_routes);
  for (std::size_t i = 0; i < tables->routes.size(); ++i)
    TRY_VOID(tables->add(static_cast<int>(i)));
  for (std::size_t i = 0; i < tables->websocket_routes.size(); ++i)
    TRY_VOID(tables->add_websocket(static_cast<int>(i)));
  return Router(std::move(tables));
}

void Router::find(Method method, std::string_view path, Match& match) const {
  match.route = -1;
  match.websocket_route = -1;
  match.is_path_known = false;
  match.parameters.clear();
  auto visit = [&match, method](const Node& node) {
    match.is_path_known = true;
    auto route = node.routes[static_cast<std::size_t>(method)];
    if (route < 0 && method == Method::head)
      route = node.routes[static_cast<std::size_t>(Method::get)];
    if (route < 0 && (method != Method::get || node.websocket_route < 0)) return false;
    match.route = route;
    if (method == Method::get) match.websocket_route = node.websocket_route;
    return true;
  };
  auto rest = strip_slashes(path);
  walk(tables_->root, rest, rest.empty(), match.parameters, visit);
}

std::string Router::allowed_methods(std::string_view path) const {
  std::array<bool, method_count> allowed{};
  bool is_known = false;
  auto visit = [&allowed, &is_known](const Node& node) {
    is_known = true;
    for (std::size_t i = 0; i < method_count; ++i) allowed[i] |= node.routes[i] >= 0;
    if (node.websocket_route >= 0) allowed[static_cast<std::size_t>(Method::get)] = true;
    return false;
  };
  Names parameters;
  auto rest = strip_slashes(path);
  walk(tables_->root, rest, rest.empty(), parameters, visit);
  if (!is_known) return {};
  if (allowed[static_cast<std::size_t>(Method::get)])
    allowed[static_cast<std::size_t>(Method::head)] = true;
  allowed[static_cast<std::size_t>(Method::options)] = true;
  std::string list;
  for (std::size_t i = 0; i < method_count; ++i) {
    if (!allowed[i]) continue;
    if (!list.empty()) list += ", ";
    list += to_string(static_cast<Method>(i));
  }
  return list;
}

std::span<const Route> Router::routes() const { return tables_->routes; }
std::span<const WebSocketRoute> Router::websocket_routes() const {
  return tables_->websocket_routes;
}
std::span<const std::string_view> Router::parameter_names(int route) const {
  return tables_->names[static_cast<std::size_t>(route)];
}
std::span<const std::string_view> Router::websocket_parameter_names(int route) const {
  return tables_->websocket_names[static_cast<std::size_t>(route)];
}

}  // namespace aiva::http
