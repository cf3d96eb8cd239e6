#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace aiva {

// Wake-ups between the processes of an installation: something has changed, look now instead of
// later. A signal may be lost, come late or come twice, so whoever hears it asks the rows, and
// looks there from time to time all the same. Any thread.
class Signals {
 public:
  static constexpr std::size_t topic_bytes_max = 100;
  static constexpr std::size_t payload_bytes_max = 8192;

  // Gets what was published, or nothing (an empty text): anything of the topic may have changed.
  // That is heard, too, when signals may have been missed. Handlers of one topic may run at the
  // same time on several threads, one handler never. It returns soon and throws nothing.
  using Handler = std::function<void(std::string_view payload)>;

  // Hears its topic for as long as it lives; its handler runs no more when the destructor returns.
  // It may go after the Signals it came from.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  virtual ~Signals() = default;

  // Tells all who hear the topic, those of this process before it returns: hold no lock that a
  // handler wants. Never waits and never fails; where other processes cannot be told now they are
  // told later, without the payload. A payload that is too long goes as an empty one. Topics are
  // words of the program ("jobs", "agents"), never of its users.
  virtual void publish(std::string topic, std::string payload) = 0;

  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(std::string topic,
                                                                Handler handler) = 0;
};

}  // namespace aiva
