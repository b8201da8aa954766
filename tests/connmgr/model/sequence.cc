// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/model/sequence.h"

#include <algorithm>
#include <array>

namespace flapjack::model {
namespace {

constexpr std::array kOps = {
    "admin_up", "admin_down", "carrier_on", "carrier_off", "dormant_on", "dormant_off", "add4",
    "del4", "add_local4", "del_local4", "add6", "del6", "ignore", "watch", "ignore_all",
    "watch_all", "connect", "disconnect", "timeout", "fatal", "flag", "idle_timeout", "use",
    "all_up", "all_down", "all_connect", "all_disconnect", "resend", "fail_calls", "refuse_admin",
};
static_assert(kOps.size() == static_cast<std::size_t>(Op::kCount));

constexpr std::array kEvs = {
    "IF_ADMIN_UP", "IF_ADMIN_DOWN", "IF_UP", "IF_DOWN", "IPV4_ADDR_ADD", "IPV4_ADDR_DEL",
    "IPV4_ACD_SUCCEED", "IPV6_ADDR_ADD", "IPV6_ADDR_DEL", "IPV6_DAD_SUCCEED", "CONN_IF_TIMEOUT",
    "CONN_IF_FATAL_ERROR", "CONN_IF_IDLE_TIMEOUT", "CONN_IF_NO_CONFIGURATION",
    "L4_CONNECTED", "L4_DISCONNECTED",
    "L4_IPV4_CONNECTED", "L4_IPV4_DISCONNECTED", "L4_IPV6_CONNECTED", "L4_IPV6_DISCONNECTED",
    "L4_IF_CONNECTED", "L4_IF_DISCONNECTED",
};
static_assert(kEvs.size() == static_cast<std::size_t>(Ev::kCount));

std::string name_of(int iface) { return std::string(1, static_cast<char>('a' + iface)); }
std::string ms(int at) { return std::to_string(at < 0 ? 0 : at) + "ms"; }

// The verb that does it, the operation that undoes it (of the two whose value says whether they
// begin or end it, the same), and whether it is about the node.
struct Verb {
  Op op;
  const char* word;
  Op undone_by = Op::kCount;
  bool of_node = false;
};
constexpr std::array kVerbs = {
    Verb{Op::CarrierOff, "carrier_down", Op::CarrierOn},
    Verb{Op::DormantOn, "dormant", Op::DormantOff},
    Verb{Op::AdminDown, "admin_down", Op::AdminUp},
    Verb{Op::AdminUp, "admin_up"},
    Verb{Op::Ignore, "ignore"},
    Verb{Op::Watch, "watch"},
    Verb{Op::IgnoreAll, "ignore_l2", Op::kCount, true},
    Verb{Op::WatchAll, "watch_l2", Op::kCount, true},
    Verb{Op::Connect, "connect"},
    Verb{Op::Disconnect, "disconnect"},
    Verb{Op::Add4, "add_address"},
    Verb{Op::AddLocal4, "add_address"},
    Verb{Op::Add6, "add_address"},
    Verb{Op::Del4, "del_address"},
    Verb{Op::DelLocal4, "del_address"},
    Verb{Op::Del6, "del_address"},
    Verb{Op::Timeout, "conn_timeout"},
    Verb{Op::Fatal, "conn_fatal"},
    Verb{Op::FailCalls, "fail_calls"},
    Verb{Op::RefuseAdmin, "refuse_admin"},
    Verb{Op::Flag, "set_flag"},
    Verb{Op::IdleTimeout, "set_idle_timeout"},
    Verb{Op::Use, "used"},
    Verb{Op::AllUp, "all_up", Op::kCount, true},
    Verb{Op::AllDown, "all_down", Op::kCount, true},
    Verb{Op::AllConnect, "all_connect", Op::kCount, true},
    Verb{Op::AllDisconnect, "all_disconnect", Op::kCount, true},
    Verb{Op::Resend, "resend_status", Op::kCount, true},
};

// As the player gives them out.
std::string address_of(const Step& step) {
  const int host = 16 * (step.iface + 1) + step.value;
  constexpr const char* kHex = "0123456789abcdef";
  switch (step.op) {
    case Op::Add4:
    case Op::Del4: return "192.0.2." + std::to_string(host);
    case Op::AddLocal4:
    case Op::DelLocal4: return "169.254.0." + std::to_string(host);
    default: return std::string("2001:db8::") + kHex[host / 16] + kHex[host % 16];
  }
}

std::string with(const char* key, const std::string& text) {
  return std::string(", \"") + key + "\": \"" + text + "\"";
}

// What its verb needs beside whom it is about.
std::string arguments_of(const Step& step) {
  constexpr std::array kFlags = {"persistent", "no_auto_connect", "no_auto_down"};
  switch (step.op) {
    case Op::Add4: return with("address", address_of(step) + "/24");
    case Op::AddLocal4: return with("address", address_of(step) + "/16");
    case Op::Add6: return with("address", address_of(step) + "/64");
    case Op::Del4:
    case Op::DelLocal4:
    case Op::Del6: return with("address", address_of(step));
    case Op::Flag:
      return with("flag", kFlags[static_cast<std::size_t>(step.value & 7)]) + ", \"value\": " +
             ((step.value & 8) != 0 ? "true" : "false");
    case Op::IdleTimeout: return with("timeout", std::to_string(step.value) + "s");
    case Op::IgnoreAll:
    case Op::WatchAll: return with("l2", "dummy");
    case Op::AllUp:
    case Op::AllDown:
    case Op::AllConnect:
    case Op::AllDisconnect: return step.value != 0 ? ", \"skip_ignored\": true" : "";
    default: return "";
  }
}

bool is_switch(Op op) { return op == Op::FailCalls || op == Op::RefuseAdmin; }

// Where what the step begins is ended; the number of steps when nowhere.
std::size_t end_of(const Sequence& q, std::size_t number, const Verb& verb) {
  for (std::size_t k = number + 1; k < q.steps.size(); ++k) {
    const Step& each = q.steps[k];
    if (each.iface != q.steps[number].iface) continue;
    if (is_switch(verb.op) ? each.op == verb.op && each.value == 0 : each.op == verb.undone_by) {
      return k;
    }
  }
  return q.steps.size();
}

std::string step_of(const Sequence& q, std::size_t number, std::vector<bool>& done) {
  const Step& step = q.steps[number];
  if (is_switch(step.op) && step.value == 0) return "";  // ends nothing
  const std::string at = std::string(step.at_ms < 0 ? "    // before the boot\n" : "") +
                         (step.late ? "    // at the end of the instant\n" : "") +
                         "    { \"at\": \"" + ms(step.at_ms) + "\", ";
  const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&](const Verb& each) { return each.op == step.op; });
  if (verb == kVerbs.end()) {  // carrier_on and dormant_off that end nothing
    return at + "\"note\": \"" + op_name(step.op) + " " + name_of(step.iface) + "\" },\n";
  }
  const std::string whom = verb->of_node ? "n" : "n." + name_of(step.iface);
  std::string text = at + "\"" + verb->word + "\": \"" + whom + "\"" + arguments_of(step);
  const std::size_t end = end_of(q, number, *verb);
  if (end < q.steps.size()) {
    done[end] = true;
    text += ", \"for\": \"" + ms(q.steps[end].at_ms - std::max(step.at_ms, 0)) + "\"";
  }
  return text + " },\n";
}

