#pragma once

namespace aiva::app {

// schema/openapi.yaml as JSON text, made by the build.
extern const char* const openapi_json;

}  // namespace aiva::app
