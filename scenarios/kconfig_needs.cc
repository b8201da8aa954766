// SPDX-License-Identifier: Apache-2.0
#include "scenarios/kconfig_needs.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace flapjack {
namespace {

/// `name` does something only where `other` is on, or, `inverted`, where it is off.
struct Need {
  std::string_view name, other;
  bool inverted = false;
};

constexpr std::string_view kDirect = "NET_MGMT_EVENT_DIRECT";
constexpr std::string_view kQueueTimeout = "NET_MGMT_EVENT_QUEUE_TIMEOUT";
constexpr std::string_view kDelivery = "way to deliver events";
constexpr std::array kNeeds = {
    Need{"NET_IPV4_IGMPV3", "NET_IPV4_IGMP"},
    Need{"NET_IPV4_FRAGMENT_MAX_COUNT", "NET_IPV4_FRAGMENT"},
    Need{"NET_IPV4_FRAGMENT_MAX_PKT", "NET_IPV4_FRAGMENT"},
    Need{"NET_IPV4_FRAGMENT_TIMEOUT", "NET_IPV4_FRAGMENT"},
    Need{"NET_IPV6_FRAGMENT_MAX_COUNT", "NET_IPV6_FRAGMENT"},
    Need{"NET_IPV6_FRAGMENT_MAX_PKT", "NET_IPV6_FRAGMENT"},
    Need{"NET_IPV6_FRAGMENT_TIMEOUT", "NET_IPV6_FRAGMENT"},
    Need{"NET_IPV4_PMTU_DESTINATION_CACHE_ENTRIES", "NET_IPV4_PMTU"},
    Need{"NET_IPV6_PMTU_DESTINATION_CACHE_ENTRIES", "NET_IPV6_PMTU"},
    Need{"NET_MGMT_EVENT_QUEUE_SIZE", kDirect, true},
    Need{kQueueTimeout, kDirect, true},
    Need{"NET_INTERFACE_NAME_LEN", "NET_INTERFACE_NAME"},
    Need{"NET_TC_TX_SKIP_FOR_HIGH_PRIO", "NET_TC_TX_COUNT"},
    Need{"NET_TC_RX_SKIP_FOR_HIGH_PRIO", "NET_TC_RX_COUNT"},
};

/// Options that begin so are a choice: only one can be in force, the one that is written last.
struct Choice {
  std::string_view begin, about;
};
constexpr std::array kChoices = {
    Choice{"NET_MGMT_EVENT_THREAD", kDelivery},
    Choice{"NET_MGMT_EVENT_SYSTEM_WORKQUEUE", kDelivery},
    Choice{kDirect, kDelivery},
    Choice{"NET_TC_MAPPING_", "priority map"},
    Choice{"NET_DEFAULT_IF_", "default interface"},
};
constexpr std::string_view kAcd = "NET_IPV4_ACD";

struct Problem {
  std::string message, help;
};

class Check {
 public:
  Check(const NodeSpec& spec, const NodeConfig& config, const Registry& registry)
      : spec_(spec), config_(config), registry_(registry) {}

  std::optional<Problem> of(const std::string& name, std::int64_t written) const {
    if (name == kAcd && written == 0 && is_on(kAcd)) {
      return Problem{"a link-local address is checked for conflicts: NET_IPV4_ACD stays on",
                     "leave the option out, or \"auto\""};
    }
    if (written == 0) return {};
    if (name == kQueueTimeout &&
        config_.stack.mgmt.overflow == NetMgmtConfig::Overflow::DropOldest) {
      return Problem{name + " does nothing in this profile: a full ring loses its oldest event",
                     "leave it out, or use a profile of 2023 or later"};
    }
    const auto choice = std::find_if(kChoices.begin(), kChoices.end(), [&name](const Choice& c) {
      return name.starts_with(c.begin);
    });
    if (choice != kChoices.end() && !is_on(name) && !is_alone(name, choice->begin)) {
      return Problem{name + " is undone by another " + std::string(choice->about),
                     "set one of them"};
    }
    for (const Need& need : kNeeds) {
      if (need.name != name || is_on(need.other) != need.inverted) continue;
      const std::string other(need.other);
      return Problem{name + " does nothing " + (need.inverted ? "with " : "without ") + other,
                     (need.inverted ? "leave out one of them" : "set " + other + ", too")};
    }
    return {};
  }

 private:
  /// Nothing else of a choice of options that begin so is written: what it lacks is told elsewhere.
  bool is_alone(const std::string& name, std::string_view begin) const {
    return begin.ends_with('_') && std::none_of(spec_.kconfig.begin(), spec_.kconfig.end(),
                                                [&](const auto& each) {
      return each.name != name && each.name.starts_with(begin) && each.value != 0;
    });
  }
  bool is_on(std::string_view name) const {
    return find_entry(registry_.kconfigs, name)->value(config_) != 0;
  }

  const NodeSpec& spec_;
  const NodeConfig& config_;
  const Registry& registry_;
};

}  // namespace

void apply_kconfigs(const NodeSpec& spec, const Registry& registry, NodeConfig& config,
                    DiagnosticSink& sink) {
  for (const KconfigSpec& option : spec.kconfig) {
    const KconfigEntry& entry = *find_entry(registry.kconfigs, option.name);
    const std::string range = std::to_string(entry.low) + " to " + std::to_string(entry.high);
    const bool is_switch = entry.low == 0 && entry.high == 1;
    if (option.is_word && !is_switch) {
      const char* const written = option.value != 0 ? "true" : "false";
      sink.error("F0902", option.name + " is a number, not " + written, option.place,
                 "write a number from " + range);
    } else if (option.value < entry.low || option.value > entry.high) {
      sink.error("F0902",
                 option.name + " is " + std::to_string(option.value) + ", but must be " + range,
                 option.place);
    } else {
      entry.apply(config, option.value);
    }
  }
}

void check_kconfig_needs(const NodeSpec& spec, const NodeConfig& config, const Registry& registry,
                         DiagnosticSink& sink) {
  const Check check(spec, config, registry);
  for (const KconfigSpec& option : spec.kconfig) {
    const std::optional<Problem> problem = check.of(option.name, option.value);
    if (problem) sink.error("F0933", problem->message, option.place, problem->help);
  }
}

}  // namespace flapjack
