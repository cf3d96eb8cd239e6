#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "faces/ari/ari.h"
#include "faces/ari/internal/arrivals.h"
#include "faces/ari/internal/line.h"
#include "faces/ari/internal/media_way.h"
#include "faces/ari/internal/running.h"
#include "foundation/executor.h"

namespace aiva::ari {

// What all calls of a telephone system share; used on `loop` only.
struct Exchange {
  Exchange(Options wanted, Parts needs, Executor& executor)
      : options(std::move(wanted)), parts(needs), loop(executor), arrivals(executor) {}

  Options options;
  Parts parts;
  Executor& loop;
  Line line{};
  Arrivals arrivals;
  std::unique_ptr<MediaWay> media{};
  Running running{};

  // Begins the ids of all channels and bridges we make, and is the name of our bridges.
  [[nodiscard]] std::string prefix() const { return "aiva-" + options.app + "-"; }
  [[nodiscard]] std::string make_id() const { return prefix() + Uuid::make().to_string(); }
  // Of a channel with our audio.
  [[nodiscard]] std::string make_media_id() const {
    return prefix() + "media-" + Uuid::make().to_string();
  }
  [[nodiscard]] bool is_media(std::string_view id) const {
    return id.starts_with(prefix() + "media-");
  }
  // Whether we asked for a channel of that id. Local channels have a second half, which is the far
  // end's.
  [[nodiscard]] bool is_ours(std::string_view id) const {
    return id.starts_with(prefix()) && !id.ends_with(";2");
  }
};

// The endpoint of a destination, from a template with {number}; `invalid` for destinations that
// might mean something else to Asterisk than a number or name.
Result<std::string> endpoint_of(std::string_view pattern, std::string_view destination);

}  // namespace aiva::ari
