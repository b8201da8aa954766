// SPDX-License-Identifier: Apache-2.0
#include "tools/live/connector_address.h"

#include <charconv>

namespace flapjack {
namespace {

constexpr std::string_view kUnix = "unix:", kUdp = "udp:";
constexpr std::size_t kPathBytesMax = 107;  // sun_path of sockaddr_un, with its end

bool read_host_and_port(const std::string& text, ConnectorAddress& out) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  out.host = text.substr(0, colon);
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, out.port);
  return error == std::errc{} && end == last && out.port != 0 && !out.host.empty();
}

}  // namespace

std::string ConnectorAddress::text() const {
  if (is_unix()) return std::string(kUnix) + path;
  const bool six = host.find(':') != std::string::npos;
  return std::string(kUdp) + (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<ConnectorAddress> ConnectorAddress::parse(const std::string& text) {
  ConnectorAddress out;
  std::string rest = text;
  const std::size_t equals = rest.find('='), colon = rest.find(':');
  if (equals != std::string::npos && equals < colon) {
    out.node = rest.substr(0, equals);
    rest = rest.substr(equals + 1);
    if (out.node.empty()) return std::nullopt;
  }
  if (rest.starts_with(kUnix)) {
    out.path = rest.substr(kUnix.size());
    if (out.path.empty() || out.path.size() > kPathBytesMax) return std::nullopt;
    return out;
  }
  if (!rest.starts_with(kUdp)) return std::nullopt;
  if (!read_host_and_port(rest.substr(kUdp.size()), out)) return std::nullopt;
  return out;
}

}  // namespace flapjack
