// SPDX-License-Identifier: Apache-2.0
// NodeNames: which node an address belongs to, for packet patterns: those of the file, those that
// ifaces get during the run, and link addresses for packets whose sender has no address yet.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "stack/trace/tracer.h"
#include "stack/wire/address.h"

namespace flapjack {

class NodeNames {
 public:
  void add(const IpAddress& address, std::string node) { names_[address] = std::move(node); }
  void add(const MacAddress& address, std::string node) { by_link_[address] = std::move(node); }
  /// Takes note when the record says that an iface has got an address; it stays the node's until
  /// somebody else gets it, as packets may still be on their way.
  void learn(const Tracer& tracer, const TraceRecord& record);
  /// Empty when nobody has it.
  std::string_view find(const IpAddress& address) const;
  std::string_view find(const MacAddress& address) const;

 private:
  std::map<IpAddress, std::string> names_;
  std::map<MacAddress, std::string> by_link_;
};

}  // namespace flapjack
