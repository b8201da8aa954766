// SPDX-License-Identifier: Apache-2.0
// Input: a count, then records. Each record is written anew, without its auxiliary data.
#include "stack/wire/group_record.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

template <class Address>
void rewrite(const GroupRecord<Address>& record) {
  std::vector<Address> sources;
  for (std::size_t i = 0; i < record.sources.size(); ++i) sources.push_back(record.sources[i]);
  Buffer out(GroupRecord<Address>::bytes(sources.size()));
  GroupRecord<Address>::emit(out.data(), record.type, record.group, sources);
  const auto again = GroupRecords<Address>::parse(out, 1);
  FUZZ_CHECK(again && to_text(*again) == to_text(record));
}

template <class Address>
void records(Bytes input) {
  const auto list = GroupRecords<Address>::parse(input.subspan(1), input[0]);
  if (!list) return;
  std::size_t count = 0;
  GroupRecords<Address> rest = *list;
  for (GroupRecord<Address> record; rest.next(record); ++count) rewrite(record);
  FUZZ_CHECK(count == input[0]);
}

}  // namespace

void fuzz_group_record(Bytes input) {
  if (input.empty()) return;
  records<Ipv4Address>(input);
  records<Ipv6Address>(input);
  const std::uint32_t value = decode_time8(input[0]);
  FUZZ_CHECK(encode_time8(value) == input[0]);
}

}  // namespace flapjack::fuzz
