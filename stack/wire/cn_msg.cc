// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/cn_msg.h"

#include <cassert>

#include "stack/wire/little_endian.h"

namespace flapjack {

CnMsgHeader::Error CnMsgHeader::parse(std::span<const std::uint8_t> datagram, CnMsgHeader& out) {
  if (datagram.size() < kCnHeaderBytes) return Error::Short;
  out.id.idx = wire::load_le32(datagram.data());
  out.id.val = wire::load_le32(datagram.data() + 4);
  out.seq = wire::load_le32(datagram.data() + 8);
  out.ack = wire::load_le32(datagram.data() + 12);
  out.len = wire::load_le16(datagram.data() + 16);
  out.flags = wire::load_le16(datagram.data() + 18);
  if (datagram.size() > kCnMessageBytesMax) return Error::TooLong;
  return out.len > datagram.size() - kCnHeaderBytes ? Error::Length : Error::None;
}

void CnMsgHeader::emit(std::span<std::uint8_t> out) const {
  assert(out.size() >= kCnHeaderBytes);
  wire::store_le32(out.data(), id.idx);
  wire::store_le32(out.data() + 4, id.val);
  wire::store_le32(out.data() + 8, seq);
  wire::store_le32(out.data() + 12, ack);
  wire::store_le16(out.data() + 16, len);
  wire::store_le16(out.data() + 18, flags);
}

bool CnMsgReader::next() {
  if (rest_.empty()) return false;
  error_ = CnMsgHeader::parse(rest_, header_);
  if (error_ != CnMsgHeader::Error::None) return false;
  data_ = rest_.subspan(kCnHeaderBytes, header_.len);
  rest_ = rest_.subspan(kCnHeaderBytes + header_.len);
  return true;
}

std::string to_text(const CnMsgHeader& h) {
  return "id " + std::to_string(h.id.idx) + "." + std::to_string(h.id.val) + " seq " +
         std::to_string(h.seq) + " ack " + std::to_string(h.ack) + " len " +
         std::to_string(h.len);
}

}  // namespace flapjack
