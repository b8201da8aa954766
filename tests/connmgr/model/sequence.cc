// SPDX-License-Identifier: Apache-2.0
#include "tests/connmgr/model/sequence.h"

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
    "IPV6_ADDR_ADD", "IPV6_ADDR_DEL", "CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR",
    "CONN_IF_IDLE_TIMEOUT", "L4_CONNECTED", "L4_DISCONNECTED", "L4_IPV4_CONNECTED",
    "L4_IPV4_DISCONNECTED", "L4_IPV6_CONNECTED", "L4_IPV6_DISCONNECTED", "L4_IF_CONNECTED",
    "L4_IF_DISCONNECTED",
};
static_assert(kEvs.size() == static_cast<std::size_t>(Ev::kCount));

std::string name_of(int iface) { return std::string(1, static_cast<char>('a' + iface)); }
std::string ms(int at) { return std::to_string(at < 0 ? 0 : at) + "ms"; }

// The verb that does it, and the operation that undoes it; none: a note.
struct Verb {
  Op op;
  const char* word;
  Op undone_by;
};
constexpr std::array kNodeVerbs = {
    Verb{Op::AllUp, "all_up", Op::kCount},
    Verb{Op::AllDown, "all_down", Op::kCount},
    Verb{Op::AllConnect, "all_connect", Op::kCount},
    Verb{Op::AllDisconnect, "all_disconnect", Op::kCount},
    Verb{Op::Resend, "resend_status", Op::kCount},
};
constexpr std::array kVerbs = {
    Verb{Op::CarrierOff, "carrier_down", Op::CarrierOn},
    Verb{Op::DormantOn, "dormant", Op::DormantOff},
    Verb{Op::AdminDown, "admin_down", Op::AdminUp},
    Verb{Op::Ignore, "ignore", Op::Watch},
    Verb{Op::AdminUp, "admin_up", Op::kCount},
    Verb{Op::Connect, "connect", Op::kCount},
    Verb{Op::Disconnect, "disconnect", Op::kCount},
};

std::string step_of(const Sequence& q, std::size_t number, std::vector<bool>& done) {
  const Step& step = q.steps[number];
  const std::string at = std::string(step.at_ms < 0 ? "    // before the boot\n" : "") +
                         "    { \"at\": \"" + ms(step.at_ms) + "\", ";
  for (const Verb& verb : kVerbs) {
    if (verb.op != step.op) continue;
    std::string text = at + "\"" + verb.word + "\": \"n." + name_of(step.iface) + "\"";
    for (std::size_t k = number + 1; k < q.steps.size(); ++k) {
      if (q.steps[k].op != verb.undone_by || q.steps[k].iface != step.iface) continue;
      done[k] = true;
      text += ", \"for\": \"" + ms(q.steps[k].at_ms - step.at_ms) + "\"";
      break;
    }
    return text + " },\n";
  }
  for (const Verb& verb : kNodeVerbs) {
    const bool skips = step.op != Op::Resend && step.value != 0;
    if (verb.op == step.op && !skips) return at + "\"" + verb.word + "\": \"n\" },\n";
  }
  return at + "\"note\": \"" + op_name(step.op) + " " + name_of(step.iface) + " " +
         std::to_string(step.value) + (step.late ? " at the end of the instant" : "") + "\" },\n";
}

std::string settings_of(const Setup& s) {
  constexpr std::array kPolicies = {"each_event", "queue_drained", "immediate"};
  std::string text = "    // queue of " + std::to_string(s.queue);
  if (s.drop_oldest) text += ", a ring";
  if (s.sync_down) text += ", admin-down within the disconnect";
  if (s.one_aggregate) text += ", one aggregate";
  if (s.any_add) text += ", every IPv4 address counts";
  if (!s.auto_down) text += ", no automatic admin-down";
  if (!s.idle) text += ", no idle timeouts";
  return text + "\n    \"n\": { \"conn_mgr\": { \"coalescing\": \"" +
         kPolicies[static_cast<std::size_t>(s.policy)] + "\", \"l4_if_events\": " +
         (s.if_events ? "true" : "false") + " }, \"ifaces\": {\n";
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
    case Line::Kind::Word:
      return "word of " + iface + " is " + std::to_string(line.code);
  }
  return "?";
}

std::string to_scenario(const Sequence& sequence) {
  const Setup& s = sequence.setup;
  std::string text = "{\n  \"until\": \"10s\",\n  \"nodes\": {\n" + settings_of(s);
  for (int i = 0; i < s.ifaces; ++i) {
    text += "      \"" + name_of(i) + "\": { \"technology\": \"dummy\", \"auto_start\": false";
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
