// SPDX-License-Identifier: Apache-2.0
// The Connector's message: its bytes, Linux's own struct, several in one datagram, refusals.
#include "stack/wire/cn_msg.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <vector>

#if __has_include(<linux/connector.h>)
#include <linux/connector.h>
#endif

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Error = CnMsgHeader::Error;

constexpr CnMsgHeader kHeader{{0x01020304, 0x05060708}, 0x11121314, 0x21222324, 3, 0x3132};
const Bytes kBytes = {0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05, 0x14, 0x13, 0x12, 0x11,
                      0x24, 0x23, 0x22, 0x21, 0x03, 0x00, 0x32, 0x31, 'a',  'b',  'c'};

TEST(CnMsg, HeaderIsTwentyBytesInThisOrder) {
  Bytes out(kCnHeaderBytes + 3, 0);
  kHeader.emit(out);
  std::copy_n("abc", 3, out.begin() + kCnHeaderBytes);
  EXPECT_EQ(out, kBytes);
  CnMsgHeader read;
  EXPECT_EQ(CnMsgHeader::parse(out, read), Error::None);
  EXPECT_EQ(read, kHeader);
}

#if __has_include(<linux/connector.h>)
TEST(CnMsg, IsLinuxsStructOnALittleEndianMachine) {
  if (std::endian::native != std::endian::little) GTEST_SKIP();
  static_assert(sizeof(cn_msg) == kCnHeaderBytes);
  cn_msg msg{};
  msg.id.idx = kHeader.id.idx;
  msg.id.val = kHeader.id.val;
  msg.seq = kHeader.seq;
  msg.ack = kHeader.ack;
  msg.len = kHeader.len;
  msg.flags = kHeader.flags;
  EXPECT_EQ(std::memcmp(&msg, kBytes.data(), sizeof msg), 0);
}
#endif

TEST(CnMsg, Refusals) {
  struct Row {
    const char* what;
    std::size_t bytes;
    std::uint16_t len;
    Error error;
  };
  const Row rows[] = {
      {"nothing", 0, 0, Error::Short},
      {"one byte less than a header", 19, 0, Error::Short},
      {"a header alone", 20, 0, Error::None},
      {"data as said", 24, 4, Error::None},
      {"one byte of data is missing", 23, 4, Error::Length},
      {"more behind the data", 28, 4, Error::None},
      {"the largest", 16384, 16364, Error::None},
      {"larger than the largest", 16385, 16365, Error::TooLong},
  };
  for (const Row& row : rows) {
    Bytes bytes(row.bytes);
    if (row.bytes >= kCnHeaderBytes) CnMsgHeader{{1, 1}, 0, 0, row.len, 0}.emit(bytes);
    CnMsgHeader read;
    EXPECT_EQ(CnMsgHeader::parse(bytes, read), row.error) << row.what;
  }
}

TEST(CnMsg, SeveralInOneDatagram) {
  Bytes both = kBytes;
  both.resize(kBytes.size() + kCnHeaderBytes);
  CnMsgHeader{{7, 8}, 9, 10, 0, 0}.emit(std::span(both).subspan(kBytes.size()));
  CnMsgReader reader(both);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.header(), kHeader);
  EXPECT_EQ(Bytes(reader.data().begin(), reader.data().end()), (Bytes{'a', 'b', 'c'}));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(to_text(reader.header()), "id 7.8 seq 9 ack 10 len 0");
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.error(), Error::None);
  both.push_back(0);
  CnMsgReader cut(both);
  EXPECT_TRUE(cut.next() && cut.next());
  EXPECT_FALSE(cut.next());
  EXPECT_EQ(cut.error(), Error::Short);
}

}  // namespace
}  // namespace flapjack
