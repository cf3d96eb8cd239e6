#pragma once

namespace aiva::audio {

// How one direction of a call was carried.
struct CarriedAudio {
  double delay_ms = 0;       // from mouth to ear, but for what jitter costs
  double jitter_ms = 0;      // as RFC 3550 counts it; a buffer waits twice as long
  double loss = 0;           // 0…1, of the packets
  double burst_ratio = 1;    // 1: losses are independent of each other
  bool is_concealed = true;  // what is missing is made up
};

// The E-model's rating of G.711 speech, 0…93.2 (ITU-T G.107; the impairment by delay after Cole and
// Rosenbluth 2001, losses after G.113 Appendix I). 80 and more satisfies, below 60 few are.
double rate_transmission(const CarriedAudio& audio);
// The mean opinion score, 1…4.5, that a rating stands for (G.107, Annex B).
double to_mean_opinion_score(double rating);

}  // namespace aiva::audio
