#include "faces/ari/internal/media_way.h"

#include <utility>

#include "foundation/ids.h"

namespace aiva::ari {
namespace {

constexpr std::string_view path = "channels/externalMedia";

class AudioSocketWay final : public MediaWay {
 public:
  explicit AudioSocketWay(std::string address) : address_(std::move(address)) {}

  Result<MediaOffer> offer(const MediaRequest& wanted) override {
    if (!Uuid::parse(wanted.session_id))
      return fail(ErrorCode::invalid, "AudioSocket carries calls whose session_id is a UUID only");
    return MediaOffer{.request = {.method = "POST",
                                  .path = std::string(path),
                                  .query = {{"channelId", wanted.channel},
                                            {"app", wanted.app},
                                            {"external_host", address_},
                                            {"encapsulation", "audiosocket"},
                                            {"transport", "tcp"},
                                            {"format", "slin"},
                                            {"data", wanted.session_id}}}};
  }

 private:
  std::string address_;
};

class WebSocketWay final : public MediaWay {
 public:
  WebSocketWay(std::string client, std::string format)
      : client_(std::move(client)), format_(std::move(format)) {}

  Result<MediaOffer> offer(const MediaRequest& wanted) override {
    auto is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    };
    for (char c : wanted.session_id)
      if (!is_plain(c))
        return fail(ErrorCode::invalid, "The session_id cannot stand in an address");
    return MediaOffer{
        .request = {.method = "POST",
                    .path = std::string(path),
                    .query = {{"channelId", wanted.channel},
                              {"app", wanted.app},
                              {"external_host", client_},
                              {"encapsulation", "none"},
                              {"transport", "websocket"},
                              {"connection_type", "client"},
                              {"format", format_},
                              {"transport_data", "v(announced=" + wanted.session_id + ")"}}}};
  }

 private:
  std::string client_;
  std::string format_;
};

}  // namespace

Task<Result<void>> MediaWay::begin(MediaRequest, voice::MediaPort*) { co_return Result<void>{}; }

std::unique_ptr<MediaWay> make_audiosocket_way(std::string address) {
  return std::make_unique<AudioSocketWay>(std::move(address));
}

std::unique_ptr<MediaWay> make_websocket_way(std::string client, std::string format) {
  return std::make_unique<WebSocketWay>(std::move(client), std::move(format));
}

}  // namespace aiva::ari
