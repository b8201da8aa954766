// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/icmp.h"

#include <gtest/gtest.h>

#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::Bytes;
using test::hex;

TEST(IcmpErrors, KnownBytes) {
  // 0304 + 05dc + 4500 = 4de0 -> ~ b21f
  const Bytes want = hex("0304b21f 0000 05dc 4500");
  Bytes out = want;
  std::fill_n(out.begin(), kIcmpHeaderBytes, std::uint8_t{0x55});
  IcmpHeader::fragmentation_needed(1500).emit(out);
  EXPECT_EQ(out, want);
  EXPECT_EQ(IcmpHeader::parse(want)->next_hop_mtu(), 1500);
}

TEST(IcmpErrors, CarryTheirNumberWhereTheRfcPutsIt) {
  struct Row {
    IcmpHeader header;
    const char* bytes;  // without checksum
    const char* text;
    bool error;
  };
  const Ipv4Address gateway = test::ip4("192.0.2.254");
  for (const Row& row : {
           Row{IcmpHeader::fragmentation_needed(1400), "0304 0000 0000 0578",
               "unreachable code 4 mtu 1400", true},
           Row{IcmpHeader::parameter_problem(21), "0c00 0000 1500 0000",
               "parameter problem code 0 pointer 21", true},
           Row{IcmpHeader::redirect(kIcmpCodeRedirectHost, gateway), "0501 0000 c00002fe",
               "redirect code 1 to 192.0.2.254", true},
           Row{{kIcmpTimeExceeded, kIcmpCodeReassemblyTime},
               "0b01 0000 00000000",
               "time exceeded code 1",
               true},
           Row{{kIcmpUnreachable, kIcmpCodePortUnreachable},
               "0303 0000 00000000",
               "unreachable code 3",
               true},
           Row{{4, 0}, "0400 0000 00000000", "type 4 code 0", true},
           Row{{kIcmpEchoRequest, 0, 1, 2}, "0800 0000 00010002", "echo request id 1 seq 2", false},
           Row{{kIcmpEchoReply, 0, 1, 2}, "0000 0000 00010002", "echo reply id 1 seq 2", false},
           Row{{13, 0, 1, 2}, "0d00 0000 00010002", "type 13 code 0", false},
       }) {
    Bytes out(kIcmpHeaderBytes);
    row.header.emit(out, ChecksumPolicy{false, true});
    EXPECT_EQ(out, hex(row.bytes)) << row.text;
    EXPECT_EQ(IcmpHeader::parse(out, {true, false}), row.header) << row.text;
    EXPECT_EQ(to_text(row.header), row.text);
    EXPECT_EQ(row.header.is_error(), row.error) << row.text;
  }
  EXPECT_EQ(IcmpHeader::redirect(0, gateway).gateway(), gateway);
  EXPECT_EQ(IcmpHeader::parameter_problem(21).pointer(), 21);
}

}  // namespace
}  // namespace flapjack
