#pragma once

#include "capabilities/voice/leg.h"
#include "ports/stream_audio.h"

namespace aiva::voice {

// A leg's audio as streams name it: it is passed on as it is.
constexpr StreamAudio stream_audio(AudioFormat format) {
  switch (format.coding) {
    case Coding::pcm16: return {.coding = StreamAudio::Coding::linear16, .rate = format.rate};
    case Coding::pcmu: return {.coding = StreamAudio::Coding::mulaw, .rate = format.rate};
    case Coding::pcma: return {.coding = StreamAudio::Coding::alaw, .rate = format.rate};
  }
  return {};
}

}  // namespace aiva::voice
