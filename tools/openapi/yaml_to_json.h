// Turns the HTTP contract, written in YAML, into the JSON the server answers at /openapi.json.
#pragma once

#include <expected>
#include <string>

namespace aiva::openapi {

// The document as compact JSON with its keys in the order they were written. Scalars follow the
// core schema of YAML 1.2: a quoted scalar is a string; a plain one may be null, a boolean or a
// number.
// Fails with "line N: reason" for text that is no YAML, and for what JSON cannot say.
std::expected<std::string, std::string> yaml_to_json(const std::string& yaml);

}  // namespace aiva::openapi
