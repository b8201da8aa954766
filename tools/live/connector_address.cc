// SPDX-License-Identifier: Apache-2.0
#include "tools/live/connector_address.h"

#include <charconv>

namespace flapjack {
namespace {

constexpr std::string_view kUnix = "unix:", kUdp = "udp:";

// Empty when it is right.
std::string read_path(const std::string& text, ConnectorAddress& out) {
  if (text.empty()) return "a path is missing";
  if (text.size() > kUnixPathBytesMax) {
    return "the path of a Unix socket has at most " + std::to_string(kUnixPathBytesMax) +
           " bytes, this one " + std::to_string(text.size());
  }
  out.path = text;
  return {};
}

std::string read_host_and_port(const std::string& text, ConnectorAddress& out) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return "a port is missing";
  out.host = text.substr(0, colon);
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  if (out.host.empty()) return "a host is missing";
  const std::string port = text.substr(colon + 1);
  const char* const last = port.data() + port.size();
  const auto [end, error] = std::from_chars(port.data(), last, out.port);
  if (error == std::errc{} && end == last && out.port != 0) return {};
  return "the port is 1 to 65535, not \"" + port + "\"";
}

std::string read(const std::string& text, ConnectorAddress& out) {
  std::string rest = text;
  const std::size_t equals = rest.find('='), colon = rest.find(':');
  if (equals != std::string::npos && equals < colon) {
    out.node = rest.substr(0, equals);
    rest = rest.substr(equals + 1);
    if (out.node.empty()) return "the node's name is missing";
  }
  if (rest.starts_with(kUnix)) return read_path(rest.substr(kUnix.size()), out);
  if (rest.starts_with(kUdp)) return read_host_and_port(rest.substr(kUdp.size()), out);
  return "it begins with neither " + std::string(kUnix) + " nor " + std::string(kUdp);
}

}  // namespace

std::string ConnectorAddress::text() const {
  if (is_unix()) return std::string(kUnix) + path;
  const bool six = host.find(':') != std::string::npos;
  return std::string(kUdp) + (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<ConnectorAddress> ConnectorAddress::parse(const std::string& text,
                                                        std::string* why) {
  ConnectorAddress out;
  std::string wrong = read(text, out);
  if (wrong.empty()) return out;
  if (why != nullptr) *why = std::move(wrong);
  return std::nullopt;
}

}  // namespace flapjack
