// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "l2/framing.h"
#include "stack/wire/hdlc.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_hdlc(Bytes input) {
  // as it came from the line
  Buffer content(input.size());
  const HdlcContent got = hdlc_decode(input, content.data());
  FUZZ_CHECK(got.bytes <= input.size());
  Buffer in_place = copy(input);
  const HdlcContent again = hdlc_decode(in_place, in_place.data());
  FUZZ_CHECK(again.error == got.error && again.bytes == got.bytes);
  FUZZ_CHECK(same(Bytes(content).first(got.bytes), Bytes(in_place).first(got.bytes)));
  for (const Framing framing : {Framing::Bare, Framing::Ethernet, Framing::Ppp, Framing::Hdlc}) {
    FUZZ_CHECK(packet_bytes(input, framing) <= input.size());
    static_cast<void>(traffic_class_in(input, framing));
  }
  // as what somebody sends
  Buffer frame = copy(input);
  frame.resize(hdlc_frame_bytes(input));
  FUZZ_CHECK(frame.size() <= hdlc_frame_bytes_max(input.size()));
  hdlc_encode(frame, input.size());
  Buffer back(frame.size());
  const HdlcContent sent = hdlc_decode(frame, back.data());
  FUZZ_CHECK(sent.error == HdlcError::None);
  FUZZ_CHECK(same(Bytes(back).first(sent.bytes), input));
  FUZZ_CHECK(hdlc_content_bytes(frame) == input.size());
  Buffer start(6);
  const std::size_t known = hdlc_peek(frame, start);
  FUZZ_CHECK(known == std::min(start.size(), input.size()));
  FUZZ_CHECK(same(Bytes(start).first(known), input.first(known)));
}

}  // namespace flapjack::fuzz
