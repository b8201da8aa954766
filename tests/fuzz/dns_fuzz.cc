// SPDX-License-Identifier: Apache-2.0
// A message that is read whole is written anew, with other compression, and reads the same.
#include "stack/wire/dns.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

struct Message {
  DnsHeader header;
  std::vector<DnsQuestion> questions;
  std::vector<DnsRecord> records;
};

std::optional<Message> read(Bytes input) {
  DnsReader reader(input);
  if (!reader.header()) return {};
  Message message{*reader.header(), {}, {}};
  for (unsigned i = 0; i < message.header.questions; ++i) {
    const auto question = reader.question();
    if (!question) return {};
    message.questions.push_back(*question);
  }
  const unsigned records =
      message.header.answers + message.header.authorities + message.header.additionals;
  for (unsigned i = 0; i < records; ++i) {
    const auto record = reader.record();
    if (!record) return {};
    FUZZ_CHECK(record->data.empty() ||
               (record->data.data() >= input.data() &&
                record->data.data() + record->data.size() <= input.data() + input.size()));
    message.records.push_back(*record);
  }
  return message;
}

bool write_record(DnsWriter& writer, const DnsRecord& record) {
  if (record.address) return writer.answer(record.name, *record.address, record.ttl);
  if (record.target) return writer.cname(record.name, *record.target, record.ttl);
  return writer.answer(record.name, record.type, record.data, record.ttl);
}

// Of class IN and without types whose data is made of their meaning.
bool is_plain(const DnsRecord& record) {
  return record.dns_class == kDnsClassIn;
}

void check_same(const DnsRecord& a, const DnsRecord& b) {
  FUZZ_CHECK(a.name == b.name && a.type == b.type && a.ttl == b.ttl);
  FUZZ_CHECK(a.address == b.address && a.target == b.target);
  FUZZ_CHECK(a.target || same(a.data, b.data));
}

void rewrite(const Message& message) {
  Buffer out(0x8000);
  DnsWriter writer(out, message.header);
  for (const DnsQuestion& question : message.questions) {
    if (!writer.question(question)) return;
  }
  std::vector<DnsRecord> written;
  for (const DnsRecord& record : message.records) {
    if (!is_plain(record)) continue;
    if (!write_record(writer, record)) return;
    written.push_back(record);
  }
  const std::size_t length = writer.finish();
  FUZZ_CHECK(length <= out.size());
  const auto again = read(Bytes(out).first(length));
  FUZZ_CHECK(again && again->questions == message.questions);
  FUZZ_CHECK(again->records.size() == written.size());
  for (std::size_t i = 0; i < written.size(); ++i) check_same(again->records[i], written[i]);
}

}  // namespace

void fuzz_dns(Bytes input) {
  static_cast<void>(dns_to_text(input));
  const auto message = read(input);
  if (!message) return;
  for (const DnsRecord& record : message->records) FUZZ_CHECK(!to_text(record.name).empty());
  rewrite(*message);
}

}  // namespace flapjack::fuzz