std::string settings_of(const Setup& s) {
  constexpr std::array kPolicies = {"each_event", "queue_drained", "immediate"};
  std::string text;  // what has no key of its own
  if (s.drop_oldest) text += "    // the event queue is a ring\n";
  for (int i = 0; i < s.ifaces; ++i) {
    if ((s.unconfigured >> i & 1) != 0) text += "    // " + name_of(i) + " has no configuration\n";
  }
  std::string release;
  if (s.sync_down) release += ", \"legacy_sync_autodown\": true";
  if (s.one_aggregate) release += ", \"per_family\": false";
  if (s.any_add) release += ", \"any_ipv4_add\": true";
  if (!s.idle) release += ", \"idle_timeout\": false";
  if (s.lan) {
    text += "    // not point-to-point; IPv6 addresses are checked for " + ms(s.dad_ms) +
            ", IPv4 addresses for " + ms(s.acd_ms) + "\n";
  }
  return text + "    \"n\": { \"kconfig\": { \"NET_MGMT_EVENT_QUEUE_SIZE\": " +
         std::to_string(s.queue) + ", \"NET_MGMT_EVENT_QUEUE_TIMEOUT\": 0,\n" +
         "      \"NET_CONNECTION_MANAGER_AUTO_IF_DOWN\": " + (s.auto_down ? "1" : "0") +
         " },\n      \"conn_mgr\": { \"coalescing\": \"" +
         kPolicies[static_cast<std::size_t>(s.policy)] + "\", \"l4_if_events\": " +
         (s.if_events ? "true" : "false") + release + " }, \"ifaces\": {\n";
}

}  // namespace

const char* op_name(Op op) { return kOps[static_cast<std::size_t>(op)]; }
const char* ev_name(Ev ev) { return kEvs[static_cast<std::size_t>(ev)]; }

std::string to_text(const Line& line) {
  const std::string at = std::to_string(line.at_ms) + "ms ";
  const std::string iface = line.iface < 0 ? "-" : name_of(line.iface);
  switch (line.kind) {
    case Line::Kind::Event:
      return at + ev_name(static_cast<Ev>(line.code)) + " " + iface;
    case Line::Kind::Lost:
      return at + "lost " + ev_name(static_cast<Ev>(line.code));
    case Line::Kind::Result:
      return at + "step " + std::to_string(line.iface) + " returns " + std::to_string(line.code);
    case Line::Kind::Call:
      return at + (line.code == 0 ? "connect of " : "disconnect of ") + iface + " is called";
    case Line::Kind::Flags:
      return at + "flags of " + iface + " are " + std::to_string(line.code);
    case Line::Kind::Word:
      return "word of " + iface + " is " + std::to_string(line.code);
  }
  return "?";
}

std::string to_scenario(const Sequence& sequence) {
  const Setup& s = sequence.setup;
  const int last = sequence.steps.empty() ? 0 : std::max(sequence.steps.back().at_ms, 0);
  std::string text =
      "{\n  \"until\": \"" + ms(last + kTailMs) + "\",\n  \"nodes\": {\n" + settings_of(s);
  for (int i = 0; i < s.ifaces; ++i) {
    text += "      \"" + name_of(i) + "\": { \"technology\": \"loopback\", \"ipv6\": \"auto\",\n" +
            "             \"auto_start\": false";
    if ((s.bound >> i & 1) != 0) {
      text += ", \"conn\": { \"impl\": \"scripted\", \"script\": [\"connect " +
              ms(s.associate_ms) + " up\", \"disconnect down\"] }";
    }
    text += " },\n";
  }
  text += "    } }\n  },\n  \"timeline\": [\n";
  std::vector<bool> done(sequence.steps.size());
  for (std::size_t k = 0; k < sequence.steps.size(); ++k) {
    if (!done[k]) text += step_of(sequence, k, done);
  }
  return text + "  ]\n}\n";
}

}  // namespace flapjack::model
