// SPDX-License-Identifier: Apache-2.0
// The events that media and drivers record, with what they mean and the attributes they have.
#pragma once
#include <array>
#include <string_view>

namespace flapjack {

struct LinkEventInfo {
  std::string_view name, about;
  std::array<std::string_view, 2> attrs;  ///< empty ones do not count
  bool of_drivers = false;                ///< a faulty driver records it, too
};

inline constexpr std::array<LinkEventInfo, 6> kLinkEvents = {{
    {"corrupted", "a bit of a frame was flipped", {"packet", "bit"}, true},
    {"duplicated", "a copy of a frame follows it", {"packet", "copy"}, true},
    {"reordered", "a frame overtook so many others", {"packet", "frames"}, true},
    {"loss_state", "a Gilbert-Elliott channel turned good or bad", {"state", ""}, true},
    {"released", "an end is held no longer; so many frames were overdue", {"end", "frames"}},
    {"unheard", "a partition kept a group frame from one end", {"packet", "end"}},
}};

}  // namespace flapjack
