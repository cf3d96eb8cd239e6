#pragma once

namespace aiva::realtime {

// The files of the public call page, built into the program out of call_page/.
extern const char* const call_page_script;
extern const char* const call_audio_script;
extern const char* const call_page_style;

}  // namespace aiva::realtime
