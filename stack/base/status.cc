// SPDX-License-Identifier: Apache-2.0
#include "stack/base/status.h"

#include <array>

namespace flapjack {
namespace {

struct Named {
  Errc code;
  std::string_view name;
};

constexpr std::array kNames = {
    Named{Errc::Ok, "OK"},
    Named{Errc::Eperm, "EPERM"},
    Named{Errc::Enoent, "ENOENT"},
    Named{Errc::Esrch, "ESRCH"},
    Named{Errc::Eintr, "EINTR"},
    Named{Errc::Eio, "EIO"},
    Named{Errc::Enxio, "ENXIO"},
    Named{Errc::E2big, "E2BIG"},
    Named{Errc::Enoexec, "ENOEXEC"},
    Named{Errc::Ebadf, "EBADF"},
    Named{Errc::Echild, "ECHILD"},
    Named{Errc::Eagain, "EAGAIN"},
    Named{Errc::Enomem, "ENOMEM"},
    Named{Errc::Eacces, "EACCES"},
    Named{Errc::Efault, "EFAULT"},
    Named{Errc::Ebusy, "EBUSY"},
    Named{Errc::Eexist, "EEXIST"},
    Named{Errc::Exdev, "EXDEV"},
    Named{Errc::Enodev, "ENODEV"},
    Named{Errc::Einval, "EINVAL"},
    Named{Errc::Emfile, "EMFILE"},
    Named{Errc::Enospc, "ENOSPC"},
    Named{Errc::Epipe, "EPIPE"},
    Named{Errc::Edom, "EDOM"},
    Named{Errc::Erange, "ERANGE"},
    Named{Errc::Edeadlk, "EDEADLK"},
    Named{Errc::Enodata, "ENODATA"},
    Named{Errc::Eproto, "EPROTO"},
    Named{Errc::Ebadmsg, "EBADMSG"},
    Named{Errc::Enametoolong, "ENAMETOOLONG"},
    Named{Errc::Eopnotsupp, "EOPNOTSUPP"},
    Named{Errc::Epfnosupport, "EPFNOSUPPORT"},
    Named{Errc::Econnreset, "ECONNRESET"},
    Named{Errc::Enobufs, "ENOBUFS"},
    Named{Errc::Eafnosupport, "EAFNOSUPPORT"},
    Named{Errc::Eprototype, "EPROTOTYPE"},
    Named{Errc::Enotsock, "ENOTSOCK"},
    Named{Errc::Enoprotoopt, "ENOPROTOOPT"},
    Named{Errc::Eshutdown, "ESHUTDOWN"},
    Named{Errc::Econnrefused, "ECONNREFUSED"},
    Named{Errc::Eaddrinuse, "EADDRINUSE"},
    Named{Errc::Econnaborted, "ECONNABORTED"},
    Named{Errc::Enetunreach, "ENETUNREACH"},
    Named{Errc::Enetdown, "ENETDOWN"},
    Named{Errc::Etimedout, "ETIMEDOUT"},
    Named{Errc::Ehostdown, "EHOSTDOWN"},
    Named{Errc::Ehostunreach, "EHOSTUNREACH"},
    Named{Errc::Einprogress, "EINPROGRESS"},
    Named{Errc::Ealready, "EALREADY"},
    Named{Errc::Edestaddrreq, "EDESTADDRREQ"},
    Named{Errc::Emsgsize, "EMSGSIZE"},
    Named{Errc::Eprotonosupport, "EPROTONOSUPPORT"},
    Named{Errc::Eaddrnotavail, "EADDRNOTAVAIL"},
    Named{Errc::Enetreset, "ENETRESET"},
    Named{Errc::Eisconn, "EISCONN"},
    Named{Errc::Enotconn, "ENOTCONN"},
    Named{Errc::Enotsup, "ENOTSUP"},
    Named{Errc::Eoverflow, "EOVERFLOW"},
    Named{Errc::Ecanceled, "ECANCELED"},
};

}  // namespace

std::string_view errc_name(Errc code) {
  for (const Named& entry : kNames) {
    if (entry.code == code) return entry.name;
  }
  return "E?";
}

Errc errc_from_name(std::string_view name) {
  for (const Named& entry : kNames) {
    if (entry.name == name) return entry.code;
  }
  return Errc::Ok;
}

}  // namespace flapjack
