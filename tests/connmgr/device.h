// SPDX-License-Identifier: Apache-2.0
// A node with one iface bound to one implementation, and what is told about it as lines of text.
#pragma once
#include <gtest/gtest.h>

#include "tests/connmgr/test_medium.h"
#include "tests/connmgr/test_node.h"

namespace flapjack::test {

class Device {
 public:
  /// `impl` may be made with `medium()`.
  explicit Device(bool with_address = true)
      : iface(with_address ? node.add_with_address("if0") : node.add("if0")) {}

  void boot(Connectivity& impl, BindingConfig flags = {}) {
    binding = &node.mgr.bind(iface, impl, flags);
    EXPECT_TRUE(node.mgr.boot().ok());
    node.run(Duration{});
    node.forget();
  }
  void boot_up(Connectivity& impl, BindingConfig flags = {}) {
    boot(impl, flags);
    EXPECT_TRUE(iface.up().ok());
  }
  void at(std::int64_t ms) { node.scheduler.run_until(SimTime{} + milliseconds(ms)); }
  /// "1.000s NAME[ reason|phase]" since the last call, without the records of monitor and control.
  Names take() {
    Names out;
    for (const KeptRecord& r : node.sink.records) {
      const bool other = r.name.starts_with("L4_") || r.name.starts_with("iface_") ||
                         r.name == "connect" || r.name == "disconnect" || r.name == "auto_down" ||
                         r.name == "set_opt" || r.name == "get_opt";
      if (other) continue;
      std::string detail(r.attr("reason"));
      detail += r.attr("phase");
      out.push_back(to_text(r.at) + " " + r.name + (detail.empty() ? "" : " " + detail));
    }
    node.forget();
    return out;
  }
  Status set_option(int option, std::string_view value) {
    std::vector<std::uint8_t> bytes(value.begin(), value.end());
    bytes.reserve(1);  // an empty value is not a null one
    return node.mgr.if_set_opt(iface, option, {bytes.data(), value.size()});
  }

  TestMedium medium;
  TestNode node;
  NetIf& iface;
  Binding* binding = nullptr;
};

constexpr BindingConfig kPersistentBinding{conn_flag_bit(ConnFlag::Persistent), kNoTimeout};
constexpr BindingConfig kNoAutoDownBinding{conn_flag_bit(ConnFlag::NoAutoDown), kNoTimeout};

}  // namespace flapjack::test
