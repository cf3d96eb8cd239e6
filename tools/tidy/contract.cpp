#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "tidy/tidy.h"

namespace aiva::tidy {
namespace {

constexpr std::string_view contract_path = "schema/openapi.yaml";
constexpr std::array methods = {"get", "put", "post", "delete", "patch", "head", "options"};
constexpr std::size_t depth_max = 64;

std::set<std::string> list_path_parameters(const std::string& path) {
  std::set<std::string> names;
  for (std::size_t open = path.find('{'); open != std::string::npos;
       open = path.find('{', open + 1)) {
    names.insert(path.substr(open + 1, path.find('}', open) - open - 1));
  }
  return names;
}

class ContractCheck {
 public:
  ContractCheck(const YAML::Node& root, Findings& findings) : root_(root), findings_(findings) {}

  void run() {
    if (!root_.IsMap()) return report(root_, "is no map");
    for (const char* key : {"openapi", "info", "paths"}) {
      if (!find(root_, key)) report(root_, fmt::format("\"{}\" is missing", key));
    }
    check_references(root_, 0);
    const YAML::Node paths = find(root_, "paths");
    if (!paths) return;
    if (!paths.IsMap()) return report(paths, "\"paths\" is no map");
    for (const auto& entry : paths) check_path(entry.first, entry.second);
  }

 private:
  // The child called `key`, or an undefined node; never creates one, never throws.
  static YAML::Node find(const YAML::Node& node, const std::string& key) {
    if (node.IsDefined() && node.IsMap()) {
      if (const YAML::Node child = node[key]; child.IsDefined()) return child;
    }
    return YAML::Node(YAML::NodeType::Undefined);
  }

  void check_path(const YAML::Node& key, const YAML::Node& item) {
    const std::string path = key.as<std::string>("");
    if (!path.starts_with('/')) report(key, fmt::format("path {} does not start with /", path));
    if (!item.IsMap()) return report(key, fmt::format("path {} is no map", path));
    std::size_t operations = 0;
    for (const char* method : methods) {
      const YAML::Node operation = find(item, method);
      if (!operation.IsDefined()) continue;
      ++operations;
      check_operation(fmt::format("{} {}", method, path), path, item, operation);
    }
    if (operations == 0) report(key, fmt::format("path {} has no operation", path));
  }

  void check_operation(const std::string& label, const std::string& path, const YAML::Node& item,
                       const YAML::Node& operation) {
    const std::string id = find(operation, "operationId").as<std::string>("");
    if (id.empty()) {
      report(operation, fmt::format("{} has no operationId", label));
    } else if (!operation_ids_.insert(id).second) {
      report(operation, fmt::format("operationId {} is taken twice", id));
    }
    const YAML::Node responses = find(operation, "responses");
    if (!responses.IsDefined() || responses.size() == 0) {
      report(operation, fmt::format("{} has no responses", label));
    }
    std::set<std::string> declared = list_declared_parameters(find(item, "parameters"));
    declared.merge(list_declared_parameters(find(operation, "parameters")));
    const std::set<std::string> used = list_path_parameters(path);
    for (const std::string& name : used) {
      if (!declared.contains(name)) {
        report(operation, fmt::format("{} does not declare {{{}}}", label, name));
      }
    }
    for (const std::string& name : declared) {
      if (!used.contains(name)) {
        report(operation, fmt::format("{} declares {{{}}}, the path lacks it", label, name));
      }
    }
  }

  // The names of the parameters with `in: path`, references followed.
  std::set<std::string> list_declared_parameters(const YAML::Node& parameters) const {
    std::set<std::string> names;
    if (!parameters.IsDefined() || !parameters.IsSequence()) return names;
    for (const YAML::Node& entry : parameters) {
      YAML::Node parameter = entry;
      if (const YAML::Node reference = find(entry, "$ref"); reference.IsDefined()) {
        parameter.reset(resolve(reference.as<std::string>("")));
      }
      if (find(parameter, "in").as<std::string>("") == "path") {
        names.insert(find(parameter, "name").as<std::string>(""));
      }
    }
    return names;
  }

  YAML::Node resolve(std::string_view reference) const {
    YAML::Node node = root_;
    if (!reference.starts_with("#/")) return YAML::Node(YAML::NodeType::Undefined);
    reference.remove_prefix(2);
    while (!reference.empty() && node.IsDefined()) {
      const std::size_t slash = std::min(reference.find('/'), reference.size());
      node.reset(find(node, std::string(reference.substr(0, slash))));
      reference.remove_prefix(std::min(slash + 1, reference.size()));
    }
    return node;
  }

  void check_references(const YAML::Node& node, std::size_t depth) {
    if (depth > depth_max) return report(node, "is nested too deeply");
    if (node.IsSequence()) {
      for (const YAML::Node& child : node) check_references(child, depth + 1);
    }
    if (!node.IsMap()) return;
    for (const auto& entry : node) {
      if (entry.first.as<std::string>("") == "$ref" && entry.second.IsScalar()) {
        const std::string target = entry.second.as<std::string>();
        if (!resolve(target).IsDefined()) {
          report(entry.second, fmt::format("{} leads nowhere", target));
        }
      }
      check_references(entry.second, depth + 1);
    }
  }

  void report(const YAML::Node& node, std::string message) {
    const std::size_t line = node.Mark().is_null() ? 0 : static_cast<std::size_t>(node.Mark().line);
    findings_.push_back({std::string(contract_path), line + 1, "contract", std::move(message)});
  }

  YAML::Node root_;
  Findings& findings_;
  std::set<std::string> operation_ids_;
};

}  // namespace

void check_contract(const Repository& repository, Findings& findings) {
  if (repository.find(contract_path) == nullptr) return;
  try {
    const YAML::Node root = YAML::LoadFile((repository.root / contract_path).string());
    ContractCheck(root, findings).run();
  } catch (const YAML::Exception& error) {
    const std::size_t line = error.mark.is_null() ? 0 : static_cast<std::size_t>(error.mark.line);
    findings.push_back({std::string(contract_path), line + 1, "contract", error.msg});
  }
}

}  // namespace aiva::tidy
