// SPDX-License-Identifier: Apache-2.0
// GroupReport: builds the reports of IGMPv3 and MLDv2, each as long as a packet allows and no
// longer (RFC 3376 section 4.2.16, RFC 3810 section 5.2.15). `Send` is called with each message,
// which has kFront bytes for the header in front of its records, and with how many these are.
#pragma once
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "stack/net/group_changes.h"
#include "stack/wire/group_record.h"

namespace flapjack {

template <class Address, class Send>
class GroupReport {
 public:
  using Record = GroupRecord<Address>;
  static constexpr std::size_t kFront = 8;  ///< of both protocols

  /// `most` bytes a message; no less than a record of one source, where the MTU is odd.
  GroupReport(std::size_t most, Send send)
      : most_(std::max(most, kFront + Record::bytes(1))), send_(std::move(send)) {}
  /// One more record. Sources that do not fit go on in the next message, which says the same of
  /// IS_IN records as one long one would.
  void add(GroupRecordType type, const Address& group, std::span<const Address> sources = {}) {
    do {
      const std::size_t least = Record::bytes(sources.empty() ? 0 : 1);
      if (message_.size() + least > most_) flush();
      const std::size_t room = (most_ - message_.size() - Record::bytes(0)) / kAddress;
      const auto now = sources.first(std::min(sources.size(), room));
      const std::size_t at = message_.size();
      message_.resize(at + Record::bytes(now.size()));
      Record::emit(message_.data() + at, type, group, now);
      ++records_;
      sources = sources.subspan(now.size());
    } while (!sources.empty());
  }
  /// Joins and leaves: groups are any-source, so that one that is joined excludes nothing.
  void add_changes(std::span<const typename GroupChanges<Address>::Change> changes) {
    for (const auto& each : changes) {
      add(each.joined ? GroupRecordType::ChangeToExclude : GroupRecordType::ChangeToInclude,
          each.group);
    }
  }
  /// The present state of a group that was asked for; of the sources that were asked about, all are
  /// wanted (RFC 3376 section 5.2, RFC 3810 section 6.2, the tables of answers).
  void add_state(const Address& group, std::span<const Address> sources) {
    add(sources.empty() ? GroupRecordType::ModeIsExclude : GroupRecordType::ModeIsInclude, group,
        sources);
  }
  /// Sends what there is; nothing without records.
  void flush() {
    if (records_ == 0) return;
    send_(std::exchange(message_, std::vector<std::uint8_t>(kFront)), std::exchange(records_, 0));
  }

 private:
  static constexpr std::size_t kAddress = AddressList<Address>::kAddressBytes;

  std::size_t most_;
  Send send_;
  std::vector<std::uint8_t> message_ = std::vector<std::uint8_t>(kFront);
  std::uint16_t records_ = 0;
};

}  // namespace flapjack
